package ebb.agent.protocol;

import java.time.Duration;

/// What the main process used, with every descendant that it waited for itself; of a wrapped task
/// the process that the wrapping put it into. What is not known is zero.
///
/// @param peakMemoryKib zero too if it is no more than what the agent itself has
/// @param bytesRead from disks, not from memory that holds what was read before
/// @param bytesWritten to disks, once they are on their way there
public record Usage(
    Duration user, Duration system, long peakMemoryKib, long bytesRead, long bytesWritten) {

  /// Nobody took the numbers.
  public static final Usage UNKNOWN = new Usage(Duration.ZERO, Duration.ZERO, 0, 0, 0);
}
