package ebb.app.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Opens SQLite files the way Ebb uses them: write-ahead log, one writer, readers that do not wait.
final class Sqlite {
  /// How long a statement waits for another connection: a checkpoint at most.
  private static final int BUSY_MILLIS = 10_000;

  /// Measured: 64 MiB of cache and 4000 pages of log gave the best group commit of those tried.
  private static final int CACHE_KIBIBYTES = 64 * 1024;

  /// Pages in the log beyond which a commit moves them into the file.
  private static final int CHECKPOINT_PAGES = 4_000;

  /// The log is cut back to this when it is started over.
  private static final int LOG_BYTES_KEPT = 64 * 1024 * 1024;

  private Sqlite() {}

  enum Use {
    /// Every commit is on the disk when it returns.
    DURABLE_WRITER,
    /// The last commits may be lost with the power, never a part of one: for what can be rebuilt.
    REBUILDABLE_WRITER,
    READER
  }

  static Connection open(Path file, Use use) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    // The driver would ask for the last row's number after each insert.
    config.setGetGeneratedKeys(false);
    if (use == Use.READER) {
      config.setReadOnly(true);
    } else {
      config.setJournalMode(SQLiteConfig.JournalMode.WAL);
      config.setCacheSize(-CACHE_KIBIBYTES);
      config.setJournalSizeLimit(LOG_BYTES_KEPT);
      config.setSynchronous(
          use == Use.DURABLE_WRITER
              ? SQLiteConfig.SynchronousMode.FULL
              : SQLiteConfig.SynchronousMode.NORMAL);
    }
    Connection connection = config.createConnection("jdbc:sqlite:" + file);
    try {
      if (use != Use.READER) {
        run(connection, "PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
      }
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  static boolean isFull(SQLException e) {
    return code(e) == SQLiteErrorCode.SQLITE_FULL;
  }

  /// Whether a commit that failed so may be there all the same: the disk said no, and nobody knows
  /// after how much.
  static boolean leavesOutcomeUnknown(SQLException e) {
    int primary = code(e).code & 0xFF;
    return primary != SQLiteErrorCode.SQLITE_FULL.code
        && primary != SQLiteErrorCode.SQLITE_READONLY.code
        && primary != SQLiteErrorCode.SQLITE_BUSY.code
        && primary != SQLiteErrorCode.SQLITE_CONSTRAINT.code
        && primary != SQLiteErrorCode.SQLITE_CANTOPEN.code;
  }

  /// Whether the content of the file is at fault, damaged or with other tables than are asked for,
  /// and not the disk, its room, or another program that holds it.
  static boolean saysUnfit(SQLException e) {
    int primary = code(e).code & 0xFF;
    return primary == SQLiteErrorCode.SQLITE_CORRUPT.code
        || primary == SQLiteErrorCode.SQLITE_NOTADB.code
        || primary == SQLiteErrorCode.SQLITE_ERROR.code;
  }

  private static SQLiteErrorCode code(SQLException e) {
    return e instanceof SQLiteException sqlite
        ? sqlite.getResultCode()
        : SQLiteErrorCode.UNKNOWN_ERROR;
  }

  /// Why a file cannot be used, and what to do.
  static StoreRefused refused(Path file, SQLException e) {
    int primary = code(e).code & 0xFF;
    String what;
    if (primary == SQLiteErrorCode.SQLITE_FULL.code) {
      what = "the disk is full. Free some space and start again";
    } else if (primary == SQLiteErrorCode.SQLITE_READONLY.code
        || primary == SQLiteErrorCode.SQLITE_CANTOPEN.code
        || primary == SQLiteErrorCode.SQLITE_PERM.code) {
      what =
          "it cannot be written. Check that the disk is not mounted read-only and that the folder"
              + " and its files belong to the user who starts Ebb";
    } else if (primary == SQLiteErrorCode.SQLITE_CORRUPT.code
        || primary == SQLiteErrorCode.SQLITE_NOTADB.code) {
      what = "it is damaged. Put back a backup of the whole folder";
    } else if (primary == SQLiteErrorCode.SQLITE_BUSY.code
        || primary == SQLiteErrorCode.SQLITE_LOCKED.code) {
      what = "another program holds it open. Close that program and start again";
    } else {
      what = "the disk does not answer as it should. Check it and start again";
    }
    return new StoreRefused("Cannot use " + file + ": " + what + ". (" + e.getMessage() + ")", e);
  }
}
