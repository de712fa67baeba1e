package ebb.app.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// How a workspace stands at one moment: its clusters, the newest jobs, and what it costs.
final class Standing {
  /// Of more jobs than this only the newest are shown; the clusters count all.
  private static final int JOBS = 200;

  private final Connection connection;
  private final List<JsonNode> clusters = new ArrayList<>();
  private final List<JsonNode> jobs;
  private final String month;
  private final @Nullable String warning;

  private Standing(Connection connection) {
    this.connection = connection;
    this.warning = connection.warning();
    boolean isThere = readClusters();
    this.jobs = isThere ? readJobs() : List.of();
    YearMonth now = YearMonth.now(ZoneOffset.UTC);
    this.month =
        now.getMonth().getDisplayName(java.time.format.TextStyle.SHORT, Locale.ROOT)
            + " "
            + (isThere ? spent(now) : Plan.money(BigDecimal.ZERO));
  }

  static Standing of(Connection connection) {
    return new Standing(connection);
  }

  /// Whether the workspace is there.
  private boolean readClusters() {
    return connection.look(
        () -> {
          String after = "";
          do {
            JsonNode page =
                connection.own("GET", "/clusters?after=" + Connection.encoded(after), null);
            page.path("value").forEach(clusters::add);
            after = page.path("next").asString("");
          } while (!after.isEmpty());
          return true;
        },
        false);
  }

  private List<JsonNode> readJobs() {
    return connection.own("GET", "/jobs?limit=" + JOBS, null).path("value").valueStream().toList();
  }

  private String spent(YearMonth month) {
    try {
      JsonNode sum = // of all its segments, whatever the page has
          connection.own(
              "GET",
              "/ledger?by=segment&limit=1&from=%s-01T00:00:00Z&to=%s-01T00:00:00Z"
                  .formatted(month, month.plusMonths(1)),
              null);
      return Plan.money(new BigDecimal(sum.at("/total/list").asString("0")));
    } catch (Failed failed) {
      if (!failed.code().equals("HistoryUnavailable")) {
        throw failed;
      }
      return "not known now"; // what runs and what waits is; `ebb cost` says why
    }
  }

  List<JsonNode> clusters() {
    return clusters;
  }

  private int count(String what) {
    return clusters.stream().mapToInt(each -> each.at("/counts/" + what).asInt()).sum();
  }

  /// What stands above all else that is shown; empty if there is nothing to be said first.
  String warning() {
    return warning == null
        ? ""
        : Terminal.Colour.RED.of(Table.wrapped(warning, "  ", Terminal.width())) + "\n";
  }

  /// One line for everything: what runs, what waits, and what it costs by list price.
  String line() {
    int waiting = count("queued") + count("assembling");
    return "%s · %d running %d waiting %s · list $%s/h · %s of %s"
        .formatted(
            connection.place().workspaceName(),
            count("unended") - waiting,
            waiting,
            Plan.count(count("existing"), "node"),
            Plan.money(hourly()),
            month,
            connection.place().workspaceName());
  }

  /// What all nodes that exist cost in an hour.
  private BigDecimal hourly() {
    return clusters.stream().map(Standing::hourly).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static BigDecimal hourly(JsonNode cluster) {
    Plan.Hourly one = Plan.hourly(cluster);
    return one == null
        ? BigDecimal.ZERO
        : one.list().multiply(BigDecimal.valueOf(cluster.at("/counts/existing").asInt()));
  }

  /// The clusters as a picture: a `#` for each node that runs something, a dot for each other one
  /// that may exist.
  List<Output.Column> clusterColumns() {
    return List.of(
        Output.Column.of("CLUSTER", "/name"),
        Output.Column.of("SIZE", "/size"),
        new Output.Column("NODES(min-max)", Standing::picture),
        Output.Column.of("IDLE", "/counts/idle"),
        Output.Column.of("QUEUE", "/counts/queued"),
        new Output.Column("$/h", cluster -> Plan.money(hourly(cluster))),
        new Output.Column("WHY", this::whyOfCluster));
  }

  /// What keeps nodes without work, or what work waits for.
  private String whyOfCluster(JsonNode cluster) {
    if (cluster.at("/counts/queued").asInt() + cluster.at("/counts/assembling").asInt() > 0) {
      return Top.shortened(unlessGone(() -> Why.ofCluster(connection, cluster)));
    }
    return Clusters.keptByMinimum(cluster);
  }

  /// How long a job has been in its phase.
  static Duration passed(JsonNode job) {
    return Duration.between(Instant.parse(job.path("since").asString()), Instant.now());
  }

  /// Until the time limit of a job that runs.
  static Duration left(JsonNode job) {
    Duration left = Duration.parse(job.path("limit").asString()).minus(passed(job));
    return left.isNegative() ? Duration.ZERO : left;
  }

  /// The most that a job comes to by list price if it runs to its limit; empty if nobody knows.
  String worst(JsonNode job) {
    String cluster = job.path("cluster").asString();
    for (JsonNode each : clusters) {
      Plan.Hourly hourly = Plan.hourly(each);
      if (hourly != null && each.path("name").asString().equalsIgnoreCase(cluster)) {
        boolean runs = job.path("phase").asString().equals("running");
        Duration time = runs ? left(job) : Duration.parse(job.path("limit").asString());
        BigDecimal nodes = BigDecimal.valueOf(job.path("nodes").asInt());
        BigDecimal soFar = new BigDecimal(job.at("/charges/list").asString("0"));
        return Plan.money(soFar.add(hourly.list().multiply(nodes).multiply(Plan.hours(time))));
      }
    }
    return "";
  }

  private static final int WIDTH = 8;

  private static String picture(JsonNode cluster) {
    int max = cluster.path("max").asInt();
    int existing = cluster.at("/counts/existing").asInt();
    int running = cluster.at("/counts/running").asInt();
    int shown = Math.min(max, WIDTH);
    int busy = scaled(running, max, shown);
    int there = Math.max(busy, scaled(existing, max, shown));
    return "%s%s%s %d(%d-%d)"
        .formatted(
            "#".repeat(busy),
            "+".repeat(there - busy),
            ".".repeat(Math.max(0, shown - there)),
            existing,
            cluster.path("min").asInt(),
            max);
  }

  private static int scaled(int part, int whole, int width) {
    return whole == 0 ? 0 : Math.min(width, (part * width + whole - 1) / whole);
  }

  /// The jobs that have not ended, those that run first.
  List<JsonNode> live() {
    List<JsonNode> live =
        new ArrayList<>(
            jobs.stream().filter(job -> !job.path("phase").asString().equals("ended")).toList());
    live.sort(
        java.util.Comparator.comparing((JsonNode job) -> isWaiting(job))
            .thenComparing(job -> job.path("queuedAt").asString()));
    return live;
  }

  static boolean isWaiting(JsonNode job) {
    return switch (job.path("phase").asString()) {
      case "queued", "backing off", "assembling" -> true;
      default -> false; // starting, running, stopping
    };
  }

  /// The newest jobs that failed.
  List<JsonNode> failed(int most) {
    return jobs.stream()
        .filter(job ->
            switch (job.at("/end/cause").asString("")) {
              case "", "succeeded", "canceled" -> false;
              default -> true; // everything else is somebody's trouble
            })
        .limit(most)
        .toList();
  }

  String why(JsonNode job) {
    return unlessGone(() -> Why.of(connection, job.path("name").asString()));
  }

  /// What was in a list a moment ago may be gone when its reason is asked for.
  private static String unlessGone(Supplier<Why> reason) {
    try {
      return reason.get().message();
    } catch (Failed failed) {
      if (failed.isAbsence()) {
        return "is gone";
      }
      throw failed;
    }
  }
}
