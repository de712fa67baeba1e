package ebb.app.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which workspaces may use what an owner puts: an option of each command that puts such a thing.
final class GivenTo {
  @Option(
      names = "--for",
      paramLabel = "SUBSCRIPTION/GROUP/WORKSPACE",
      description = "Whose jobs may use it, once for each (default: the workspace's).")
  private List<String> workspaces = new ArrayList<>();

  /// Says so in the body of a request.
  void addTo(ObjectNode body, Place place, Connection connection) {
    var named = body.putArray("workspaces");
    workspaces.forEach(named::add);
    if (workspaces.isEmpty()) {
      connection.ensureWorkspace();
      named.add(
          String.join("/", place.subscriptionName(), place.groupName(), place.workspaceName()));
    }
  }

  /// Those rows of a list that the workspace may use, where one is named; else all.
  static List<JsonNode> listed(Place place, Connection connection, String path) {
    boolean all = !place.isNamed();
    if (!all) {
      connection.hasWorkspace(); // whoever mistypes a name is told
    }
    return connection
        .ofServer(path)
        .path("value")
        .valueStream()
        .filter(row ->
            all
                || row.path("workspaces")
                    .valueStream()
                    .anyMatch(each -> place.isConcernedBy(each.asString())))
        .toList();
  }

  /// The workspaces of a row, as they are typed.
  static String shown(JsonNode row) {
    List<String> shown = new ArrayList<>();
    for (var each : row.path("workspaces")) {
      String[] parts = each.asString().split("/", -1); // of an ARM path
      shown.add(parts.length == 9 ? parts[2] + "/" + parts[4] + "/" + parts[8] : each.asString());
    }
    return String.join(" ", shown);
  }
}
