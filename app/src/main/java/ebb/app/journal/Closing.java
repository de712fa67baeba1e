package ebb.app.journal;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayDeque;

/// Closes what was opened, the last first and each whatever becomes of the others; nothing if all
/// is kept.
final class Closing implements AutoCloseable {
  /// How one thing is closed.
  interface Step {
    void close() throws SQLException, IOException, InterruptedException;
  }

  private final ArrayDeque<Step> steps = new ArrayDeque<>();

  void add(Step step) {
    steps.push(step);
  }

  /// All went well: what was opened stays open.
  void keep() {
    steps.clear();
  }

  @Override
  public void close() throws SQLException, IOException {
    Exception first = null;
    while (!steps.isEmpty()) {
      try {
        steps.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (SQLException | IOException e) {
        first = first == null ? e : first;
      }
    }
    switch (first) {
      case SQLException sql -> throw sql;
      case IOException io -> throw io;
      case null, default -> {} // null: all went well
    }
  }
}
