package ebb.app.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Clusters over a connection, for the two grammars in which they are typed.
final class Clusters {
  static final List<Output.Column> COLUMNS =
      List.of(
          Output.Column.of("Name", "/name"),
          Output.Column.of("Size", "/properties/properties/vmSize"),
          Output.Column.of("Priority", "/properties/properties/vmPriority"),
          Output.Column.of("Min", "/properties/properties/scaleSettings/minNodeCount"),
          Output.Column.of("Max", "/properties/properties/scaleSettings/maxNodeCount"),
          Output.Column.of("Nodes", "/properties/properties/currentNodeCount"),
          Output.Column.of("State", "/properties/properties/allocationState"));

  static final List<Output.Column> NODE_COLUMNS =
      List.of(
          Output.Column.of("Node", "/nodeId"),
          Output.Column.of("State", "/nodeState"),
          Output.Column.of("Job", "/runId"));

  /// Azure bills a month as 730 hours.
  private static final BigDecimal HOURS_IN_A_MONTH = BigDecimal.valueOf(730);

  private final Connection connection;

  Clusters(Connection connection) {
    this.connection = connection;
  }

  /// What is typed of a cluster; null where nothing is.
  record Wanted(
      @Nullable String size,
      @Nullable String priority,
      @Nullable Integer min,
      @Nullable Integer max,
      @Nullable Integer idleSeconds,
      @Nullable String location,
      @Nullable String isolation,
      @Nullable String network,
      Map<String, String> tags) {
    Wanted {
      refuseNegative("a minimum", min);
      refuseNegative("a maximum", max);
      refuseNegative("an idle time", idleSeconds);
    }

    private static void refuseNegative(String what, @Nullable Integer typed) {
      if (typed != null && typed < 0) {
        throw Failed.unreadable(what + " of " + typed + " is not possible: name 0 or more.");
      }
    }
  }

  private static String path(String name) {
    return "/computes/" + Connection.encoded(name);
  }

  JsonNode create(String name, Wanted wanted) {
    connection.ensureWorkspace();
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (wanted.location() != null) {
      body.put("location", wanted.location());
    }
    ObjectNode tags = body.putObject("tags");
    wanted.tags().forEach(tags::put);
    ObjectNode cluster =
        body.putObject("properties").put("computeType", "AmlCompute").putObject("properties");
    put(cluster, "vmSize", wanted.size());
    put(cluster, "vmPriority", wanted.priority());
    ObjectNode scale = cluster.putObject("scaleSettings");
    put(scale, wanted);
    ObjectNode bag = cluster.putObject("propertyBag");
    put(bag, "isolation", wanted.isolation());
    put(bag, "network", wanted.network());
    JsonNode created = connection.arm("PUT", path(name), body);
    JsonNode made = connection.own("GET", "/clusters/" + Connection.encoded(name), null);
    tellPrice(made);
    if (made.has("lacks")) {
      System.err.println("ebb: " + tooSmall(made));
    }
    return created;
  }

  private static void put(ObjectNode object, String name, @Nullable String value) {
    if (value != null) {
      object.put(name, value);
    }
  }

  private static void put(ObjectNode scale, Wanted wanted) {
    if (wanted.min() != null) {
      scale.put("minNodeCount", wanted.min());
    }
    if (wanted.max() != null) {
      scale.put("maxNodeCount", wanted.max());
    }
    if (wanted.idleSeconds() != null) {
      scale.put("nodeIdleTimeBeforeScaleDown", "PT" + wanted.idleSeconds() + "S");
    }
  }

  JsonNode show(String name) {
    return connection.arm("GET", path(name), null);
  }

  List<JsonNode> list() {
    return connection.look(() -> connection.all("/computes", "value"), List.of());
  }

  List<JsonNode> nodes(String name) {
    return connection.all(path(name) + "/listNodes", "nodes");
  }

  List<JsonNode> ofLocation(String what, String location) {
    JsonNode page =
        connection.ofSubscription(
            Place.PROVIDER + "/locations/" + Connection.encoded(location) + "/" + what);
    return page.path("value").valueStream().toList();
  }

  /// Sends the cluster as it was shown, with other numbers, and with these tags beside its own.
  JsonNode update(String name, Wanted wanted) {
    ObjectNode shown = (ObjectNode) show(name);
    put((ObjectNode) shown.at("/properties/properties/scaleSettings"), wanted);
    wanted.tags().forEach(shown.withObject("/tags")::put);
    return connection.arm("PUT", path(name), shown);
  }

  /// Returns when the last node is gone, unless it need not be waited for.
  void delete(String name, boolean wait) {
    show(name); // whoever mistypes a name is told
    connection.arm("DELETE", path(name) + "?underlyingResourceAction=Delete", null);
    if (wait) {
      connection.awaitDeleted(
          name, path(name), "'ebb why " + name + "' says what its nodes wait for");
    }
  }

  /// That a cluster keeps nodes without work, and what they cost; empty if it keeps none.
  static String keptByMinimum(JsonNode cluster) {
    int min = cluster.path("min").asInt();
    Plan.Hourly hourly = Plan.hourly(cluster);
    if (min == 0) {
      return "";
    }
    return "kept by min %d: %s"
        .formatted(
            min,
            hourly == null
                ? "unpriced"
                : hourly.times(BigDecimal.valueOf(min).multiply(HOURS_IN_A_MONTH))
                    + " a month by list price, used or not");
  }

  /// What becomes of jobs on a cluster whose nodes are larger than the machine.
  private static String tooSmall(JsonNode cluster) {
    String lacks = Plan.lacks(cluster);
    return cluster.path("virtual").asBoolean()
        ? "virtual: " + lacks + ": jobs share what there is"
        : lacks
            + ": no node comes; choose a smaller size, or start the server with --virtual-nodes";
  }

  /// What the cluster costs, in the words of the bill: at its maximum for an hour, and its minimum
  /// for a month, used or not.
  private static void tellPrice(JsonNode cluster) {
    Plan.Hourly hourly = Plan.hourly(cluster);
    if (hourly == null) {
      System.err.println("ebb: " + Plan.unpriced(cluster));
    } else {
      tellPrice(cluster, hourly.list(), hourly.currency());
    }
  }

  private static void tellPrice(JsonNode cluster, BigDecimal hour, String currency) {
    BigDecimal min = BigDecimal.valueOf(cluster.path("min").asInt());
    BigDecimal max = BigDecimal.valueOf(cluster.path("max").asInt());
    System.err.printf(
        java.util.Locale.ROOT,
        "ebb: list price: %.2f %s/h at %s, %.2f %s/h at %s; %.2f %s a month for the minimum%n",
        hour.multiply(min),
        currency,
        Plan.count(min.intValueExact(), "node"),
        hour.multiply(max),
        currency,
        max,
        hour.multiply(min).multiply(HOURS_IN_A_MONTH),
        currency);
  }
}
