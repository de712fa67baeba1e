package ebb.app.journal;

import ebb.kernel.engine.JournalFailure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Packs the batches that a snapshot covers, oldest first, on a thread of its own: reads, checks
/// and deflates them beside the engine, and lets the journal's one writer put each pack in their
/// place in one short transaction. Between two transactions it rests for longer than the engine may
/// have waited for the first.
///
/// What is packed is a beginning of the journal, so that the file itself says where to go on. None
/// while the disk is full: a transaction needs room before it gives any.
final class Packer {
  /// Batches in one pack, so that few rows are deleted at once: a transaction with 400 took 1 to 7
  /// milliseconds, and 23 at worst on a busy machine.
  private static final int BATCHES_MOST = 1_000;

  /// How often it looks whether there is a newer snapshot.
  private static final long IDLE_MILLIS = 1_000;

  /// After trouble, which a person has to see to.
  private static final long RETRY_MILLIS = 60_000;

  /// The writer is the packer's for a tenth of the time at most.
  private static final long REST_SHARE = 9;

  /// And the processor, while it deflates, for half of it.
  private static final long REST_MILLIS_LEAST = 10;

  private static final long STOP_MILLIS = 10_000;

  private final JournalFile reading;
  private final SqliteJournal journal;
  private final Reserve reserve;
  private final LongSupplier covered;
  private final int packBytes;
  private final Thread thread;
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile @Nullable String trouble;

  /// What is packed, and the hash of the batch that ends there; -1 until it was looked up.
  private long sequence = -1;

  private Hash hash = Hash.NONE;

  /// The end up to which there was no whole pack any more: not looked at twice.
  private long exhausted;

  /// @param reading a connection of its own, closed by [#stop]
  /// @param covered up to which event the newest snapshot goes that is on the disk
  /// @param packBytes how many bytes of batches are packed together, and about how many stay plain
  Packer(
      JournalFile reading,
      SqliteJournal journal,
      Reserve reserve,
      LongSupplier covered,
      int packBytes) {
    this.reading = reading;
    this.journal = journal;
    this.reserve = reserve;
    this.covered = covered;
    this.packBytes = packBytes;
    this.thread = Thread.ofPlatform().name("ebb-packer").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// What keeps it from going on; null if nothing does.
  @Nullable String trouble() {
    return trouble;
  }

  private void run() {
    try {
      long rest = 0;
      while (!stop.await(rest, TimeUnit.MILLISECONDS)) {
        rest = step();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Does one pack; how long to rest afterwards.
  private long step() {
    try {
      long took = reserve.isGivenUp() ? -1 : packNext();
      trouble = null;
      return took < 0 ? IDLE_MILLIS : Math.max(REST_MILLIS_LEAST, took * REST_SHARE);
    } catch (Damaged damaged) {
      trouble = damaged.words;
      return RETRY_MILLIS;
    } catch (SQLException | JournalFailure | RuntimeException e) { // also a bug must be told of
      trouble =
          "The journal is no longer packed from event "
              + (sequence + 1)
              + " on, and grows faster: "
              + (e instanceof RuntimeException ? e : e.getMessage());
      return RETRY_MILLIS;
    }
  }

  /// For how many milliseconds the journal's writer was held; -1 if there was nothing to pack.
  private long packNext() throws SQLException, JournalFailure, Damaged {
    long end = covered.getAsLong();
    if (sequence < 0) {
      sequence = reading.packedUpTo();
      JournalRow last = reading.rowAt(sequence);
      hash = last == null ? Hash.NONE : last.hash();
    }
    List<JournalRow> rows = end > exhausted ? next(end) : List.of();
    if (rows.isEmpty()) {
      exhausted = end;
      return -1;
    }
    Pack pack = Pack.of(hash, rows);
    if (pack.rows().size() != rows.size()) {
      throw new IllegalStateException("what was packed does not unpack to what it was");
    }
    long began = System.nanoTime();
    journal.replace(pack);
    sequence = pack.row().lastSequence();
    hash = pack.row().hash();
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }

  /// The next rows that are to be packed together, each proven to follow the one before it; none if
  /// they would make no whole pack yet.
  private List<JournalRow> next(long end) throws SQLException, Damaged {
    List<JournalRow> rows = new ArrayList<>();
    long bytes = 0;
    long at = sequence;
    Hash before = hash;
    for (JournalRow row : reading.after(sequence, packBytes)) {
      if (row.lastSequence() > end) {
        return List.of();
      }
      String broken = ChainCheck.broken(row, at, before);
      if (broken != null) {
        throw new Damaged(at + 1, broken);
      }
      rows.add(row);
      bytes += row.bytes().length;
      at = row.lastSequence();
      before = row.hash();
      if (rows.size() == BATCHES_MOST) {
        return rows;
      }
    }
    return bytes < packBytes ? List.of() : rows;
  }

  /// A batch that a snapshot covers is not what was appended.
  private static final class Damaged extends Exception {
    private static final long serialVersionUID = 1;

    private final String words;

    Damaged(long event, String how) {
      super(how);
      this.words =
          "The journal is damaged at event "
              + event
              + ": "
              + how
              + ". The server goes on from its snapshot, without which it could not start again, and"
              + " nothing from that event on can be proven: stop it and put back a backup of the"
              + " whole folder. Until then the journal is no longer packed, and grows faster.";
    }
  }

  /// Ends it between two transactions.
  void stop() throws SQLException, InterruptedException {
    stop.countDown();
    thread.join(STOP_MILLIS);
    if (!thread.isAlive()) {
      reading.close();
    }
  }
}
