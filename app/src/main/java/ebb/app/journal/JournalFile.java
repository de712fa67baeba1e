package ebb.app.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tables of `journal.db` and the statements on them, over one connection. Used by one thread
/// at a time.
final class JournalFile implements AutoCloseable {
  /// Marks the file as a journal of Ebb: "Ebb" and a 1.
  private static final long APPLICATION_ID = 0x45626201L;

  /// The shape of the tables. What the bytes hold has versions of its own. Since 2 a row may hold
  /// many batches.
  private static final long SCHEMA = 2;

  private static final String ROW = "first_sequence, count, epoch, at, packed, bytes, hash";

  /// Written in one statement, so that the checks and the row are one transaction.
  private static final String INSERT =
      "INSERT INTO batch("
          + ROW
          + ") SELECT ?1, ?2, ?3, ?4, 0, ?5, ?6"
          + " WHERE (SELECT epoch FROM owner) = ?3 AND ?1 = 1 + coalesce("
          + "(SELECT first_sequence + count - 1 FROM batch ORDER BY first_sequence DESC LIMIT 1), 0)";

  /// Begins with the row that holds the event after `?1`, which may be packed with some before it.
  private static final String AFTER =
      "SELECT "
          + ROW
          + " FROM batch WHERE first_sequence >= coalesce("
          + "(SELECT max(first_sequence) FROM batch WHERE first_sequence <= ?1 + 1), 0)"
          + " ORDER BY first_sequence";

  private static final String UP_TO =
      "SELECT "
          + ROW
          + " FROM batch WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1";

  private static final String DELETE =
      "DELETE FROM batch WHERE first_sequence BETWEEN ?1 AND ?2 AND packed = 0";

  private static final String PUT_PACK =
      "INSERT INTO batch(" + ROW + ") VALUES (?1, ?2, ?3, ?4, ?7, ?5, ?6)";

  private final Connection connection;
  private @Nullable PreparedStatement insert;

  private JournalFile(Connection connection, boolean writes) throws SQLException {
    this.connection = connection;
    this.insert = writes ? connection.prepareStatement(INSERT) : null;
  }

  /// Asked before a journal is begun.
  interface Beginning {
    void begins() throws StoreRefused;
  }

  /// For the one who appends; begins the file if there is none, or nothing in it.
  static JournalFile open(Path file, Beginning beginning) throws SQLException, StoreRefused {
    Connection connection = Sqlite.open(file, Sqlite.Use.DURABLE_WRITER);
    try {
      prepare(connection, file, beginning);
      return new JournalFile(connection, true);
    } catch (SQLException | StoreRefused e) {
      connection.close();
      throw e;
    }
  }

  /// For one who does not know what the file is.
  static JournalFile openToProve(Path file) throws SQLException, StoreRefused {
    JournalFile journal = openToRead(file);
    try {
      refuseOthers(journal.connection, file);
      return journal;
    } catch (SQLException | StoreRefused e) {
      journal.close();
      throw e;
    }
  }

  /// For one who follows.
  static JournalFile openToRead(Path file) throws SQLException {
    return new JournalFile(Sqlite.open(file, Sqlite.Use.READER), false);
  }

  private static void prepare(Connection connection, Path file, Beginning beginning)
      throws SQLException, StoreRefused {
    long schema = Sqlite.number(connection, "PRAGMA user_version");
    if (schema == 0 && Sqlite.number(connection, "PRAGMA application_id") == 0) {
      beginning.begins();
      create(connection);
      return;
    }
    refuseOthers(connection, file);
    if (schema < SCHEMA) {
      Sqlite.run(connection, "PRAGMA user_version=" + SCHEMA); // the tables are the same
    }
  }

  private static void refuseOthers(Connection connection, Path file)
      throws SQLException, StoreRefused {
    long schema = Sqlite.number(connection, "PRAGMA user_version");
    if (Sqlite.number(connection, "PRAGMA application_id") != APPLICATION_ID) {
      throw new StoreRefused(
          file + " is no journal of Ebb. Start with a folder of Ebb's own, such as --home ~/.ebb.");
    } else if (schema > SCHEMA) {
      throw new StoreRefused(
          file
              + " was written by a newer version of Ebb (tables "
              + schema
              + ", this version knows "
              + SCHEMA
              + "). Start that version, or a later one.");
    }
  }

  private static void create(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    Sqlite.run(
        connection,
        """
        CREATE TABLE batch (
          first_sequence INTEGER PRIMARY KEY,
          count INTEGER NOT NULL,
          epoch INTEGER NOT NULL,
          at INTEGER NOT NULL,
          packed INTEGER NOT NULL, -- how many batches lie packed in the row; 0: one, plain
          bytes BLOB NOT NULL,
          hash BLOB NOT NULL)
        """);
    Sqlite.run(
        connection,
        "CREATE TABLE owner (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL)");
    Sqlite.run(connection, "INSERT INTO owner VALUES (1, 0)");
    Sqlite.run(connection, "PRAGMA application_id=" + APPLICATION_ID);
    Sqlite.run(connection, "PRAGMA user_version=" + SCHEMA);
    connection.commit();
    connection.setAutoCommit(true);
  }

  long epoch() throws SQLException {
    return Sqlite.number(connection, "SELECT epoch FROM owner");
  }

  /// From now on only batches of the new epoch are taken.
  void raiseEpoch(long epoch) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE owner SET epoch = ?1 WHERE epoch < ?1")) {
      update.setLong(1, epoch);
      update.executeUpdate();
    }
    if (epoch() != epoch) {
      throw new SQLException("the epoch " + epoch + " was raised by another server");
    }
  }

  /// Durable when this returns. False if the epoch is not the owner's or the sequence does not
  /// continue.
  boolean insert(JournalRow row) throws SQLException {
    PreparedStatement statement = insert;
    if (statement == null) {
      throw new IllegalStateException("opened to read");
    }
    set(statement, row);
    try {
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      insert = connection.prepareStatement(INSERT); // the driver finalizes one that failed
      throw e;
    }
  }

  private static void set(PreparedStatement statement, JournalRow row) throws SQLException {
    statement.setLong(1, row.firstSequence());
    statement.setInt(2, row.count());
    statement.setLong(3, row.epoch());
    statement.setLong(4, row.at());
    statement.setBytes(5, row.bytes());
    statement.setBytes(6, row.hash().bytes());
  }

  @Nullable JournalRow newest() throws SQLException {
    return rowAt(Long.MAX_VALUE);
  }

  /// The batch that holds the event, or the last one before it.
  @Nullable JournalRow rowAt(long sequence) throws SQLException {
    JournalRow found = null;
    try (PreparedStatement upTo = connection.prepareStatement(UP_TO)) {
      upTo.setLong(1, sequence);
      try (ResultSet rows = upTo.executeQuery()) {
        if (rows.next()) {
          for (JournalRow row : rows(rows)) {
            found = row.firstSequence() <= sequence ? row : found;
          }
        }
      }
    }
    return found;
  }

  /// The last event that is packed; 0 if none is. What is packed is a beginning of the journal, so
  /// that a search by halves finds its end.
  long packedUpTo() throws SQLException {
    long low = 0;
    try (PreparedStatement upTo = connection.prepareStatement(UP_TO)) {
      long high = lastSequence(upTo);
      while (low < high) {
        long middle = low + (high - low + 1) / 2;
        upTo.setLong(1, middle);
        try (ResultSet rows = upTo.executeQuery()) {
          if (!rows.next()) {
            return low; // rows are missing: whoever goes on from here finds that
          } else if (rows.getInt(5) > 0) {
            low = Math.max(middle, rows.getLong(1) + rows.getInt(2) - 1);
          } else {
            high = rows.getLong(1) - 1;
          }
        }
      }
    }
    return low;
  }

  private static long lastSequence(PreparedStatement upTo) throws SQLException {
    upTo.setLong(1, Long.MAX_VALUE);
    try (ResultSet rows = upTo.executeQuery()) {
      return rows.next() ? rows.getLong(1) + rows.getInt(2) - 1 : 0;
    }
  }

  /// Puts a pack in the place of its batches, in one transaction. If that fails nothing was
  /// changed, unless [#isBetweenTransactions] says otherwise.
  void replace(Pack pack) throws SQLException {
    // Said in SQL: to switch the driver's automatic commits on again would itself be a commit.
    Sqlite.run(connection, "BEGIN IMMEDIATE");
    boolean whole = false;
    try {
      exchange(pack);
      Sqlite.run(connection, "COMMIT");
      whole = true;
    } finally {
      if (!whole) {
        rollBack();
      }
    }
  }

  private void exchange(Pack pack) throws SQLException {
    JournalRow row = pack.row();
    try (PreparedStatement delete = connection.prepareStatement(DELETE);
        PreparedStatement put = connection.prepareStatement(PUT_PACK)) {
      delete.setLong(1, row.firstSequence());
      delete.setLong(2, row.lastSequence());
      int deleted = delete.executeUpdate();
      if (deleted != pack.batches()) {
        throw new IllegalStateException(
            deleted + " batches are there of " + pack.batches() + " that were to be packed");
      }
      set(put, row);
      put.setInt(7, pack.batches());
      put.executeUpdate();
    }
  }

  private void rollBack() {
    try {
      Sqlite.run(connection, "ROLLBACK");
    } catch (SQLException doneAlready) {
      // SQLite rolls back by itself on a full disk; if it did not, nothing more may be appended
    }
  }

  /// Whether what is appended next would be a transaction of its own.
  boolean isBetweenTransactions() {
    try {
      Sqlite.run(connection, "BEGIN");
      Sqlite.run(connection, "ROLLBACK");
      return true;
    } catch (SQLException within) {
      return false;
    }
  }

  /// The batches that begin after an event, in order, until about so many bytes are there. Empty at
  /// the end.
  List<JournalRow> after(long sequence, int enoughBytes) throws SQLException {
    List<JournalRow> page = new ArrayList<>();
    int bytes = 0;
    // Prepared for each page: the driver finalizes a statement that failed once, and whoever
    // follows goes on after a failure.
    try (PreparedStatement after = connection.prepareStatement(AFTER)) {
      after.setLong(1, sequence);
      try (ResultSet rows = after.executeQuery()) {
        while (bytes < enoughBytes && rows.next()) {
          for (JournalRow row : rows(rows)) {
            if (row.firstSequence() > sequence) {
              page.add(row);
              bytes += row.bytes().length;
            }
          }
        }
      }
    }
    return page;
  }

  /// The batches of a row of the table.
  private static List<JournalRow> rows(ResultSet row) throws SQLException {
    JournalRow stored =
        new JournalRow(
            row.getLong(1),
            row.getInt(2),
            row.getLong(3),
            row.getLong(4),
            row.getBytes(6),
            new Hash(row.getBytes(7)));
    int packed = row.getInt(5);
    return packed == 0 ? List.of(stored) : Pack.stored(packed, stored).rows();
  }

  Connection connection() {
    return connection;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
