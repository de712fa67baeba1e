package ebb.app.journal;

import ebb.kernel.Snapshots;
import ebb.kernel.State;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes snapshots of the running state: copies references on the engine's thread, which is quick
/// because records never change, and writes them on another. None while the disk is full: what is
/// left then serves the journal.
final class SnapshotTaker {
  private static final long WAIT_MILLIS = 120_000;

  private final SnapshotFiles files;
  private final SqliteJournal journal;
  private final Reserve reserve;
  private final long everyEvents;
  private long lastTaken;
  private @Nullable Thread writing;
  private volatile long written;
  private volatile @Nullable String trouble;

  SnapshotTaker(
      SnapshotFiles files,
      SqliteJournal journal,
      Reserve reserve,
      long everyEvents,
      long lastTaken) {
    this.files = files;
    this.journal = journal;
    this.reserve = reserve;
    this.everyEvents = everyEvents;
    this.lastTaken = lastTaken;
    this.written = lastTaken;
  }

  /// Whether one was begun.
  boolean takeIfDue(State state) {
    boolean busy = writing != null && writing.isAlive();
    boolean due = state.sequence() - lastTaken >= everyEvents && !reserve.isGivenUp();
    if (busy || !due || !isDurable(state)) {
      return false;
    }
    lastTaken = state.sequence();
    long sequence = lastTaken;
    Hash hash = journal.lastHash();
    List<Record> facts = Snapshots.facts(state);
    writing =
        Thread.ofPlatform()
            .name("ebb-snapshot")
            .daemon(true)
            .start(() -> write(sequence, hash, facts));
    return true;
  }

  private void write(long sequence, Hash hash, List<Record> facts) {
    try {
      files.write(sequence, hash, facts);
      written = sequence;
      trouble = null;
    } catch (IOException e) {
      trouble = "The snapshot of event " + sequence + " could not be written: " + e.getMessage();
    }
  }

  /// The last one, when nothing changes the state any more. Returns when it is there.
  void takeLast(State state) throws InterruptedException {
    Thread before = writing;
    if (before != null) {
      before.join(WAIT_MILLIS);
    }
    if (state.sequence() > lastTaken && isDurable(state) && !reserve.isGivenUp()) {
      lastTaken = state.sequence();
      write(lastTaken, journal.lastHash(), Snapshots.facts(state));
    }
  }

  /// A state with events that were not appended is no state of the journal.
  private boolean isDurable(State state) {
    return !journal.hasFailed() && state.sequence() == journal.lastSequence();
  }

  /// Up to which event the newest snapshot goes that is on the disk.
  long written() {
    return written;
  }

  @Nullable String trouble() {
    return trouble;
  }
}
