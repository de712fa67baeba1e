package ebb.app.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/// Statements of one connection, prepared once each.
final class Statements {
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Statements(Connection connection) {
    this.connection = connection;
  }

  /// Runs one that changes something; the values are numbers, texts, truths and bytes.
  void run(String sql, Object... values) throws SQLException {
    PreparedStatement statement = with(sql, values);
    try {
      statement.executeUpdate();
    } catch (SQLException e) {
      prepared.remove(sql); // the driver finalizes one that failed
      throw e;
    }
  }

  /// The statement with its values set, to be run and its rows closed by the caller.
  PreparedStatement with(String sql, Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setInt(i + 1, number);
        case Boolean truth -> statement.setInt(i + 1, truth ? 1 : 0);
        case String text -> statement.setString(i + 1, text);
        case byte[] bytes -> statement.setBytes(i + 1, bytes);
        default -> // nothing else is in the tables
            throw new IllegalArgumentException("not a value of a table: " + values[i]);
      }
    }
    return statement;
  }
}
