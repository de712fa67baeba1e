package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;

/// Whatever waits, waits until a time: no phase of a node, attempt or unended job is without one.
final class EveryPhaseHasADeadline implements Promise {
  /// Farther off than any setting of these worlds.
  private static final long FAR = 30L * 24 * 3600 * 1000;

  @Override
  public void settled(State state, long now, History history) {
    for (Node node : state.allNodes()) {
      boolean bounded =
          switch (node.phase()) {
            case Node.Requested requested -> within(requested.deadline(), now);
            case Node.Preparing preparing -> within(preparing.deadline(), now);
            case Node.Idle _ -> true; // its idle time, which the cluster's specification bounds
            case Node.Running running -> state.attempt(running.task().attempt()) != null;
            case Node.Leaving leaving -> within(leaving.deadline(), now);
          };
      check(bounded, node);
    }
    for (Attempt attempt : state.allAttempts()) {
      check(within(attempt.phase().deadline(), now), attempt);
    }
    for (Job job : state.allJobs()) {
      boolean bounded =
          switch (job.phase()) {
            case Job.Queued queued -> within(queued.deadline(), now);
            case Job.BackingOff backingOff -> within(backingOff.until(), now);
            case Job.Assembling assembling -> within(assembling.deadline(), now);
            case Job.Local local -> within(local.deadline(), now);
            case Job.Active active -> state.attempt(active.attempt()) != null;
            case Job.Ended _ -> true; // history takes it
          };
      check(bounded, job);
    }
  }

  private static boolean within(long deadline, long now) {
    return deadline > 0 && deadline < now + FAR;
  }
}
