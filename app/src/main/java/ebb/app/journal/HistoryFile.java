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

/// The file of the read tables, and how far they have come. Rebuilt from nothing when it is not
/// there, has other tables than this version writes, is damaged, or follows another journal.
final class HistoryFile {
  /// Grows with every change of the tables or of what is written into them.
  static final long SCHEMA = 8;

  private HistoryFile() {}

  /// How far the tables have come, and the hash of the batch that ends there.
  record Position(long sequence, Hash hash) {}

  record Opened(Connection connection, Position position, @Nullable String rebuiltBecause) {}

  /// For the projector.
  ///
  /// @param end the journal's last event. History follows what is durable, so it is never ahead.
  static Opened open(Path file, JournalFile journal, long end, LostJournal lost)
      throws SQLException, IOException, StoreRefused {
    String reason = Files.exists(file) ? null : "";
    if (reason == null) {
      try {
        Opened kept = keep(file, journal, end, lost);
        if (kept != null) {
          return kept;
        }
        reason = "it was written by another version, or is not of what the journal holds";
      } catch (SQLException damaged) {
        reason = "it cannot be read (" + damaged.getMessage() + ")";
      }
    }
    delete(file);
    Connection connection = Sqlite.open(file, Sqlite.Use.REBUILDABLE_WRITER);
    create(connection);
    return new Opened(connection, new Position(0, Hash.NONE), reason.isEmpty() ? null : reason);
  }

  private static @Nullable Opened keep(Path file, JournalFile journal, long end, LostJournal lost)
      throws SQLException, StoreRefused {
    Connection connection = Sqlite.open(file, Sqlite.Use.REBUILDABLE_WRITER);
    Opened opened = null;
    try {
      Position position = position(connection);
      if (position.sequence() > end) {
        lost.refuseAhead(file.getFileName().toString(), position.sequence(), end);
        return null;
      }
      position = usable(connection, position, journal);
      opened = position == null ? null : new Opened(connection, position, null);
      return opened;
    } finally {
      if (opened == null) {
        connection.close();
      }
    }
  }

  private static @Nullable Position usable(
      Connection connection, Position position, JournalFile journal) throws SQLException {
    if (Sqlite.number(connection, "PRAGMA user_version") != SCHEMA) {
      return null;
    }
    if (position.sequence() == 0) {
      return position;
    }
    JournalRow row = journal.rowAt(position.sequence());
    boolean same =
        row != null
            && row.lastSequence() == position.sequence()
            && row.hash().equals(position.hash());
    return same ? position : null;
  }

  static Position position(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT sequence, hash FROM position");
        ResultSet rows = select.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("it has no position");
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
