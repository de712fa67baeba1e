package ebb.app.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What an owner decides for everybody: limits, locks and prices.
final class Limits {
  static final List<Class<?>> COMMANDS = List.of(Quota.class, Lock.class, Price.class);

  private Limits() {}

  private static Stream<JsonNode> sizes(Connection connection) {
    return connection.ofServer("/ebb/v1/sizes").path("value").valueStream();
  }

  /// Azure's names are compared without case.
  private static boolean is(JsonNode size, String property, String name) {
    return size.path(property).asString("").equalsIgnoreCase(name);
  }

  @Command(
      name = "quota",
      mixinStandardHelpOptions = true,
      description = "Shows the limits in vCPUs, and how much of each is used.")
  @CommandTree.Below(QuotaSet.class)
  static final class Quota implements Runnable {
    private static final List<Output.Column> COLUMNS =
        List.of(
            Output.Column.of("Limit of", "/kind"),
            Output.Column.of("Family", "/family"),
            Output.Column.of("Subscription", "/subscription"),
            Output.Column.of("Location", "/location"),
            Output.Column.of("Used", "/used"),
            Output.Column.of("Limit", "/limit"));

    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output(Output.Format.table);

    @Override
    public void run() {
      place.refuseWorkspace("limits belong to a subscription and a location");
      output.showAll(
          Connection.to(place)
              .ofServer("/ebb/v1/quotas")
              .path("value")
              .valueStream()
              .filter(limit ->
                  place.subscription == null
                      || place.subscription.equalsIgnoreCase(limit.path("subscription").asString()))
              .toList(),
          COLUMNS,
          Quota::inOrder);
    }

    /// In the order of the table's columns, which is that of tsv then.
    private static JsonNode inOrder(JsonNode of) {
      ObjectNode row = (ObjectNode) of.deepCopy();
      JsonNode limit = row.remove("limit");
      return limit == null ? row : row.set("limit", limit);
    }
  }

  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = "Sets a limit: of a family, of low priority, or else the regional total.")
  static final class QuotaSet implements Runnable {
    @Mixin private Place place = new Place();

    @Option(names = "--limit", required = true, paramLabel = "N", description = "vCPUs.")
    private int limit;

    @Option(names = "--family", paramLabel = "NAME", description = "As standardDSv2Family.")
    private @Nullable String family;

    @Option(names = "--low", description = "Of low priority, all families together.")
    private boolean low;

    @Mixin private Located located = new Located();

    @Override
    public void run() {
      Connection connection = Connection.to(place);
      String of = family;
      if (of != null && sizes(connection).noneMatch(size -> is(size, "family", of))) {
        throw Failed.unreadable(
            "there is no family '%s': 'ebb ml compute list-sizes' lists them.".formatted(of));
      }
      connection.ensureWorkspace();
      ObjectNode body = JsonNodeFactory.instance.objectNode().put("limit", limit);
      body.put("kind", family != null ? "family" : low ? "low priority" : "regional total");
      if (family != null) {
        body.put("family", family);
      }
      body.put("subscription", place.subscriptionName());
      body.put("location", located.of(connection));
      connection.toServer("PUT", "/ebb/v1/quotas", body);
      System.err.println("ebb: the limit is " + limit + " vCPUs");
    }
  }

  @Command(
      name = "lock",
      mixinStandardHelpOptions = true,
      description = "Locks: what lies below one is not deleted, or not changed and not scaled.")
  @CommandTree.Below({LockCreate.class, LockList.class, LockDelete.class})
  static final class Lock {}

  /// A lock of a workspace or of one of its clusters.
  static final class LockNamed {
    @Mixin private Place place = new Place();

    @Option(
        names = {"-n", "--name"},
        required = true,
        paramLabel = "NAME",
        description = "The lock.")
    private String name = "";

    @Option(
        names = "--cluster",
        paramLabel = "NAME",
        description = "On this cluster (default: on the workspace).")
    private @Nullable String cluster;

    private void send(String method, @Nullable JsonNode body) {
      String path =
          "/ebb/v1/locks/%s?subscription=%s&group=%s&workspace=%s"
              .formatted(
                  Connection.encoded(name),
                  Connection.encoded(place.subscriptionName()),
                  Connection.encoded(place.groupName()),
                  Connection.encoded(place.workspaceName()));
      Connection.to(place)
          .toServer(
              method,
              cluster == null ? path : path + "&cluster=" + Connection.encoded(cluster),
              body);
    }
  }

  @Command(name = "create", mixinStandardHelpOptions = true, description = "Puts a lock.")
  static final class LockCreate implements Runnable {
    @Mixin private LockNamed named = new LockNamed();

    @Option(
        names = {"-t", "--lock-type"},
        required = true,
        paramLabel = "TYPE",
        description = "CanNotDelete or ReadOnly.")
    private String type = "";

    @Override
    public void run() {
      String level =
          switch (type.toLowerCase(Locale.ROOT)) {
            case "cannotdelete" -> "cannot delete";
            case "readonly" -> "read only";
            default ->
                throw Failed.unreadable(
                    "'" + type + "' is no type of a lock: there are CanNotDelete and ReadOnly.");
          };
      named.send("PUT", JsonNodeFactory.instance.objectNode().put("level", level));
    }
  }

  @Command(name = "delete", mixinStandardHelpOptions = true, description = "Takes a lock away.")
  static final class LockDelete implements Runnable {
    @Mixin private LockNamed named = new LockNamed();

    @Override
    public void run() {
      named.send("DELETE", null);
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the locks.")
  static final class LockList implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output(Output.Format.table);

    @Override
    public void run() {
      output.showAll(
          Connection.to(place).concerned("/ebb/v1/locks", lock -> Stream.of(lock.path("scope"))),
          List.of(
              Output.Column.of("Name", "/name"),
              Output.Column.of("Level", "/level"),
              Output.Column.of("Scope", "/scope")));
    }
  }

  @Command(
      name = "price",
      mixinStandardHelpOptions = true,
      description = "Shows the prices of an hour of each size.")
  @CommandTree.Below(PriceSet.class)
  static final class Price implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output(Output.Format.table);

    @Override
    public void run() {
      place.refuseAll("prices belong to a size and a location");
      output.showAll(
          Connection.to(place).ofServer("/ebb/v1/prices").path("prices").valueStream().toList(),
          List.of(
              Output.Column.of("Size", "/size"),
              Output.Column.of("Location", "/location"),
              Output.Column.of("Priority", "/priority"),
              Output.Column.of("List", "/list"),
              Output.Column.of("Internal", "/internal"),
              Output.Column.of("Invoice", "/invoice")));
    }
  }

  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = {
        "Sets prices of an hour of a size: those that are named change, from now on.",
        "What was metered before keeps the price that it had."
      })
  static final class PriceSet implements Runnable {
    @Mixin private Place place = new Place();

    @Option(names = "--size", required = true, paramLabel = "SIZE", description = "The size.")
    private String size = "";

    @Mixin private Located located = new Located();

    @Option(names = "--low", description = "For low priority.")
    private boolean low;

    @Option(names = "--list", paramLabel = "AMOUNT", description = "What Azure would charge.")
    private @Nullable String list;

    @Option(names = "--internal", paramLabel = "AMOUNT", description = "Your own rate.")
    private @Nullable String internal;

    @Option(names = "--invoice", paramLabel = "AMOUNT", description = "What is paid.")
    private @Nullable String invoice;

    @Override
    public void run() {
      if (list == null && internal == null && invoice == null) {
        throw Failed.unreadable("no price is named: say --list, --internal or --invoice.");
      }
      BigDecimal listed = amount("--list", list);
      BigDecimal ownRate = amount("--internal", internal);
      BigDecimal paid = amount("--invoice", invoice);
      Connection connection = Connection.to(place);
      if (sizes(connection).noneMatch(each -> is(each, "name", size))) {
        throw Failed.unreadable(
            "there is no size '%s': 'ebb ml compute list-sizes' lists them.".formatted(size));
      }
      ObjectNode book = (ObjectNode) connection.ofServer("/ebb/v1/prices");
      ObjectNode row = row((ArrayNode) book.path("prices"), located.of(connection));
      put(row, "list", listed);
      put(row, "internal", ownRate);
      put(row, "invoice", paid);
      connection.toServer("PUT", "/ebb/v1/prices", book);
    }

    private static @Nullable BigDecimal amount(String option, @Nullable String typed) {
      try {
        return typed == null ? null : new BigDecimal(typed.strip());
      } catch (NumberFormatException other) {
        throw Failed.unreadable("'%s %s' is no amount: write it as 0.45.".formatted(option, typed));
      }
    }

    private ObjectNode row(ArrayNode rows, String where) {
      String priority = low ? "low" : "dedicated";
      for (JsonNode row : rows) {
        if (row.path("size").asString().equalsIgnoreCase(size)
            && row.path("location").asString().equalsIgnoreCase(where)
            && row.path("priority").asString().equals(priority)) {
          return (ObjectNode) row;
        }
      }
      return rows.addObject().put("size", size).put("location", where).put("priority", priority);
    }

    private static void put(ObjectNode row, String kind, @Nullable BigDecimal amount) {
      if (amount != null) {
        row.put(kind, amount);
      }
    }
  }
}
