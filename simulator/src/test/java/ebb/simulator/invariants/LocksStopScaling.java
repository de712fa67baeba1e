package ebb.simulator.invariants;

import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.ReleaseCause;

/// Nothing grows, and no idle node is let go, under a lock; unless the cluster itself is deleted.
final class LocksStopScaling implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.NodeRequested requested ->
          check(!history.isLocked(history.clusters.get(requested.cluster())), requested);
      case Event.NodeReleased released -> {
        History.Cluster cluster =
            history.clusters.get(history.nodes.get(released.node()).requested.cluster());
        boolean wanted = released.cause() == ReleaseCause.IDLE_TIMEOUT;
        check(!wanted || !history.isLocked(cluster), released);
      }
      default -> {} // nothing else scales
    }
  }
}
