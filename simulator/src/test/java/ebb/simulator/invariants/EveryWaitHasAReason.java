package ebb.simulator.invariants;

import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Thing;

/// Whoever asks why a job waits is told what stands in its way.
final class EveryWaitHasAReason implements Promise {
  @Override
  public void sampled(State state, State rebuilt, long now, History history) {
    for (var job : state.allJobs()) {
      if (history.jobs.get(job.id()).stand != History.Stand.QUEUED) {
        continue;
      }
      Rejection why = Kernel.why(state, new Thing(Thing.Kind.JOB, job.id().value()), now);
      check(
          !(why instanceof Rejection.NotWaiting) && !(why instanceof Rejection.NotFound),
          job.name(),
          " is queued: ",
          why);
    }
    for (var node : state.allNodes()) {
      Kernel.why(state, new Thing(Thing.Kind.NODE, node.id().value()), now);
    }
    for (var cluster : state.allClusters()) {
      Kernel.why(state, new Thing(Thing.Kind.CLUSTER, cluster.id().value()), now);
    }
  }
}
