package ebb.app.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// (g) What a home keeps for ever of each job, as files on the disk, and what packing the journal
/// brings. The jobs come one after the other, each with a command of its own: the smallest batches
/// and the most specifications that there can be.
final class Growth {
  private static final String CLUSTER = "growth";
  private static final long IDLE_MILLIS = 20_000;
  private static final long PACKED_WITHIN_MILLIS = 120_000;
  private static final long STILL_MILLIS = 3_000;

  private Growth() {}

  static void run(Workbench workbench) throws Exception {
    int jobs = workbench.brief() ? 2_000 : 10_000;
    Workbench.say(
        "method: %d jobs `/bin/true NUMBER` by one connection that waits for each answer, one node; the server stopped"
            + " in the ordinary way, the files measured, started again until nothing is left to pack, stopped and"
            + " measured again; what is idle is the same server without a job for %d s",
        jobs, IDLE_MILLIS / 1000);
    Machine machine = new Machine();
    Path home = workbench.home("growth");
    try (ServerProcess server = workbench.server(home, "1g", "--virtual-nodes")) {
      server.start();
      machine.begin(server.processes());
      submit(server, jobs);
      machine.end();
      server.stop();
      long plain = used(home, "journal.db");
      long before = rows(home);
      server.start();
      awaitPacked(home);
      long idleFrom = events(home);
      Thread.sleep(IDLE_MILLIS);
      long idle = events(home) - idleFrom;
      server.stop();
      long packed = used(home, "journal.db");
      Workbench.say(
          "journal.db: %d bytes for each job as it was appended (%d rows in all), %d packed (%d rows), 1 : %.1f; %d"
              + " events while idle",
          plain / jobs, before, packed / jobs, rows(home), (double) plain / packed, idle);
      Workbench.say("history.db: %d bytes for each job", used(home, "history.db") / jobs);
      Workbench.say(
          "specifications.db: %d bytes for each job that differs from all others",
          used(home, "specifications.db") / jobs);
      Workbench.say("%s", machine.othersAtMost());
      Workbench.result(
          "g",
          "kept for each job",
          "%d bytes"
              .formatted(
                  (packed + used(home, "history.db") + used(home, "specifications.db")) / jobs),
          "none yet");
    }
  }

  private static void submit(ServerProcess server, int jobs) throws Exception {
    try (ServerApi api = new ServerApi(server.connect());
        LeanClient client = server.connect()) {
      api.putWorkspace();
      api.putCluster(CLUSTER, "Standard_D1_v2", 1, 1, "PT1H");
      api.awaitIdleNodes(CLUSTER, 1);
      for (int i = 0; i < jobs; i++) {
        String body = "{\"cluster\":\"growth\",\"command\":[\"/bin/true\",\"" + i + "\"]}";
        int status =
            client.request(
                "PUT", ServerApi.jobPath("job-" + i), body.getBytes(StandardCharsets.UTF_8));
        if (status != 201) {
          throw new IOException("a submit was answered with " + status + ": " + client.body());
        }
        api.awaitEnds(CLUSTER, 1);
      }
    }
  }

  /// Until the number of rows stands still.
  private static void awaitPacked(Path home) throws Exception {
    long deadline = System.nanoTime() + PACKED_WITHIN_MILLIS * 1_000_000;
    long before;
    long rows = rows(home);
    do {
      before = rows;
      Thread.sleep(STILL_MILLIS);
      rows = rows(home);
    } while (rows != before && System.nanoTime() < deadline);
  }

  private static long rows(Path home) throws SQLException {
    return number(home.resolve("journal.db"), "SELECT count(*) FROM batch");
  }

  private static long events(Path home) throws SQLException {
    return number(home.resolve("journal.db"), "SELECT sum(count) FROM batch");
  }

  /// Pages that hold something: those that are free are written again before the file grows.
  private static long used(Path home, String name) throws Exception {
    Path file = home.resolve(name);
    long pages = number(file, "PRAGMA page_count") - number(file, "PRAGMA freelist_count");
    Workbench.say("%s: %d bytes on the disk", name, Files.size(file));
    return pages * number(file, "PRAGMA page_size");
  }

  private static long number(Path file, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }
}
