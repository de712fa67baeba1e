package ebb.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Jobs over a connection.
final class Jobs {
  static final List<Output.Column> COLUMNS =
      List.of(
          Output.Column.of("Name", "/name"),
          Output.Column.of("Status", "/properties/status"),
          new Output.Column("Cluster", job -> last(job.at("/properties/computeId").asString(""))),
          Output.Column.of("Submitted", "/systemData/createdAt"),
          Output.Column.of("List cost", "/properties/properties/ebb.cost.list"));

  private final Connection connection;

  Jobs(Connection connection) {
    this.connection = connection;
  }

  /// What is typed of a job.
  ///
  /// @param cluster the cluster that it runs on; null: one that Ebb keeps for the size
  record Wanted(
      String command,
      @Nullable String cluster,
      String size,
      int nodes,
      @Nullable String limit,
      Map<String, String> variables) {}

  private static String last(String id) {
    return id.substring(id.lastIndexOf('/') + 1);
  }

  private static String path(String name) {
    return "/jobs/" + Connection.encoded(name);
  }

  JsonNode submit(String name, Wanted wanted) {
    connection.ensureWorkspace();
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode job =
        body.putObject("properties").put("jobType", "Command").put("command", wanted.command());
    ObjectNode resources = job.putObject("resources").put("instanceCount", wanted.nodes());
    if (wanted.cluster() == null) {
      resources.put("instanceType", wanted.size());
    } else {
      job.put("computeId", wanted.cluster());
    }
    if (wanted.limit() != null) {
      job.putObject("limits").put("jobLimitsType", "Command").put("timeout", wanted.limit());
    }
    ObjectNode variables = job.putObject("environmentVariables");
    wanted.variables().forEach(variables::put);
    return connection.arm("PUT", path(name), body);
  }

  JsonNode show(String name) {
    return connection.arm("GET", path(name), null);
  }

  /// The newest jobs: one page, because a history is long.
  List<JsonNode> newest() {
    return connection.arm("GET", "/jobs", null).path("value").valueStream().toList();
  }

  void cancel(String name) {
    connection.arm("POST", path(name) + "/cancel", null);
  }

  /// Copies what the job wrote, and, if it is followed, what it writes until it ends.
  void copyLogs(String name, boolean errors, boolean follow) {
    String query = "?stream=" + (errors ? "stderr" : "stdout") + "&follow=" + follow;
    try (InputStream log = connection.stream(path(name) + "/logs" + query)) {
      byte[] piece = new byte[8192];
      for (int read = log.read(piece); read >= 0; read = log.read(piece)) {
        System.out.write(piece, 0, read);
        System.out.flush();
      }
    } catch (IOException broken) {
      throw new Failed(
          "LogBroken",
          "the log broke off ("
              + broken.getMessage()
              + "); the job goes on: 'ebb logs -f "
              + name
              + "'.",
          1);
    }
  }

  /// Why a job, a cluster or a node is as it is.
  String why(String name) {
    for (String kind : List.of("/jobs/", "/clusters/")) {
      try {
        return connection
            .own("GET", kind + Connection.encoded(name) + "/why", null)
            .path("message")
            .asString();
      } catch (Failed absent) {
        if (absent.exitCode() != 3) {
          throw absent;
        }
      }
    }
    throw new Failed("ResourceNotFound", "There is no job and no cluster '" + name + "'.", 3);
  }
}
