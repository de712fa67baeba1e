package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A home that `ebb serve` does not start on: it says why, and what to do.
class RefusedHomeTest {
  private static final int UNUSABLE = 2;

  @TempDir Path folder;

  @Test
  void homeThatAnotherServerHasOrANewerVersionWroteIsRefusedWithWhatToDo() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      Typed typed = new Typed(folder, server.home());
      Typed.Said second = typed.ebb("serve --port 0");
      assertThat(second.code()).as(second.err()).isEqualTo(UNUSABLE);
      assertThat(second.err())
          .startsWith("ebb: Another Ebb server, process " + server.process().pid() + ", runs on")
          .contains("" + server.home(), "Use that one, stop it", "another --home")
          .doesNotContain("\tat ");
      assertThat(second.out()).isEmpty();
      assertThat(server.get("/health").status()).as("the first goes on").isEqualTo(200);

      assertThat(server.terminate()).isZero();
      writtenByANewerVersion(server.home());
      Typed.Said older = typed.ebb("serve --port 0");
      assertThat(older.code()).as(older.err()).isEqualTo(UNUSABLE);
      assertThat(older.err())
          .startsWith("ebb: ")
          .contains("journal.db was written by a newer version of Ebb", "Start that version")
          .doesNotContain("\tat ");
      assertThat(older.out()).isEmpty();
    }
  }

  private static void writtenByANewerVersion(Path home) throws Exception {
    String url = "jdbc:sqlite:" + home.resolve("journal.db");
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version=1000");
    }
  }
}
