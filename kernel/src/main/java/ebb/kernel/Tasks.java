package ebb.kernel;

import ebb.kernel.job.Attempt;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Verdict;
import java.util.ArrayList;
import java.util.List;

/// Decisions about tasks: their first instruction, their end, and what that means for the attempt.
final class Tasks {
  private Tasks() {}

  private static Verdict notExpected(Command.Report report, String phase) {
    return Verdict.refused(new Rejection.NotExpected(report.getClass().getSimpleName(), phase));
  }

  static Verdict started(State state, Order order, Command.TaskStarted report) {
    TaskId task = report.task();
    Attempt attempt = state.attempts.get(task.attempt());
    if (attempt == null || !attempt.isLive(task.rank())) {
      return notExpected(report, "ended");
    }
    if (attempt.task(task.rank()).phase() instanceof Attempt.Started) {
      return notExpected(report, "started");
    }
    long at = Segments.seen(report.observed(), attempt.orderedAt(), order.at());
    long limitAt =
        switch (attempt.phase()) {
          case Attempt.Starting _ -> at + attempt.limitMillis();
          case Attempt.Running running -> running.deadline();
          case Attempt.Stopping stopping -> stopping.limitAt();
        };
    return Verdict.accepted(
        new Event.TaskStarted(
            task, report.ack(), report.acceptedAt(), report.preparedAt(), at, limitAt));
  }

  static Verdict exited(State state, Order order, Command.TaskExited report) {
    TaskId task = report.task();
    if (state.strayTasks.contains(task)) {
      return Verdict.accepted(new Event.StrayTaskGone(task));
    }
    Attempt attempt = state.attempts.get(task.attempt());
    if (attempt == null || !attempt.isLive(task.rank())) {
      return notExpected(report, "ended");
    }
    Attempt.Task known = attempt.task(task.rank());
    Node node = State.require(state.nodes.get(known.node()), "node", known.node());
    long from =
        known.phase() instanceof Attempt.Started started ? started.at() : attempt.orderedAt();
    long at = Segments.seen(report.observed(), Math.max(from, node.meterFrom()), order.at());
    List<Event> events = new ArrayList<>();
    end(state, attempt, node, report.report(), at, order.at(), events);
    return new Verdict.Accepted(events);
  }

  /// The end of one task is known: the node is free, and the attempt goes on, stops the rest, or is
  /// over.
  static void end(
      State state,
      Attempt attempt,
      Node node,
      TaskReport report,
      long at,
      long now,
      List<Event> events) {
    Segments.close(state, node, at, events);
    events.add(new Event.TaskEnded(node.task(), report, at));
    EndCause cause = causeOf(attempt, node, report, at);
    boolean last = attempt.live() == 1;
    if (last) {
      endAttempt(state, attempt, report, cause, now, events);
    } else if (decides(attempt, cause)) {
      String detail =
          "task " + node.task().rank() + " ended: " + describe(report, attempt.limitMillis());
      events.add(Jobs.stopping(state, attempt, cause, report.code(), detail, now));
    }
  }

  /// Whether the end of one task decides for the others: the first that is no success does, and one
  /// that came before the time limit counts more than the limit.
  private static boolean decides(Attempt attempt, EndCause cause) {
    return attempt.phase() instanceof Attempt.Stopping stopping
        ? stopping.cause() == EndCause.TIME_LIMIT && cause == EndCause.FAILED
        : cause != EndCause.SUCCEEDED;
  }

  private static void endAttempt(
      State state,
      Attempt attempt,
      TaskReport report,
      EndCause cause,
      long now,
      List<Event> events) {
    if (attempt.phase() instanceof Attempt.Stopping stopping) {
      boolean allDone = cause == EndCause.SUCCEEDED && othersSucceeded(attempt);
      boolean before = cause == EndCause.FAILED && stopping.cause() == EndCause.TIME_LIMIT;
      if (!allDone && !before) {
        Jobs.attemptEnded(
            state, attempt, stopping.cause(), stopping.code(), stopping.detail(), now, events);
        return;
      }
    }
    String detail = describe(report, attempt.limitMillis());
    Jobs.attemptEnded(state, attempt, cause, report.code(), detail, now, events);
  }

  private static boolean othersSucceeded(Attempt attempt) {
    for (Attempt.Task task : attempt.tasks()) {
      if (task.phase() instanceof Attempt.Ended ended && !isSuccess(ended.report())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSuccess(TaskReport report) {
    return report.end() == TaskEnd.EXITED && report.code() == 0;
  }

  /// What one task's end says about its attempt. While an attempt is being stopped, an end by
  /// itself counts only if it was a success, or came before the time limit that the attempt is
  /// stopped for.
  private static EndCause causeOf(Attempt attempt, Node node, TaskReport report, long at) {
    if (isSuccess(report)) {
      return EndCause.SUCCEEDED;
    }
    EndCause ownFault =
        switch (report.end()) {
          case EXITED, REFUSED, DISK -> EndCause.FAILED;
          case LIMIT -> EndCause.TIME_LIMIT;
          case STOPPED, NEVER_STARTED, LOST ->
              isPreempted(node) ? EndCause.PREEMPTED : EndCause.INFRASTRUCTURE;
        };
    if (attempt.phase() instanceof Attempt.Stopping stopping) {
      boolean endedBefore =
          report.end() == TaskEnd.EXITED && stopping.limitAt() > 0 && at < stopping.limitAt();
      return endedBefore ? ownFault : stopping.cause();
    }
    return ownFault;
  }

  private static boolean isPreempted(Node node) {
    return node.phase() instanceof Node.Leaving leaving
        && leaving.cause() == ReleaseCause.PREEMPTED;
  }

  /// An end in words, for people. One at the limit has the words that it has when the kernel finds
  /// it first; what the backend says of it is the same in its own.
  static String describe(TaskReport report, long limitMillis) {
    String how =
        switch (report.end()) {
          case EXITED ->
              report.code() < 0 ? "signal " + -report.code() : "exit code " + report.code();
          case LIMIT -> Rules.limitReached(limitMillis);
          case STOPPED -> "stopped";
          case NEVER_STARTED -> "stopped before it started";
          case REFUSED -> "could not be started";
          case LOST -> "lost";
          case DISK -> "disk limit reached";
        };
    boolean isTold = report.end() == TaskEnd.LIMIT || report.detail().isEmpty();
    return isTold ? how : how + ": " + report.detail();
  }

  /// The tasks of an attempt did not stop in time: their nodes are let go, which ends them for
  /// certain.
  static void stuck(State state, Attempt attempt, long now, List<Event> events) {
    for (int rank = 0; rank < attempt.tasks().size(); rank++) {
      @Nullable
      Node node = attempt.isLive(rank) ? state.nodes.get(attempt.task(rank).node()) : null;
      if (node != null && !node.isLeaving()) {
        Nodes.release(
            state, node, ReleaseCause.STUCK_TASK, "a task did not stop", now, now, events);
      }
    }
  }
}
