package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What does not work as it should while the server goes on.
class TroublesTest {
  @TempDir Path folder;

  @Test
  void damageThatASnapshotCoversIsAnAlertWhileTheServerGoesOn() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      server.cluster(1);
      assertThat(metrics(server)).contains("ebb_troubles 0\n");
      assertThat(server.terminate()).isZero();
      damage(server.home());

      server.start();

      ServedHome.until(
          "the damage is an alert", () -> metrics(server).contains("ebb_troubles 1\n"));
      assertThat(server.log()).contains("damaged at event", "put back a backup");
      assertThat(server.submit("after", "true").status()).isEqualTo(201);
    }
  }

  @Test
  void aJobThatWaitsAfterAFaultIsCountedAsBackingOff() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      server.cluster(1);
      server.put(
          ServedHome.job("fails"),
          "{\"cluster\":\"cpu\",\"command\":\"false\",\"retries\":{\"failed\":9}}");
      ServedHome.until(
          "it is counted while it waits",
          () ->
              metrics(server)
                  .contains(
                      "ebb_jobs{cluster=\"cpu\",phase=\"backing off\",workspace=\"lab\"} 1\n"));
      assertThat(server.send("POST", ServedHome.job("fails") + "/cancel", "").status())
          .isLessThan(300);
      server.awaitJob("fails", "ended");
      assertThat(metrics(server))
          .contains("phase=\"backing off\",workspace=\"lab\"} 0\n")
          .contains("phase=\"active\",workspace=\"lab\"} 0\n");
    }
  }

  /// Of the second batch; many come after it.
  private static void damage(Path home) throws Exception {
    String url = "jdbc:sqlite:" + home.resolve("journal.db");
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      int changed =
          statement.executeUpdate(
              "UPDATE batch SET bytes = substr(bytes, 1, length(bytes) - 1) WHERE first_sequence ="
                  + " (SELECT first_sequence FROM batch ORDER BY first_sequence LIMIT 1 OFFSET 1)");
      assertThat(changed).isEqualTo(1);
    }
  }

  private static String metrics(ServedHome server) {
    try {
      return server.get("/metrics").body();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
