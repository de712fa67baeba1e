package ebb.simulator.invariants;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.TaskId;
import java.util.ArrayList;
import java.util.List;

/// A job that starts before one that is ahead of it in the queue does not move the time at which
/// that one could start, as far as the limits of what runs tell.
final class HeadIsNeverDelayedByBackfill implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (!(event instanceof Event.AttemptOrdered ordered)) {
      return;
    }
    History.Job job = history.jobs.get(ordered.job());
    History.Job head = head(job, history);
    if (head == null) {
      return;
    }
    ClusterId cluster = job.queued.cluster();
    List<Long> free = freeing(cluster, history, envelope.at());
    long before = start(head, free, 0, 0);
    long after = start(head, free, job.spec().nodes(), envelope.at() + job.queued.limitMillis());
    check(
        after <= before,
        ordered,
        " moves the start of ",
        head.queued.job(),
        " from ",
        before,
        " to ",
        after,
        " at ",
        envelope.at(),
        ": free at ",
        free,
        ", head needs ",
        head.spec().nodes(),
        ", job limit ",
        job.queued.limitMillis());
  }

  /// The first job with a claim, if it is ahead: the one that nothing but its nodes keeps.
  private static History.Job head(History.Job job, History history) {
    History.Job head = null;
    for (History.Job other : history.jobs.values()) {
      if (other.stand == History.Stand.ASSEMBLING
          && other != job
          && other.queued.cluster().equals(job.queued.cluster())
          && other.before(job)
          && (head == null || other.before(head))) {
        head = other;
      }
    }
    return head;
  }

  /// When each node is free at the latest: now, at its boot deadline, or when what runs on it must
  /// have ended. One that leaves then makes room for another.
  private static List<Long> freeing(ClusterId cluster, History history, long now) {
    List<Long> free = new ArrayList<>();
    for (History.Node node : history.nodesOf(cluster)) {
      if (node.isFree()) {
        free.add(now);
      } else if (node.isComing()) {
        free.add(Math.max(now, node.deadline));
      } else if (!node.task.equals(TaskId.NONE)) {
        free.add(Math.max(now, history.attempts.get(node.task.attempt()).endsBy));
      }
    }
    free.sort(Long::compare);
    return free;
  }

  /// When the head finds enough nodes, if the first `taken` free ones come back at `back` only.
  private static long start(History.Job head, List<Long> free, int taken, long back) {
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < free.size(); i++) {
      times.add(i < taken ? Long.valueOf(back) : free.get(i));
    }
    times.sort(Long::compare);
    int nodes = head.spec().nodes();
    return nodes <= times.size() ? times.get(nodes - 1) : Long.MAX_VALUE;
  }
}
