package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.Thing;

/// A cluster has its fixed nodes unless something that the design names stands in the way: a lock,
/// a quota, the machine, the disk, safe mode, the wait after a node that could not be had. None of
/// them is let go because it is idle.
final class MinimumIsKept implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (event instanceof Event.NodeReleased released
        && released.cause() == ReleaseCause.IDLE_TIMEOUT) {
      ClusterId id = history.nodes.get(released.node()).requested.cluster();
      int min = history.clusters.get(id).spec.min();
      check(history.staying(id) > min, released, ", minimum ", min);
    }
  }

  @Override
  public void settled(State state, long now, History history) {
    history.clusters.forEach((id, cluster) -> {
      int nodes = history.nodesOf(id).size();
      boolean lacks =
          !cluster.deleting
              && history.staying(id) < cluster.spec.min()
              && nodes < cluster.spec.max();
      check(
          !lacks
              || history.quarantine.containsKey(new Thing(Thing.Kind.CLUSTER, id.value()))
              || new Obstacles(history, now).growth(id, 1),
          cluster.created,
          " has ",
          history.staying(id),
          " of at least ",
          cluster.spec.min(),
          " nodes and nothing stands in the way");
    });
  }
}
