package ebb.app.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// Why a job, a cluster or a node is as it is, in the server's words, and what else there is to
/// say.
///
/// @param message the server's
/// @param more a line each
record Why(String message, List<String> more) {

  static Why of(Connection connection, String name) {
    String encoded = Connection.encoded(name);
    try {
      return ofJob(connection, name);
    } catch (Failed absent) {
      orElse(absent);
    }
    try {
      return ofCluster(connection, connection.own("GET", "/clusters/" + encoded, null));
    } catch (Failed absent) {
      orElse(absent);
    }
    try { // a node is of no workspace
      JsonNode why = connection.ofServer("/ebb/v1/nodes/" + encoded + "/why");
      return new Why(message(why), isolation(why));
    } catch (Failed absent) {
      orElse(absent);
    }
    throw new Failed(
        "ResourceNotFound", "there is no job, cluster or node '" + name + "'.", Failed.ABSENT);
  }

  private static void orElse(Failed failed) {
    if (!failed.isAbsence() && !failed.code().equals("BadRequest")) {
      throw failed;
    }
  }

  private static String message(JsonNode why) {
    return why.path("message").asString();
  }

  private static Why ofJob(Connection connection, String name) {
    String path = "/jobs/" + Connection.encoded(name);
    JsonNode why = connection.own("GET", path + "/why", null);
    List<String> more = new ArrayList<>();
    JsonNode used = why.path("used");
    List<String> amounts = used(used);
    // Its command, or what was to make its environment ready, which has no exit code.
    boolean ran = why.at("/numbers/exitCode").isNumber() || !amounts.isEmpty();
    if (ran && why.at("/numbers/cause").asString("").equals("failed")) {
      more.add("what it wrote: " + logs(connection.own("GET", path, null)));
    }
    if (!amounts.isEmpty()) {
      more.add("used: " + String.join(", ", amounts));
    }
    if (used.has("checkpoint")) {
      more.add("newest checkpoint: " + used.path("checkpoint").asString());
    }
    more.addAll(isolation(why));
    return new Why(message(why), more);
  }

  private static List<String> isolation(JsonNode why) {
    return why.has("isolation")
        ? List.of("isolation: " + Plan.weaker(why.path("isolation").asString(), why))
        : List.of();
  }

  /// What is known of it.
  private static List<String> used(JsonNode used) {
    List<String> amounts = new ArrayList<>();
    if (used.has("cpu")) {
      double seconds = Duration.parse(used.path("cpu").asString()).toMillis() / 1000.0;
      amounts.add(String.format(Locale.ROOT, "%.1f s of processor time", seconds));
    }
    if (used.has("peakMemoryMebibytes")) {
      amounts.add(used.path("peakMemoryMebibytes").asLong() + " MiB of memory at most");
    }
    if (used.has("bytesRead")) {
      amounts.add(Plan.bytes(used.path("bytesRead").asLong()) + " read");
    }
    if (used.has("bytesWritten")) {
      amounts.add(Plan.bytes(used.path("bytesWritten").asLong()) + " written");
    }
    return amounts;
  }

  /// Where to look for what a command that failed has said of it: on one of its nodes, if it has
  /// more.
  static String logs(JsonNode job) {
    return logs(job.path("name").asString(), job.path("nodes").asInt(1) > 1 ? "N" : "");
  }

  /// @param rank empty: the first
  static String logs(String job, String rank) {
    return "ebb logs --stderr " + (rank.isEmpty() ? "" : "--rank " + rank + " ") + job;
  }

  /// Of a cluster and nothing else: a job may have the same name.
  static Why ofCluster(Connection connection, JsonNode cluster) {
    String name = Connection.encoded(cluster.path("name").asString());
    JsonNode why = connection.own("GET", "/clusters/" + name + "/why", null);
    String kept = Clusters.keptByMinimum(cluster);
    return new Why(message(why), kept.isEmpty() ? List.of() : List.of(kept));
  }

  void print() {
    System.out.println(message);
    more.forEach(System.out::println);
  }
}
