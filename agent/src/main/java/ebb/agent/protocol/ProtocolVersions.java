package ebb.agent.protocol;

/// The versions of the protocol that this code speaks. A newer server finds an older agent still at
/// work, for agents outlive servers, so old versions stay once they are released.
public final class ProtocolVersions {
  /// In 1, an order named a user in place of its control groups: a task would run without limits.
  public static final int MIN = 2;

  public static final int MAX = 2;

  private ProtocolVersions() {}

  /// The highest version that both sides speak.
  public static int agree(int theirMin, int theirMax) throws Refusal {
    int version = Math.min(MAX, theirMax);
    if (version < Math.max(MIN, theirMin)) {
      throw new Refusal(
          Refusal.Kind.VERSION,
          "the agent speaks versions "
              + MIN
              + " to "
              + MAX
              + " of the protocol, not "
              + theirMin
              + " to "
              + theirMax);
    }
    return version;
  }
}
