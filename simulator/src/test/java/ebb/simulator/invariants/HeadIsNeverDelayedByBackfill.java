package ebb.simulator.invariants;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.TaskId;
import java.util.ArrayList;
import java.util.List;

/// A job that starts before one that is ahead of it in the queue does not move the time at which
/// that one could start, as far as the time limits of what runs tell.
///
/// The head is the first job with a claim; in a full cluster where nothing has one it is the first
/// of the queue, if as many nodes as it needs are there.
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

  private static History.Job head(History.Job job, History history) {
    History.Job claimed = first(History.Stand.ASSEMBLING, job, history);
    if (claimed != null) {
      return claimed.before(job) ? claimed : null;
    }
    History.Job queued =
        job.stand == History.Stand.QUEUED ? first(History.Stand.QUEUED, job, history) : null;
    return queued != null && queued.before(job) && isFullWithEnoughFor(queued, history)
        ? queued
        : null;
  }

  /// The first of the cluster's other jobs that stand so.
  private static History.Job first(History.Stand stand, History.Job job, History history) {
    History.Job first = null;
    for (History.Job other : history.jobs.values()) {
      if (other.stand == stand
          && other != job
          && other.queued.cluster().equals(job.queued.cluster())
          && (first == null || other.before(first))) {
        first = other;
      }
    }
    return first;
  }

  /// No policy keeps the job from starting, and no new node will help it.
  private static boolean isFullWithEnoughFor(History.Job job, History history) {
    int max = history.clusters.get(job.queued.cluster()).spec.max();
    List<History.Node> nodes = history.nodesOf(job.queued.cluster());
    long staying = nodes.stream().filter(node -> !node.leaving).count();
    return nodes.size() >= max && job.spec().nodes() <= Math.min(staying, max);
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
