package ebb.simulator.invariants;

import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.HostIsolation;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Weakness;
import java.util.ArrayList;
import java.util.List;

/// A node says how the machine kept tasks apart when the node was asked for, and what that lacked:
/// no more and no less.
final class NodesSayHowTasksAreKeptApart implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (event instanceof Event.NodeRequested requested) {
      HostIsolation can = history.host.isolation();
      ClusterSpec asked = history.clusters.get(requested.cluster()).spec;
      boolean without = asked.isolation() == Isolation.SANDBOX && !can.sandboxMissing().isEmpty();
      check(requested.isolation() == (without ? Isolation.NONE : asked.isolation()), event);
      check(requested.weaknesses().equals(weaknesses(can, asked.network())), event, " on ", can);
    }
  }

  private static List<Weakness> weaknesses(HostIsolation can, boolean network) {
    List<Weakness> all = new ArrayList<>();
    for (Weakness each : Weakness.values()) {
      boolean isThere =
          switch (each) {
            case NETWORK_UNFILTERED -> network && !can.filterMissing().isEmpty();
            case MEMORY_UNLIMITED, PROCESSORS_UNLIMITED, PROCESSES_UNLIMITED ->
                can.unlimited().contains(each);
          };
      if (isThere) {
        all.add(each);
      }
    }
    return all;
  }
}
