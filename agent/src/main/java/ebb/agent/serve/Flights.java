package ebb.agent.serve;

import java.util.TreeSet;

/// Calls of `posix_spawn` under way. A child exists before its pid is known here, so whoever meets
/// an unknown child waits until the calls that were under way have returned. Guarded by the lock of
/// the [TaskTable].
final class Flights {
  private final TreeSet<Long> open = new TreeSet<>();
  private long begun;

  long begin() {
    open.add(++begun);
    return begun;
  }

  void end(long flight) {
    open.remove(flight);
  }

  boolean isNone() {
    return open.isEmpty();
  }

  /// The latest flight that has begun.
  long latest() {
    return begun;
  }

  /// Whether every flight up to this one has ended.
  boolean haveEnded(long upTo) {
    return open.isEmpty() || open.first() > upTo;
  }
}
