package ebb.app.journal;

import ebb.kernel.engine.Batch;
import ebb.kernel.engine.Journal;
import ebb.kernel.engine.JournalFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The journal of a running server. One row for each batch, chained by hash; a batch is durable
/// when [#append] returns, and the files it went into are still in their places.
///
/// After one failure nothing is taken any more: what is there has to be read again first.
public final class SqliteJournal implements Journal {
  private final JournalFile file;
  private final Reserve reserve;
  private final FilePlace database;
  private @Nullable FilePlace log;

  private long lastSequence;
  private Hash lastHash;
  private @Nullable String failed;

  SqliteJournal(Path path, JournalFile file, long lastSequence, Hash lastHash, Reserve reserve)
      throws IOException {
    this.file = file;
    this.reserve = reserve;
    this.database = FilePlace.of(path);
    this.lastSequence = lastSequence;
    this.lastHash = lastHash;
  }

  @Override
  public synchronized void append(Batch batch) throws JournalFailure {
    if (failed != null) {
      throw new JournalFailure("the journal failed before: " + failed, false, null);
    }
    JournalRow row = JournalRow.of(batch, lastHash);
    try {
      insert(row);
      checkPlaces();
    } catch (SQLException e) {
      throw failure(
          "cannot append to " + database.file() + ": " + e.getMessage(),
          Sqlite.leavesOutcomeUnknown(e),
          e);
    }
    lastSequence = row.lastSequence();
    lastHash = row.hash();
  }

  /// When the disk is full, the reserve is given up for what must still be remembered: ends, stops,
  /// releases. A statement that failed so has left nothing behind, so it may be tried again.
  private void insert(JournalRow row) throws SQLException, JournalFailure {
    boolean taken;
    try {
      taken = file.insert(row);
    } catch (SQLException e) {
      if (!Sqlite.isFull(e) || !reserve.giveUp()) {
        throw e;
      }
      taken = file.insert(row);
    }
    if (!taken) {
      throw failure(whyNotTaken(row), false, null);
    }
  }

  /// Puts a pack in the place of its batches. An append that comes meanwhile waits for it. If the
  /// disk may have taken half of it, nothing more is appended before all was read again.
  synchronized void replace(Pack pack) throws SQLException, JournalFailure {
    if (failed != null) {
      throw new JournalFailure("the journal failed before: " + failed, false, null);
    }
    try {
      file.replace(pack);
    } catch (SQLException | RuntimeException e) {
      boolean unknown = e instanceof SQLException sql && Sqlite.leavesOutcomeUnknown(sql);
      if (unknown || !file.isBetweenTransactions()) {
        throw failure("cannot pack " + database.file() + ": " + e.getMessage(), true, e);
      }
      throw e;
    }
  }

  private String whyNotTaken(JournalRow row) throws SQLException {
    long epoch = file.epoch();
    if (epoch != row.epoch()) {
      return "another server took over this home: it has the epoch "
          + epoch
          + ", this one "
          + row.epoch();
    }
    JournalRow newest = file.newest();
    long end = newest == null ? 0 : newest.lastSequence();
    return "the journal ends with "
        + end
        + ", and a batch that begins with "
        + row.firstSequence()
        + " does not continue it";
  }

  /// Checked after the commit: only what went into files that are still there was remembered.
  private void checkPlaces() throws JournalFailure {
    try {
      if (log == null) {
        log = FilePlace.of(database.file().resolveSibling(database.file().getFileName() + "-wal"));
      }
    } catch (IOException e) {
      throw failure(gone(), true, e);
    }
    if (!database.isTaken() || !log.isTaken()) {
      throw failure(gone(), true, null);
    }
  }

  private String gone() {
    return database.file()
        + " or its log was removed or replaced while the server ran. Stop whatever did that, put the"
        + " folder back, and start again";
  }

  private JournalFailure failure(String what, boolean outcomeUnknown, @Nullable Throwable cause) {
    failed = what;
    return new JournalFailure(what, outcomeUnknown, cause);
  }

  /// The sequence of the newest event that is durable.
  public synchronized long lastSequence() {
    return lastSequence;
  }

  synchronized Hash lastHash() {
    return lastHash;
  }

  synchronized boolean hasFailed() {
    return failed != null;
  }

  synchronized void close() throws SQLException {
    if (failed == null) {
      failed = "it is closed";
    }
    file.close();
  }
}
