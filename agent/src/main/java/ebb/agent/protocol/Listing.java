package ebb.agent.protocol;

import java.time.Instant;
import java.util.List;

/// Everything the agent knows, at one instant.
///
/// Complete up to `position`: a task whose claim was confirmed at or before it is either here or
/// was forgotten on request. A start that is confirmed later may be missing.
public record Listing(
    long position, List<Living> living, List<String> ended, List<String> tombstones) {

  public Listing {
    living = List.copyOf(living);
    ended = List.copyOf(ended);
    tombstones = List.copyOf(tombstones);
  }

  /// A task that has not ended; `pid` is 0 while it waits for its process. `closing` means that its
  /// main process has gone or that it is being stopped.
  public record Living(String task, int pid, Instant since, boolean closing) {}
}
