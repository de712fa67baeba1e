package ebb.simulator.invariants;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.TaskId;

/// A claim once made is kept until its deadline, unless the cluster may not have so many nodes any
/// more. One that comes to nothing gives its job no more time in the queue.
final class ClaimsAreKept implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.ClaimGivenBack back -> {
        History.Job job = history.jobs.get(back.job());
        check(job.stand == History.Stand.ASSEMBLING, back, " of a job that is ", job.stand);
        ClusterId cluster = job.queued.cluster();
        int max = history.clusters.get(cluster).spec.max();
        long taken = history.claimed(cluster) + busy(history, cluster);
        check(taken > max, back, ": ", taken, " claimed or busy, max ", max);
        checkTime(job, back.deadline());
      }
      case Event.JobBackedOff backedOff -> {
        boolean claims = history.jobs.get(backedOff.job()).stand == History.Stand.ASSEMBLING;
        check(!claims || envelope.cause().equals("deadline"), backedOff, " before its deadline");
      }
      case Event.BackOffEnded ended -> checkTime(history.jobs.get(ended.job()), ended.deadline());
      default -> {} // a start uses the claim, an end needs none
    }
  }

  private void checkTime(History.Job job, long deadline) {
    check(
        job.queueDeadline == 0 || job.queueDeadline == deadline,
        job.queued,
        " may wait until ",
        deadline,
        ", which was ",
        job.queueDeadline);
  }

  private static long busy(History history, ClusterId cluster) {
    return history.nodesOf(cluster).stream()
        .filter(node -> !node.leaving && !node.task.equals(TaskId.NONE))
        .count();
  }
}
