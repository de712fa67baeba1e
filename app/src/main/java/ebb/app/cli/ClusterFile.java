package ebb.app.cli;

import java.util.List;
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

  /// What changes of a cluster that there is.
  private static final List<String> CHANGED =
      List.of("min_instances", "max_instances", "idle_time_before_scale_down", "tags");

  private ClusterFile() {}

  static String name(ObjectNode file) {
    String name = Section.of(file).text("name");
    if (name == null || name.isBlank()) {
      throw Failed.unreadable("the cluster has no name: say --name.");
    }
    return name;
  }

  static Clusters.Wanted wanted(ObjectNode file) {
    Section cluster = Section.of(file);
    String type = cluster.text("type");
    if (type != null && !type.equalsIgnoreCase("amlcompute")) {
      throw Failed.unreadable(
          "'" + type + "' is no type of compute that is made here: amlcompute is.");
    }
    for (String property : file.propertyNames()) {
      if (!KNOWN.contains(property) && asksForSomething(file.get(property))) {
        throw NotHere.property("", property, KNOWN);
      }
    }
    Integer max = cluster.number("max_instances", 0);
    return new Clusters.Wanted(
        cluster.text("size", SIZE),
        tier(cluster.text("tier")),
        cluster.number("min_instances", 0),
        max == null ? MAX : max,
        cluster.seconds("idle_time_before_scale_down", 0),
        cluster.text("location"),
        cluster.text("isolation"),
        cluster.text("network"),
        tags(cluster));
  }

  /// What is asked of a cluster that there is; what is not named stays.
  static Clusters.Wanted changes(ObjectNode file) {
    for (String property : file.propertyNames()) {
      if (KNOWN.contains(property) && !CHANGED.contains(property)) {
        throw Failed.unreadable(
            "'%s' of a cluster that there is does not change: %s do. Make another one."
                .formatted(property, String.join(", ", CHANGED)));
      }
    }
    Section cluster = Section.of(file);
    cluster.end(CHANGED);
    return new Clusters.Wanted(
        null,
        null,
        cluster.number("min_instances", 0),
        cluster.number("max_instances", 0),
        cluster.seconds("idle_time_before_scale_down", 0),
        null,
        null,
        null,
        tags(cluster));
  }

  private static Map<String, String> tags(Section cluster) {
    Map<String, String> tags = new TreeMap<>();
    cluster.values("tags").forEachEntry((name, value) -> tags.put(name, value.asString("")));
    return tags;
  }

  private static @Nullable String tier(@Nullable String typed) {
    if (typed != null && !typed.matches("(?i)dedicated|low_?priority")) {
      throw Failed.unreadable(
          "'" + typed + "' is no tier of a cluster: there are dedicated and low_priority.");
    }
    return typed;
  }

  private static boolean asksForSomething(JsonNode value) {
    return !value.isNull() && !(value.isBoolean() && !value.asBoolean());
  }
}
