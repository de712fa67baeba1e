package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What Azure has at a path and Ebb has not, said by its name, so that nobody looks for a mistake
/// of their own.
final class NotServed {
  private static final String WORKSPACES = "workspaces";
  private static final String SERVING = "nothing is served from models so far";
  private static final String NETWORK = "workspaces have the machine's own network";
  private static final String FEATURES = "there are no feature stores";

  /// By what follows the workspace in its paths.
  private static final Map<String, String> IN_WORKSPACE =
      insensitive(
          Map.ofEntries(
              Map.entry("components", "send the command itself as a job"),
              Map.entry("schedules", "a schedule of your own machine can send jobs"),
              Map.entry("connections", "give jobs secrets instead (docs/data.md)"),
              Map.entry("codes", "code is known by its hash: ask for a version of it"),
              Map.entry("onlineEndpoints", SERVING),
              Map.entry("batchEndpoints", SERVING),
              Map.entry("serverlessEndpoints", SERVING),
              Map.entry("marketplaceSubscriptions", SERVING),
              Map.entry("featuresets", FEATURES),
              Map.entry("featurestoreEntities", FEATURES),
              Map.entry("outboundRules", NETWORK),
              Map.entry("privateEndpointConnections", NETWORK),
              Map.entry("privateLinkResources", NETWORK),
              Map.entry("listKeys", "a workspace has no keys of other services"),
              Map.entry("diagnose", "'ebb why' says what something waits for")));

  /// By what is asked of a cluster.
  private static final Map<String, String> OF_COMPUTE =
      insensitive(
          Map.of(
              "start", "a cluster has nodes while jobs need them",
              "stop", "a cluster without jobs has no nodes once they were idle long enough",
              "restart", "a cluster has nodes while jobs need them"));

  private NotServed() {}

  private static Map<String, String> insensitive(Map<String, String> map) {
    TreeMap<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(map);
    return all;
  }

  /// The answer to a request for a path where there is nothing.
  static Response answer(Request request) {
    List<String> parts = request.segments();
    if (!parts.isEmpty() && parts.getFirst().equalsIgnoreCase("mlflow")) {
      return mlflow();
    }
    int workspace = indexOf(parts, WORKSPACES) + 2;
    if (workspace > 2 && workspace < parts.size()) {
      String asked = parts.get(workspace);
      String said = IN_WORKSPACE.get(asked);
      if (said == null && asked.equalsIgnoreCase("computes") && workspace + 3 == parts.size()) {
        asked = parts.getLast();
        said = OF_COMPUTE.get(asked);
      }
      if (said != null) {
        return Json.refusal(
            404, "NotSupported", "'%s' is not done here so far: %s.".formatted(asked, said));
      }
    }
    return Json.refusal(404, "PathNotFound", "There is nothing at this path.");
  }

  private static int indexOf(List<String> parts, String name) {
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  /// Workspaces name the address, for clients fail without it; MLflow reads its own names.
  private static Response mlflow() {
    String message =
        "There is no MLflow tracking here so far: a job can write what it measures to its log, or to files in outputs/.";
    return Json.answer(
            404, Json.object().put("error_code", "ENDPOINT_NOT_FOUND").put("message", message))
        .refusing("NotSupported");
  }
}
