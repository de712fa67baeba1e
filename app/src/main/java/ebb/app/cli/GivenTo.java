package ebb.app.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which workspaces may use what an owner puts: an option of each command that puts such a thing.
final class GivenTo {
  @Option(
      names = "--for",
      paramLabel = "SUBSCRIPTION/GROUP/WORKSPACE",
      description =
          "Whose jobs may use it, once for each (default: whose may already; of a new one the workspace's).")
  private List<String> workspaces = new ArrayList<>();

  /// Says so in the body of a request.
  ///
  /// @param before what has the name already, null if nothing has
  void addTo(ObjectNode body, Place place, Connection connection, @Nullable JsonNode before) {
    var named = body.putArray("workspaces");
    if (!workspaces.isEmpty()) {
      workspaces.forEach(named::add);
    } else if (before != null && !place.isNamed()) {
      of(before).forEach(named::add);
    } else {
      connection.ensureWorkspace();
      named.add(
          String.join("/", place.subscriptionName(), place.groupName(), place.workspaceName()));
    }
  }

  /// The row of this name in a list; null if there is none.
  static @Nullable JsonNode row(Connection connection, String path, String name) {
    return connection
        .ofServer(path)
        .path("value")
        .valueStream()
        .filter(row -> row.path("name").asString().equalsIgnoreCase(name))
        .findFirst()
        .orElse(null);
  }

  /// Those rows of a list that the workspace may use, where one is named; else all.
  static List<JsonNode> listed(Connection connection, String path) {
    return connection.concerned(path, row -> row.path("workspaces").valueStream());
  }

  /// The workspaces of a row, as they are typed.
  static String shown(JsonNode row) {
    return String.join(" ", of(row));
  }

  private static List<String> of(JsonNode row) {
    List<String> shown = new ArrayList<>();
    for (var each : row.path("workspaces")) {
      String[] parts = each.asString().split("/", -1); // of an ARM path
      shown.add(parts.length == 9 ? parts[2] + "/" + parts[4] + "/" + parts[8] : each.asString());
    }
    return shown;
  }
}
