package ebb.app.cli;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An `amlCompute` file of Azure ML's second command line. A property that asks for something that
/// is not done is refused by its name.
final class ClusterFile {
  /// The defaults of the schema.
  private static final String SIZE = "Standard_DS3_v2";

  private static final int MAX = 1;

  private static final Set<String> KNOWN =
      Set.of(
          "$schema",
          "name",
          "type",
          "size",
          "tier",
          "min_instances",
          "max_instances",
          "idle_time_before_scale_down",
          "location",
          "tags",
          "isolation",
          "network");

  private ClusterFile() {}

  static String name(ObjectNode file) {
    String name = text(file, "name");
    if (name == null || name.isBlank()) {
      throw Failed.unreadable("the cluster has no name: say --name.");
    }
    return name;
  }

  static Clusters.Wanted wanted(ObjectNode file) {
    String type = text(file, "type");
    if (type != null && !type.equalsIgnoreCase("amlcompute")) {
      throw Failed.unreadable(
          "'" + type + "' is no type of compute that is made here: amlcompute is.");
    }
    for (String property : file.propertyNames()) {
      if (!KNOWN.contains(property) && asksForSomething(file.get(property))) {
        throw NotHere.property("", property, KNOWN);
      }
    }
    Map<String, String> tags = new TreeMap<>();
    file.path("tags").forEachEntry((name, value) -> tags.put(name, value.asString("")));
    String size = text(file, "size");
    Integer max = number(file, "max_instances");
    return new Clusters.Wanted(
        size == null ? SIZE : size,
        text(file, "tier"),
        number(file, "min_instances"),
        max == null ? MAX : max,
        number(file, "idle_time_before_scale_down"),
        text(file, "location"),
        text(file, "isolation"),
        text(file, "network"),
        tags);
  }

  private static boolean asksForSomething(JsonNode value) {
    return !value.isNull() && !(value.isBoolean() && !value.asBoolean());
  }

  private static @Nullable String text(ObjectNode file, String property) {
    return file.hasNonNull(property) ? file.get(property).asString() : null;
  }

  private static @Nullable Integer number(ObjectNode file, String property) {
    if (!file.hasNonNull(property)) {
      return null;
    }
    try {
      return Integer.valueOf(file.get(property).asString());
    } catch (NumberFormatException unfit) {
      throw Failed.unreadable("the property '" + property + "' is a whole number.");
    }
  }
}
