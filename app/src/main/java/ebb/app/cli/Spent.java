package ebb.app.cli;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `ebb cost`: what the nodes of a month came to, as the ledger has it.
@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows what a workspace's nodes cost in a month (UTC) until now, for each user or each cluster,",
      "and the sum.",
      "Unpriced is the time that nobody has named a price for, virtual that of nodes which shared the",
      "machine: none of them was real."
    })
final class Spent implements Runnable {
  private static final List<Output.Column> AMOUNTS =
      List.of(
          Output.Column.of("List", "/list"),
          Output.Column.of("Internal", "/internal"),
          Output.Column.of("Invoice", "/invoice"),
          time("Boot", "booted"),
          time("Run", "ran"),
          time("Idle", "idled"),
          time("Leave", "left"));

  private static Output.Column time(String title, String field) {
    return new Output.Column(title, row -> time(row.path(field).asString("")));
  }

  /// As clocks show it: hours, minutes, seconds.
  private static String time(String duration) {
    if (duration.isEmpty()) {
      return "";
    }
    Duration time = Duration.parse(duration);
    return String.format(
        Locale.ROOT,
        "%d:%02d:%02d.%03d",
        time.toHours(),
        time.toMinutesPart(),
        time.toSecondsPart(),
        time.toMillisPart());
  }

  private static final List<String> FIELDS =
      List.of(
          "list",
          "internal",
          "invoice",
          "booted",
          "ran",
          "idled",
          "left",
          "unpriced",
          "virtual",
          "name", // these three are of clusters
          "workspace",
          "deleted");

  /// As the ledger shows amounts.
  private static final BigDecimal NOTHING = BigDecimal.ZERO.setScale(6);

  /// The names are what is typed.
  enum By {
    user("account"),
    cluster("cluster");

    private final String inTheLedger;

    By(String inTheLedger) {
      this.inTheLedger = inTheLedger;
    }
  }

  @Mixin private Place place = new Place();
  @Mixin private Output output = new Output(Output.Format.table);
  @Mixin private AzLine az = new AzLine();

  @Parameters(arity = "0..1", paramLabel = "MONTH", description = "As 2026-11; default: this one.")
  private @Nullable String month;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      description = "user or cluster (default: ${DEFAULT-VALUE}).",
      defaultValue = "user")
  private By by = By.user;

  @Option(names = "--all", description = "Of all workspaces of the server.")
  private boolean all;

  Spent() {}

  /// Of this month, by user.
  Spent(Place place) {
    this.place = place;
  }

  @Override
  public void run() {
    if (all) {
      place.refuseAll("--all belongs to the whole server");
    }
    az.refuses("costs there are Azure's own, in 'az consumption'");
    YearMonth shown = month(month);
    Connection connection = Connection.to(place);
    boolean isThere = all || connection.hasWorkspace();
    List<JsonNode> rows = new ArrayList<>();
    Sum sum = new Sum();
    String currency = "";
    String after = "";
    while (isThere) {
      JsonNode page = ledger(connection, shown, after);
      currency = page.path("currency").asString();
      page.path("value").forEach(row -> rows.add(named(row)));
      sum.add(page.path("total"));
      after = page.path("next").asString("");
      isThere = !after.isEmpty();
    }
    rows.add(sum.row());
    if (output.isTable()) {
      String heading =
          "%s · %s%s · UTC · list: what Azure would charge, internal: your own rate, invoice: what is paid; local jobs are not metered"
              .formatted(
                  shown,
                  all ? "the whole server" : place.workspaceName(),
                  currency.isEmpty() ? "" : " · " + currency);
      System.out.println(Table.wrapped(heading, "  ", Terminal.width()));
    }
    output.showAll(rows, columns(rows));
  }

  private static YearMonth month(@Nullable String typed) {
    if (typed == null) {
      return YearMonth.now(ZoneOffset.UTC);
    }
    try {
      return YearMonth.parse(typed);
    } catch (DateTimeException unreadable) {
      throw Failed.unreadable("'" + typed + "' is no month: write it as 2026-11.");
    }
  }

  private JsonNode ledger(Connection connection, YearMonth shown, String after) {
    String path =
        "/ledger?by=%s&from=%s-01T00:00:00Z&to=%s-01T00:00:00Z"
            .formatted(by.inTheLedger, shown, shown.plusMonths(1));
    String page = after.isEmpty() ? path : path + "&after=" + Connection.encoded(after);
    return all ? connection.ofServer("/ebb/v1" + page) : connection.own("GET", page, null);
  }

  private JsonNode named(JsonNode row) {
    String of = row.path("of").asString();
    return row(of.isEmpty() ? "(no job)" : row.has("name") ? clusterName(row, of) : of, row);
  }

  /// The same fields in the same order in each row and in the sum, as columns of `tsv` must be.
  private static JsonNode row(String of, JsonNode amounts) {
    ObjectNode row = JsonNodeFactory.instance.objectNode().put("of", of);
    for (String field : FIELDS) {
      row.set(field, amounts.has(field) ? amounts.get(field) : row.nullNode());
    }
    return row;
  }

  /// One that was deleted has its id beside it: another may have its name by now.
  private String clusterName(JsonNode row, String id) {
    String workspace = all ? row.path("workspace").asString() + "/" : "";
    String deleted = row.path("deleted").asBoolean(false) ? " (" + id + ")" : "";
    return workspace + row.path("name").asString() + deleted;
  }

  private List<Output.Column> columns(List<JsonNode> rows) {
    List<Output.Column> columns = new ArrayList<>();
    columns.add(Output.Column.of(by == By.user ? "User" : "Cluster", "/of"));
    columns.addAll(AMOUNTS);
    for (String rare : List.of("unpriced", "virtual")) {
      if (rows.stream().anyMatch(row -> row.hasNonNull(rare))) {
        columns.add(time(rare.substring(0, 1).toUpperCase(Locale.ROOT) + rare.substring(1), rare));
      }
    }
    return columns;
  }

  /// The sum of the pages' totals, each of which is the sum of its rows.
  private static final class Sum {
    private static final List<String> KINDS = List.of("list", "internal", "invoice");

    private final Map<String, BigDecimal> amounts = new TreeMap<>();

    Sum() {
      KINDS.forEach(kind -> amounts.put(kind, NOTHING));
    }

    void add(JsonNode total) {
      for (String kind : KINDS) {
        amounts.merge(kind, new BigDecimal(total.path(kind).asString()), BigDecimal::add);
      }
    }

    JsonNode row() {
      ObjectNode row = JsonNodeFactory.instance.objectNode();
      amounts.forEach((kind, amount) -> row.put(kind, amount.toPlainString()));
      return Spent.row("total", row);
    }
  }
}
