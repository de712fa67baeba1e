package ebb.simulator.invariants;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.HostIsolation;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.VmSize;

/// What stands in the way of more nodes, counted from the durable events by somebody who is not the
/// kernel.
record Obstacles(History history, long now) {
  /// What the nodes that are not virtual leave of the machine.
  record Room(long cores, long memoryMebibytes, long gpus) {
    boolean fits(VmSize size, int nodes) {
      return cores >= (long) nodes * Math.max(1, size.vcpus())
          && memoryMebibytes >= (long) nodes * Math.max(1, size.memoryMebibytes())
          && gpus >= (long) nodes * size.gpus();
    }
  }

  /// Whether anything keeps the cluster from having so many more.
  boolean growth(ClusterId id, int nodes) {
    History.Cluster cluster = history.clusters.get(id);
    return history.storageLow
        || history.safeMode
        || history.isLocked(cluster)
        || isolationIsMissing(cluster)
        || networkStaysOpen(cluster)
        || cluster.keys.stream()
            .anyMatch(key -> used(key) + nodes * cluster.size().vcpus() > history.limit(key))
        || !hasRoom(cluster, nodes)
        || cluster.growthNotBefore > now;
  }

  boolean hasRoom(History.Cluster cluster, int nodes) {
    return history.host.virtualNodes() || room().fits(cluster.size(), nodes);
  }

  Room room() {
    Host host = history.host;
    long cores = host.cores();
    long memory = host.memoryMebibytes();
    long gpus = host.gpus();
    for (History.Node node : history.nodes.values()) {
      if (!node.gone && !node.requested.virtual()) {
        VmSize size = history.clusters.get(node.requested.cluster()).size();
        cores -= size.vcpus();
        memory -= size.memoryMebibytes();
        gpus -= size.gpus();
      }
    }
    return new Room(cores, memory, gpus);
  }

  /// The vCPUs of all nodes that exist and count against the key.
  int used(QuotaKey key) {
    int used = 0;
    for (History.Node node : history.nodes.values()) {
      History.Cluster cluster = history.clusters.get(node.requested.cluster());
      used += !node.gone && cluster.keys.contains(key) ? cluster.size().vcpus() : 0;
    }
    return used;
  }

  boolean isolationIsMissing(History.Cluster cluster) {
    HostIsolation can = history.host.isolation();
    Isolation asked = cluster.spec.isolation();
    boolean sandboxed = asked != Isolation.SANDBOX || can.sandboxMissing().isEmpty();
    boolean contained = asked != Isolation.CONTAINER || can.containerMissing().isEmpty();
    boolean filtered =
        !cluster.spec.network()
            || can.given(asked) == Isolation.NONE
            || can.filterMissing().isEmpty();
    return !contained || !((sandboxed && filtered) || can.mayGoWithout());
  }

  /// The tasks would have neither sandbox nor container, and the cluster is to have no network.
  boolean networkStaysOpen(History.Cluster cluster) {
    HostIsolation can = history.host.isolation();
    return can.given(cluster.spec.isolation()) == Isolation.NONE && !cluster.spec.network();
  }
}
