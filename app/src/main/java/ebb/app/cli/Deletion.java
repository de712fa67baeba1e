package ebb.app.cli;

import picocli.CommandLine.Option;

/// az's options of what deletes: whether somebody is asked first, and whether its end is waited
/// for.
final class Deletion {
  @Option(names = "--no-wait", description = "Does not wait.")
  private boolean noWait;

  @Option(
      names = {"-y", "--yes"},
      description = "Does not ask; without a terminal nobody is asked.")
  private boolean yes;

  /// Asks whoever looks on.
  ///
  /// @param what is deleted, in words
  void confirm(String what) {
    if (!yes && Terminal.isThere() && !Terminal.agrees(what + ": go on?")) {
      throw Failed.refused("NotConfirmed", "nothing was deleted: 'y' or --yes agrees.");
    }
  }

  boolean isAwaited() {
    return !noWait;
  }
}
