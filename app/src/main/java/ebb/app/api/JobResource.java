package ebb.app.api;

import ebb.app.environment.Environments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The properties of an Azure job in the form in which they are kept: the same for a body that says
/// the same in another order or spelling, says what would be so anyway, or is a job as it was
/// shown.
final class JobResource {
  /// What the server tells, or keeps elsewhere.
  private static final List<String> TOLD =
      List.of("status", "services", "parameters", "computeId", "isArchived");

  /// What the server adds to the user's own properties begins with it.
  private static final String ADDED = "ebb.";

  private JobResource() {}

  /// `sent`: the properties as JSON.
  static String of(String sent, String jobName) {
    ObjectNode kept = ArmSpelling.job(Json.object(sent));
    for (Map.Entry<String, JsonNode> each : kept.properties()) {
      if (each.getKey().equalsIgnoreCase("properties")
          && each.getValue() instanceof ObjectNode own) {
        removeIf(own, (name, _) -> name.startsWith(ADDED));
      }
    }
    removeIf(kept, (name, value) -> isTold(name) || saysNothing(name, value, jobName));
    return sorted(kept).toString();
  }

  private static boolean isTold(String name) {
    return TOLD.stream().anyMatch(name::equalsIgnoreCase);
  }

  private static boolean saysNothing(String name, JsonNode value, String jobName) {
    if (name.equalsIgnoreCase("displayName")) {
      return value.asString("").equals(jobName);
    }
    if (name.equalsIgnoreCase("experimentName")) {
      return value.asString("").equals(JobWords.DEFAULT_EXPERIMENT);
    }
    if (name.equalsIgnoreCase("environmentId")) {
      return Environments.isHost(value.asString(""));
    }
    return value.isNull() || (value.isContainer() && value.isEmpty());
  }

  private static void removeIf(ObjectNode object, BiPredicate<String, JsonNode> unwanted) {
    List<String> names = new ArrayList<>();
    object
        .properties()
        .forEach(each -> {
          if (unwanted.test(each.getKey(), each.getValue())) {
            names.add(each.getKey());
          }
        });
    object.remove(names);
  }

  private static JsonNode sorted(JsonNode node) {
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    TreeMap<String, JsonNode> parts = new TreeMap<>();
    object.properties().forEach(each -> parts.put(each.getKey(), each.getValue()));
    ObjectNode sorted = Json.object();
    parts.forEach((name, value) -> sorted.set(name, sorted(value)));
    return sorted;
  }
}
