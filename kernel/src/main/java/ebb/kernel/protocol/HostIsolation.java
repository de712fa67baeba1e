package ebb.kernel.protocol;

import java.util.ArrayList;
import java.util.List;

/// Which kinds of isolation a machine can give. NONE it always can.
///
/// @param sandboxMissing what has to be installed or allowed first, in words; empty if nothing
/// @param containerMissing the same for containers
/// @param filterMissing the same for keeping tasks that have the network from link-local addresses
///   and from the server's own port
/// @param unlimited in what tasks are not limited, whatever keeps them apart
/// @param mayGoWithout the server was started by a person's own command, for that person alone:
///   where there is no sandbox or no filter, tasks run without one and say so
public record HostIsolation(
    String sandboxMissing,
    String containerMissing,
    String filterMissing,
    List<Weakness> unlimited,
    boolean mayGoWithout) {
  public static final HostIsolation ALL = new HostIsolation("", "", "", List.of(), false);

  public HostIsolation {
    unlimited = Weakness.sorted(unlimited);
  }

  /// How tasks are kept apart on a new node of a cluster that asks for `asked` and was not refused.
  public Isolation given(Isolation asked) {
    return asked == Isolation.SANDBOX && !sandboxMissing.isEmpty() ? Isolation.NONE : asked;
  }

  /// What that lacks, on a cluster that has the `network` or not.
  public List<Weakness> weaknesses(boolean network) {
    List<Weakness> weaknesses = new ArrayList<>(unlimited);
    if (network && !filterMissing.isEmpty()) {
      weaknesses.add(Weakness.NETWORK_UNFILTERED);
    }
    return Weakness.sorted(weaknesses);
  }
}
