package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.QuotaKey;
import java.util.TreeMap;

/// No node is asked for beyond a quota, nor beyond the most that its cluster may have, counting
/// every node until it is confirmed gone.
final class QuotaIsNeverExceeded implements Promise {
  private final TreeMap<QuotaKey, Integer> used = new TreeMap<>();

  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.NodeRequested requested -> count(history.clusters.get(requested.cluster()), 1);
      case Event.NodeGone gone ->
          count(history.clusters.get(history.nodes.get(gone.node()).requested.cluster()), -1);
      default -> {} // no other event makes or ends a node
    }
  }

  private void count(History.Cluster cluster, int nodes) {
    for (QuotaKey key : cluster.keys) {
      used.merge(key, nodes * cluster.size().vcpus(), Integer::sum);
    }
  }

  @Override
  public void decided(Envelope envelope, History history) {
    ClusterId grown = ClusterId.NONE;
    for (Event event : envelope.events()) {
      if (event instanceof Event.NodeRequested requested) {
        grown = requested.cluster();
      }
    }
    if (grown.equals(ClusterId.NONE)) {
      return;
    }
    History.Cluster cluster = history.clusters.get(grown);
    for (QuotaKey key : cluster.keys) {
      check(
          used.get(key) <= history.limit(key),
          key,
          ": ",
          used.get(key),
          " of ",
          history.limit(key));
    }
    int nodes = history.nodesOf(grown).size();
    check(nodes <= cluster.spec.max(), nodes, " nodes of at most ", cluster.spec.max());
    check(!cluster.deleting, "a cluster that is being deleted grows");
  }

  @Override
  public void settled(State state, long now, History history) {
    used.forEach((key, vcpus) ->
        check(
            state.quotas().used(key) == vcpus,
            key,
            ": ",
            state.quotas().used(key),
            ", not ",
            vcpus));
  }
}
