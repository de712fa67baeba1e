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

  /// Puts it, and says so in the body.
  ///
  /// @param before what has the name already, null if nothing has
  JsonNode put(Connection connection, String path, ObjectNode body, @Nullable JsonNode before) {
    Place place = connection.place();
    var named = body.putArray("workspaces");
    if (!workspaces.isEmpty()) {
      workspaces.forEach(named::add);
    } else if (before != null && !place.isNamed()) {
      of(before).forEach(named::add);
    } else {
      named.add(
          String.join("/", place.subscriptionName(), place.groupName(), place.workspaceName()));
      return toOwn(connection, path, body);
    }
    return connection.toServer("PUT", path, body);
  }

  /// The workspace is made only when nothing else is wrong: the server looks for it last.
  private static JsonNode toOwn(Connection connection, String path, ObjectNode body) {
    try {
      return connection.toServer("PUT", path, body);
    } catch (Failed failed) {
      if (!failed.code().equals("ParentResourceNotFound")) {
        throw failed;
      }
      connection.ensureWorkspace();
      return connection.toServer("PUT", path, body);
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
