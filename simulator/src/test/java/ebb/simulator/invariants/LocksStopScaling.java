package ebb.simulator.invariants;

import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.Scope;
import java.util.TreeMap;

/// Nothing grows, and no idle node is let go, under a lock; unless the cluster itself is deleted.
final class LocksStopScaling implements Promise {
  private final TreeMap<String, Scope> locks = new TreeMap<>();

  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.LockPut put ->
          locks.put(put.lock().scope().key() + " " + put.lock().name(), put.lock().scope());
      case Event.LockDeleted deleted -> locks.remove(deleted.scope().key() + " " + deleted.name());
      case Event.NodeRequested requested ->
          check(!locked(history.clusters.get(requested.cluster()), history), requested);
      case Event.NodeReleased released -> {
        History.Cluster cluster =
            history.clusters.get(history.nodes.get(released.node()).requested.cluster());
        boolean wanted = released.cause() == ReleaseCause.IDLE_TIMEOUT;
        check(!wanted || !locked(cluster, history), released);
      }
      default -> {} // nothing else scales
    }
  }

  private boolean locked(History.Cluster cluster, History history) {
    Scope scope =
        history.workspaces.get(cluster.created.workspace()).cluster(cluster.created.name());
    return locks.values().stream().anyMatch(lock -> lock.contains(scope));
  }
}
