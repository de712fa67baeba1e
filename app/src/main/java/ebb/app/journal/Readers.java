package ebb.app.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A few connections that read history, lent for one short statement at a time.
final class Readers implements AutoCloseable {
  /// More read no faster on the machines this was measured on.
  private static final int MOST = 4;

  private static final long WAIT_SECONDS = 10;

  private final Path file;
  private final Semaphore free = new Semaphore(MOST);
  private final ArrayDeque<Reader> idle = new ArrayDeque<>();
  private boolean closed;

  private record Reader(Connection connection, Statements statements) {}

  Readers(Path file) {
    this.file = file;
  }

  /// Makes one row of a table into something.
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  <T> List<T> list(String sql, RowReader<T> rows, Object... values) throws HistoryUnavailable {
    Reader reader = borrow();
    boolean whole = false;
    try (ResultSet result = reader.statements().with(sql, values).executeQuery()) {
      List<T> found = new ArrayList<>();
      while (result.next()) {
        found.add(rows.read(result));
      }
      whole = true;
      return found;
    } catch (SQLException e) {
      throw new HistoryUnavailable("History cannot be read: " + e.getMessage(), true, e);
    } finally {
      giveBack(reader, whole);
    }
  }

  private Reader borrow() throws HistoryUnavailable {
    try {
      if (!free.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new HistoryUnavailable("Too many are reading history. Try again in a moment.", true);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HistoryUnavailable("The server is stopping.", false, e);
    }
    boolean borrowed = false;
    try {
      Reader reader = idleOrNew();
      borrowed = true;
      return reader;
    } catch (SQLException e) {
      throw new HistoryUnavailable("History cannot be opened: " + e.getMessage(), true, e);
    } finally {
      if (!borrowed) {
        free.release();
      }
    }
  }

  private Reader idleOrNew() throws SQLException, HistoryUnavailable {
    synchronized (this) {
      if (closed) {
        throw HistoryUnavailable.closed();
      }
      Reader reader = idle.poll();
      if (reader != null) {
        return reader;
      }
    }
    Connection connection = Sqlite.open(file, Sqlite.Use.READER);
    return new Reader(connection, new Statements(connection));
  }

  private void giveBack(Reader reader, boolean usable) {
    synchronized (this) {
      if (usable && !closed) {
        idle.push(reader);
      } else {
        close(reader);
      }
    }
    free.release();
  }

  private static void close(Reader reader) {
    try {
      reader.connection().close();
    } catch (SQLException e) {
      // a connection that only read has nothing to lose
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(Readers::close);
    idle.clear();
  }
}
