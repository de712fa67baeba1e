package ebb.kernel.protocol;

/// Which kinds of isolation a machine can give. NONE it always can.
///
/// @param sandboxMissing what has to be installed or allowed first, in words; empty if nothing
/// @param containerMissing the same for containers
/// @param mayGoWithout the server was started by a person's own command, for that person alone:
///   where there is no sandbox, tasks run without one and say so
public record HostIsolation(String sandboxMissing, String containerMissing, boolean mayGoWithout) {
  public static final HostIsolation ALL = new HostIsolation("", "", false);
}
