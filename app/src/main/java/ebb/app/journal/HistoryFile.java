package ebb.app.journal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The file of the read tables, and how far they have come. Rebuilt from nothing when it is not
/// there, has other tables than this version writes, is damaged, or does not fit the journal.
final class HistoryFile {
  /// Grows with every change of the tables or of what is written into them.
  static final long SCHEMA = 8;

  private HistoryFile() {}

  /// How far the tables have come, and the hash of the batch that ends there.
  record Position(long sequence, Hash hash) {}

  record Opened(Connection connection, Position position, @Nullable String rebuiltBecause) {}

  /// @param unfitBecause empty if it is opened
  private record Kept(@Nullable Opened opened, String unfitBecause) {}

  /// For the projector.
  ///
  /// @param end the journal's last event. History follows what is durable: one that is ahead proves
  ///   that the journal lost its end, and is refused until that loss is accepted
  static Opened open(Path file, JournalFile journal, long end, LostJournal lost)
      throws SQLException, IOException, StoreRefused {
    String unfit = "";
    if (Files.exists(file)) {
      Kept kept = keep(file, journal, end, lost);
      if (kept.opened() != null) {
        return kept.opened();
      }
      unfit = kept.unfitBecause();
    }
    delete(file);
    Connection connection = Sqlite.open(file, Sqlite.Use.REBUILDABLE_WRITER);
    create(connection);
    return new Opened(connection, new Position(0, Hash.NONE), unfit.isEmpty() ? null : unfit);
  }

  private static Kept keep(Path file, JournalFile journal, long end, LostJournal lost)
      throws SQLException, IOException, StoreRefused {
    try (Closing closing = new Closing()) {
      Connection connection;
      Position position;
      long schema;
      try {
        connection = Sqlite.open(file, Sqlite.Use.REBUILDABLE_WRITER);
        closing.add(connection::close);
        position = position(connection);
        schema = Sqlite.number(connection, "PRAGMA user_version");
      } catch (SQLException e) {
        if (!Sqlite.saysUnfit(e)) {
          throw Sqlite.refused(file, e); // the file may be whole
        }
        return new Kept(null, "it cannot be read (" + e.getMessage() + ")");
      }
      if (position.sequence() > end) {
        lost.refuseAhead(file.getFileName().toString(), position.sequence(), end);
        return new Kept(
            null, "it held events up to " + position.sequence() + " that the journal has lost");
      }
      if (schema != SCHEMA) {
        return new Kept(null, "it was written by another version");
      }
      if (!follows(position, journal)) {
        return new Kept(null, "it follows another journal");
      }
      closing.keep();
      return new Kept(new Opened(connection, position, null), "");
    }
  }

  private static boolean follows(Position position, JournalFile journal) throws SQLException {
    if (position.sequence() == 0) {
      return true;
    }
    JournalRow row = journal.rowAt(position.sequence());
    return row != null
        && row.lastSequence() == position.sequence()
        && row.hash().equals(position.hash());
  }

  static Position position(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT sequence, hash FROM position");
        ResultSet rows = select.executeQuery()) {
      if (!rows.next()) {
        throw new SQLiteException("it has no position", SQLiteErrorCode.SQLITE_CORRUPT);
      }
      return new Position(rows.getLong(1), new Hash(rows.getBytes(2)));
    }
  }

  private static void create(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    for (String statement : schema().split(";", -1)) {
      if (!statement.isBlank()) {
        Sqlite.run(connection, statement);
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO position VALUES (1, 0, ?)")) {
      insert.setBytes(1, Hash.NONE.bytes());
      insert.executeUpdate();
    }
    Sqlite.run(connection, "PRAGMA user_version=" + SCHEMA);
    connection.commit();
    connection.setAutoCommit(true);
  }

  private static String schema() {
    try (InputStream in = HistoryFile.class.getResourceAsStream("history.sql")) {
      if (in == null) {
        throw new IllegalStateException("history.sql is not in the program");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.replaceAll("(?m)^--.*$", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) throws IOException {
    for (String ending : new String[] {"", "-wal", "-shm"}) {
      Files.deleteIfExists(file.resolveSibling(file.getFileName() + ending));
    }
  }
}
