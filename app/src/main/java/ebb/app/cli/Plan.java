package ebb.app.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What is said of a job that was just taken: where it runs, when, and what it may cost.
final class Plan {
  private final Connection connection;

  Plan(Connection connection) {
    this.connection = connection;
  }

  /// Where a price comes from, and what it is for an hour.
  record Hourly(BigDecimal list, String currency) {
    String times(BigDecimal factor) {
      return String.format(Locale.ROOT, "%s %s", money(list.multiply(factor)), currency);
    }
  }

  /// An amount for people: cents, or more digits where there would be none.
  static String money(BigDecimal amount) {
    int digits = amount.signum() != 0 && amount.compareTo(BigDecimal.ONE) < 0 ? 4 : 2;
    return amount.setScale(digits, RoundingMode.HALF_UP).toPlainString();
  }

  void tell(JsonNode submitted) {
    String job = submitted.path("name").asString();
    JsonNode cluster =
        connection.own("GET", "/clusters/" + Connection.encoded(Jobs.cluster(submitted)), null);
    int nodes = submitted.at("/properties/resources/instanceCount").asInt(1);
    System.err.println(
        "ebb: %s runs on %d x %s of %s (%s); %s"
            .formatted(
                job,
                nodes,
                cluster.path("size").asString(),
                cluster.path("name").asString(),
                isolation(cluster),
                cost(cluster, nodes, limit(submitted))));
    System.err.println(
        "ebb: "
            + switch (submitted.at("/properties/status").asString()) {
              case "Queued" -> "waits: " + new Jobs(connection).why(job);
              case "Provisioning" -> "expected start: " + whenNodesCome(cluster);
              default -> "expected start: now";
            });
  }

  /// What the job is given, and what was asked for where that is more.
  private static String isolation(JsonNode cluster) {
    String asked = cluster.path("isolation").asString();
    String given = cluster.path("isolationGiven").asString(asked);
    if (!given.equals("none")) {
      return given;
    }
    return given.equals(asked)
        ? "without isolation"
        : "without isolation: this machine has no %s".formatted(asked);
  }

  private static String whenNodesCome(JsonNode cluster) {
    String took = cluster.path("nodeStart").asString("");
    if (took.isEmpty()) {
      return "when its nodes are there; they are the first of this cluster";
    }
    long seconds = Math.max(1, Math.ceilDiv(Duration.parse(took).toMillis(), 1_000));
    return "in %d s; its nodes are on their way, and the last ones took so long".formatted(seconds);
  }

  private static @Nullable Duration limit(JsonNode job) {
    try {
      String limit = job.at("/properties/limits/timeout").asString("");
      return limit.isEmpty() ? null : Duration.parse(limit);
    } catch (DateTimeParseException unreadable) {
      return null;
    }
  }

  private static String cost(JsonNode cluster, int nodes, @Nullable Duration limit) {
    Hourly hourly = hourly(cluster);
    if (hourly == null) {
      return "unpriced: no list price is known for this size and location";
    }
    BigDecimal each = BigDecimal.valueOf(nodes);
    String perHour = "list price " + hourly.times(each) + "/h";
    if (limit == null) {
      return perHour + ", without a limit of its own (--max)";
    }
    BigDecimal hours =
        BigDecimal.valueOf(limit.toSeconds())
            .divide(BigDecimal.valueOf(3600), 6, RoundingMode.HALF_UP);
    return perHour + ", running at most " + hourly.times(each.multiply(hours));
  }

  /// What an hour of one of a cluster's nodes costs by list price; null if nobody knows.
  static @Nullable Hourly hourly(JsonNode cluster) {
    JsonNode list = cluster.at("/hourly/list");
    return list.isString()
        ? new Hourly(new BigDecimal(list.asString()), cluster.at("/hourly/currency").asString(""))
        : null;
  }
}
