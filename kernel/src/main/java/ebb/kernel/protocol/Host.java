package ebb.kernel.protocol;

/// The machine that a local backend divides into nodes.
///
/// @param virtualNodes whether nodes may share the machine when they do not fit beside each other
public record Host(
    int cores, int memoryMebibytes, int gpus, boolean virtualNodes, HostIsolation isolation) {
  /// A backend whose nodes are machines of their own: nothing to divide.
  public static final Host UNBOUNDED =
      new Host(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, false);

  /// A machine that gives every kind of isolation.
  public Host(int cores, int memoryMebibytes, int gpus, boolean virtualNodes) {
    this(cores, memoryMebibytes, gpus, virtualNodes, HostIsolation.ALL);
  }
}
