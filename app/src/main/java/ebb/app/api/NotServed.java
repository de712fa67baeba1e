package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What Azure has at a path and Ebb has not, said by its name, so that nobody looks for a mistake
/// of their own.
final class NotServed {
  private static final String LOCATIONS = "locations";
  private static final String WORKSPACES = "workspaces";
  private static final String COMPUTES = "computes";
  private static final String SERVING = "nothing is served from models so far";
  private static final String NETWORK = "workspaces have the machine's own network";
  private static final String FEATURES = "there are no feature stores";
  private static final String KEYS = "a workspace has no keys of other services";

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
              Map.entry("featurestores", FEATURES),
              Map.entry("featurestoreEntities", FEATURES),
              Map.entry("outboundRules", NETWORK),
              Map.entry("privateEndpointConnections", NETWORK),
              Map.entry("privateLinkResources", NETWORK),
              Map.entry("listKeys", KEYS),
              Map.entry("resyncKeys", KEYS),
              Map.entry("diagnose", "'ebb why' says what something waits for")));

  /// By what follows a location in its paths.
  private static final Map<String, String> IN_LOCATION =
      insensitive(
          Map.of(
              "quotas", "'ebb quota' and GET /ebb/v1/quotas show the limits",
              "updateQuotas", "'ebb quota set' and PUT /ebb/v1/quotas set a limit"));

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
    Response known = below(parts, LOCATIONS, IN_LOCATION);
    known = known == null ? below(parts, WORKSPACES, IN_WORKSPACE) : known;
    known = known == null ? below(parts, COMPUTES, OF_COMPUTE) : known;
    return known == null
        ? Json.refusal(404, "PathNotFound", "There is nothing at this path.")
        : known;
  }

  /// The answer for what is asked of something of a kind: `.../KIND/NAME/ASKED`; null if nobody
  /// knows it.
  private static @Nullable Response below(
      List<String> parts, String kind, Map<String, String> known) {
    int asked = indexOf(parts, kind) + 2;
    String said = asked > 2 && asked < parts.size() ? known.get(parts.get(asked)) : null;
    return said == null
        ? null
        : Json.refusal(
            404,
            "NotSupported",
            "'%s' is not done here so far: %s.".formatted(parts.get(asked), said));
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
