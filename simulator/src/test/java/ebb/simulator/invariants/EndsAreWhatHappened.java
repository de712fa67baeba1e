package ebb.simulator.invariants;

import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import java.util.TreeMap;

/// An attempt is said to have succeeded only if it truly did on all its nodes, and always if all of
/// its tasks are known to have. Any other cause of an end is what stopped it first: the user, the
/// backend that took a node back, a fault, a limit, the deletion of its cluster; and a job ends for
/// what its attempt ended for.
final class EndsAreWhatHappened implements Promise {
  private final TreeMap<AttemptId, Integer> succeeded = new TreeMap<>();
  private final TreeMap<AttemptId, Integer> known = new TreeMap<>();
  private final TreeMap<TaskId, TaskReport> reports = new TreeMap<>();

  private static boolean isSuccess(TaskReport report) {
    return report.end() == TaskEnd.EXITED && report.code() == 0;
  }

  @Override
  public void taskEnded(StartTask task, TaskReport report, long at) {
    reports.put(task.task(), report);
    if (isSuccess(report)) {
      succeeded.merge(task.task().attempt(), 1, Integer::sum);
    }
  }

  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.TaskEnded task -> {
        TaskReport truly = reports.getOrDefault(task.task(), task.report());
        boolean lost = task.report().end() == TaskEnd.LOST;
        check(lost || truly.equals(task.report()), task, ", but ", truly);
        if (isSuccess(task.report())) {
          known.merge(task.task().attempt(), 1, Integer::sum);
        }
      }
      case Event.AttemptStopping stopping -> stopping(stopping, envelope, history);
      case Event.AttemptEnded ended -> ended(ended, envelope, history);
      case Event.JobEnded ended -> ended(ended, envelope, history);
      default -> {} // nothing else tells of an end
    }
  }

  private void stopping(Event.AttemptStopping stopping, Envelope envelope, History history) {
    History.Attempt attempt = history.attempts.get(stopping.attempt());
    EndCause cause = stopping.cause();
    check(
        isWhatHappened(cause, attempt, envelope, history),
        stopping,
        " by ",
        envelope.cause(),
        ", stopped before for ",
        attempt.stoppedFor);
  }

  private void ended(Event.AttemptEnded ended, Envelope envelope, History history) {
    History.Attempt attempt = history.attempts.get(ended.attempt());
    int nodes = attempt.ordered.nodes().size();
    int truly = succeeded.getOrDefault(ended.attempt(), 0);
    int seen = known.getOrDefault(ended.attempt(), 0);
    EndCause cause = ended.cause();
    if (cause == EndCause.SUCCEEDED) {
      check(truly == nodes, ended, ", but only ", truly, " of its ", nodes, " tasks did");
      return;
    }
    check(seen < nodes, ended, ", but all its tasks succeeded");
    check(
        isWhatHappened(cause, attempt, envelope, history),
        ended,
        " by ",
        envelope.cause(),
        ", stopped for ",
        attempt.stoppedFor);
  }

  private boolean isWhatHappened(
      EndCause cause, History.Attempt attempt, Envelope envelope, History history) {
    return attempt.stoppedFor == null
        ? cause == cause(attempt, envelope, history)
        : cause == attempt.stoppedFor || failedBeforeTheLimit(cause, attempt, envelope);
  }

  /// One that failed by itself before its time was over is not one that ran out of time.
  private static boolean failedBeforeTheLimit(
      EndCause cause, History.Attempt attempt, Envelope envelope) {
    Event.TaskEnded task = taskEnded(attempt, envelope);
    return cause == EndCause.FAILED
        && attempt.stoppedFor == EndCause.TIME_LIMIT
        && task != null
        && task.report().end() == TaskEnd.EXITED
        && task.at() < attempt.limitAt;
  }

  private static Event.TaskEnded taskEnded(History.Attempt attempt, Envelope envelope) {
    for (Event event : envelope.events()) {
      if (event instanceof Event.TaskEnded task
          && task.task().attempt().equals(attempt.ordered.attempt())) {
        return task;
      }
    }
    return null;
  }

  /// What this decision ends or stops the attempt for, by what it was made because of.
  private EndCause cause(History.Attempt attempt, Envelope envelope, History history) {
    Event.TaskEnded task = taskEnded(attempt, envelope);
    if (task != null) {
      return cause(task, attempt, history);
    }
    History.Job job = history.jobs.get(attempt.ordered.job());
    return switch (envelope.cause()) {
      case "CancelJob" -> EndCause.CANCELED;
      case "NodePreempted" -> EndCause.PREEMPTED;
      case "NodeFailed" -> EndCause.INFRASTRUCTURE;
      case "placement" -> {
        check(history.clusters.get(job.queued.cluster()).deleting, job.queued, " is stopped");
        yield EndCause.CLUSTER_DELETED;
      }
      case "deadline" -> {
        boolean lost =
            attempt.ordered.nodes().stream().anyMatch(node -> isLost(node, attempt, history));
        boolean began = attempt.limitAt != 0;
        check(lost || envelope.at() >= attempt.dueBy(), job.queued, " is stopped too soon");
        yield lost || !began ? EndCause.INFRASTRUCTURE : EndCause.TIME_LIMIT;
      }
      default -> throw broken("stopped because of " + envelope.cause()); // nothing else stops
    };
  }

  /// A node on which its task has ended is the attempt's no more.
  private static boolean isLost(NodeId id, History.Attempt attempt, History history) {
    History.Node node = history.nodes.get(id);
    return node.released == ReleaseCause.LOST
        && node.task.attempt().equals(attempt.ordered.attempt());
  }

  private static EndCause cause(Event.TaskEnded task, History.Attempt attempt, History history) {
    NodeId node = attempt.ordered.nodes().get(task.task().rank());
    return switch (task.report().end()) {
      case EXITED -> isSuccess(task.report()) ? EndCause.SUCCEEDED : EndCause.FAILED;
      case REFUSED, DISK -> EndCause.FAILED;
      case LIMIT -> EndCause.TIME_LIMIT;
      case STOPPED, NEVER_STARTED, LOST ->
          history.nodes.get(node).released == ReleaseCause.PREEMPTED
              ? EndCause.PREEMPTED
              : EndCause.INFRASTRUCTURE;
    };
  }

  private void ended(Event.JobEnded ended, Envelope envelope, History history) {
    History.Job job = history.jobs.get(ended.job());
    ClusterId cluster = job.queued.cluster();
    if (job.spec().isLocal()) {
      return; // what its machine says, and no world tells of it
    }
    EndCause expected =
        switch (job.stand) {
          case QUEUED, ASSEMBLING, BACKING_OFF ->
              switch (envelope.cause()) {
                case "CancelJob" -> EndCause.CANCELED;
                case "deadline" -> EndCause.QUEUE_LIMIT;
                default -> EndCause.CLUSTER_DELETED; // which nothing but policy does
              };
          case ACTIVE -> {
            EndCause its = history.attempts.get(job.attempt).ended;
            yield its == EndCause.SUCCEEDED
                ? its
                : job.cancelRequested
                    ? EndCause.CANCELED
                    : history.clusters.get(cluster).deleting ? EndCause.CLUSTER_DELETED : its;
          }
          case ENDED -> throw broken(ended + " again");
        };
    check(ended.cause() == expected, ended, " by ", envelope.cause(), ", not ", expected);
    check(
        expected != EndCause.CLUSTER_DELETED || history.clusters.get(cluster).deleting,
        ended,
        ", and its cluster is not");
    check(
        expected != EndCause.QUEUE_LIMIT || envelope.at() >= job.queueDeadline,
        ended,
        " before ",
        job.queueDeadline);
  }
}
