package ebb.kernel.quota;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.VmSize;
import java.util.List;
import java.util.TreeMap;

/// What the nodes that are not virtual take of the host machine.
public final class HostUsage {
  private long cores;
  private long memoryMebibytes;
  private long gpus;
  private final TreeMap<ClusterId, Integer> holders = new TreeMap<>();

  /// So many nodes of the cluster came to be, or (negative) are gone.
  public void count(ClusterId cluster, VmSize size, int nodes) {
    cores += (long) nodes * size.vcpus();
    memoryMebibytes += (long) nodes * size.memoryMebibytes();
    gpus += (long) nodes * size.gpus();
    holders.merge(cluster, nodes, (a, b) -> a + b == 0 ? null : a + b);
  }

  /// How many more nodes of this size fit beside what is there.
  public int room(Host host, VmSize size) {
    long byCores = (host.cores() - cores) / Math.max(1, size.vcpus());
    long byMemory =
        (host.memoryMebibytes() - memoryMebibytes) / Math.max(1, size.memoryMebibytes());
    long byGpus = size.gpus() == 0 ? Long.MAX_VALUE : (host.gpus() - gpus) / size.gpus();
    return Math.clamp(Math.min(Math.min(byCores, byMemory), byGpus), 0, Integer.MAX_VALUE);
  }

  /// Something of which one node needs more than there is.
  public record Lack(int needed, int has) {}

  /// What the machine has too little of for one node of a size, also when it has no other; null
  /// where it has enough.
  public record Lacks(@Nullable Lack cores, @Nullable Lack memoryMebibytes, @Nullable Lack gpus) {
    /// What there is too little of; null if nothing is.
    public static @Nullable Lacks of(Host host, VmSize size) {
      return new HostUsage().room(host, size) > 0
          ? null
          : new Lacks(
              lack(Math.max(1, size.vcpus()), host.cores()),
              lack(Math.max(1, size.memoryMebibytes()), host.memoryMebibytes()),
              lack(size.gpus(), host.gpus()));
    }

    private static @Nullable Lack lack(int needed, int has) {
      return needed > has ? new Lack(needed, has) : null;
    }
  }

  /// Whether `nodes` more fit, or may share the machine; null if so.
  public @Nullable Rejection refusal(
      Host host, VmSize size, int nodes, Quotas.@Nullable HolderNames names) {
    if (host.virtualNodes() || room(host, size) >= nodes) {
      return null;
    }
    Rejection never = neverFit(host, size, nodes);
    if (never != null) {
      return never;
    }
    return new Rejection.HostFull(
        size,
        nodes,
        (int) (host.cores() - cores),
        (int) (host.memoryMebibytes() - memoryMebibytes),
        (int) (host.gpus() - gpus),
        Quotas.largest(holders, names));
  }

  /// Whether so many fit, or may share the machine, when it has no other; null if so.
  public static @Nullable Rejection neverFit(Host host, VmSize size, int nodes) {
    return host.virtualNodes() || new HostUsage().room(host, size) >= nodes
        ? null
        : new Rejection.HostTooSmall(
            size, nodes, host.cores(), host.memoryMebibytes(), host.gpus());
  }

  public Object derived() {
    return List.of(cores, memoryMebibytes, gpus, holders);
  }
}
