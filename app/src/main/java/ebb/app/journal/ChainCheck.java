package ebb.app.journal;

import org.jspecify.annotations.Nullable;

/// Whether a row is the one that was written after another.
final class ChainCheck {
  private ChainCheck() {}

  /// What is wrong with the row that was found after `sequence`; null if nothing is.
  static @Nullable String broken(JournalRow row, long sequence, Hash hash) {
    if (row.firstSequence() != sequence + 1) {
      return "the next row begins with event " + row.firstSequence() + ", so rows are missing";
    }
    if (row.count() < 1 || !row.follows(hash)) {
      return "its checksum is another one, so the row, or one before it, was changed";
    }
    return null;
  }
}
