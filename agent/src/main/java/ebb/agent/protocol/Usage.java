package ebb.agent.protocol;

import java.time.Duration;

/// What the main process used, with every descendant that it waited for itself; all zero if
/// unknown.
public record Usage(Duration user, Duration system, long peakMemoryKib) {

  /// Nobody took the numbers.
  public static final Usage UNKNOWN = new Usage(Duration.ZERO, Duration.ZERO, 0);
}
