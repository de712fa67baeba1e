package ebb.agent.serve;

/// The pids of the latest processes that this agent spawned, to tell them from their descendants.
///
/// A ring by the low bits of the pid: an overwritten place only makes a process look unknown, which
/// costs a closer look and nothing else.
final class RecentSpawns {
  private static final int PLACES = 8192;

  private final int[] pids = new int[PLACES];
  private final long[] spawnedNanos = new long[PLACES];
  private final long[] startTicks = new long[PLACES];

  void add(int pid, long nanos, long ticks) {
    int place = pid & (PLACES - 1);
    pids[place] = pid;
    spawnedNanos[place] = nanos;
    startTicks[place] = ticks;
  }

  /// Whether this pid was spawned here at or after a time that is less than a turn of the pids ago.
  boolean hasSince(int pid, long nanos) {
    int place = pid & (PLACES - 1);
    return pids[place] == pid && spawnedNanos[place] - nanos >= 0;
  }

  /// Whether the process with this pid and start time was spawned here.
  boolean has(int pid, long ticks) {
    int place = pid & (PLACES - 1);
    return pids[place] == pid && startTicks[place] == ticks;
  }
}
