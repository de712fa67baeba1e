package ebb.kernel.protocol;

/// Which kinds of isolation a machine can give. NONE it always can.
///
/// @param sandboxMissing what has to be installed or allowed first, in words; empty if nothing
/// @param containerMissing the same for containers
/// @param filterMissing the same for keeping tasks that have the network from link-local addresses
///   and from the server's own port
/// @param mayGoWithout the server was started by a person's own command, for that person alone:
///   where there is no sandbox or no filter, tasks run without one and say so
public record HostIsolation(
    String sandboxMissing, String containerMissing, String filterMissing, boolean mayGoWithout) {
  public static final HostIsolation ALL = new HostIsolation("", "", "", false);

  /// How tasks are kept apart on a new node of a cluster that asks for `asked` and was not refused.
  public Isolation given(Isolation asked) {
    return asked == Isolation.SANDBOX && !sandboxMissing.isEmpty() ? Isolation.NONE : asked;
  }
}
