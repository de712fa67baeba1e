package ebb.app.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
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

  /// So many of something: one node, two nodes.
  static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /// An amount of bytes for people.
  static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    String[] units = {"KB", "MB", "GB", "TB"};
    double amount = bytes / 1024.0;
    int unit = 0;
    for (; amount >= 1024 && unit < units.length - 1; unit++) {
      amount /= 1024;
    }
    return String.format(Locale.ROOT, "%.1f %s", amount, units[unit]);
  }

  void tell(Connection.Put put) {
    JsonNode submitted = put.body();
    String job = submitted.path("name").asString();
    JsonNode taken = connection.own("GET", "/jobs/" + Connection.encoded(job), null);
    boolean hasEnded = taken.path("phase").asString().equals("ended"); // a short one may, by now
    if (hasEnded && !put.isNew()) {
      System.err.println(
          "ebb: there was a job '%s' with the same content already, and it has ended: %s. Nothing runs: give another name to run it again."
              .formatted(job, taken.at("/end/cause").asString("")));
      return;
    }
    JsonNode cluster =
        connection.own("GET", "/clusters/" + Connection.encoded(Jobs.cluster(submitted)), null);
    int nodes = taken.path("nodes").asInt(1);
    System.err.println(
        "ebb: %s runs on %d x %s of %s (%s); %s"
            .formatted(
                job,
                nodes,
                cluster.path("size").asString(),
                cluster.path("name").asString(),
                isolation(cluster),
                cost(cluster, nodes, limit(submitted, taken))));
    if (cluster.path("virtual").asBoolean()) {
      System.err.println("ebb: virtual: " + lacks(cluster) + ": the job shares what there is");
    } else if (taken.path("virtual").asBoolean()) {
      System.err.println(
          "ebb: virtual: the machine has no room for it beside the nodes that are there: the job shares what there is");
    }
    System.err.println(
        "ebb: "
            + switch (hasEnded ? "" : submitted.at("/properties/status").asString()) {
              case "Queued" -> "waits: " + Why.of(connection, job).message();
              case "Provisioning" -> "expected start: " + whenNodesCome(cluster);
              default -> "expected start: now";
            });
  }

  /// What of a node of the cluster's size the machine has not.
  static String lacks(JsonNode cluster) {
    JsonNode lacks = cluster.path("lacks");
    List<String> words = new ArrayList<>();
    lack(words, lacks.path("cores"), "vCPUs", String::valueOf);
    lack(words, lacks.path("memoryMebibytes"), "of memory", number -> bytes(number << 20));
    lack(words, lacks.path("gpus"), "GPUs", String::valueOf);
    return "the machine has not the %s of %s"
        .formatted(String.join(", ", words), cluster.path("size").asString());
  }

  private static void lack(
      List<String> words, JsonNode lack, String what, LongFunction<String> amount) {
    if (lack.isObject()) {
      long has = lack.path("has").asLong();
      words.add(
          "%s %s (it has %s)"
              .formatted(
                  amount.apply(lack.path("needed").asLong()),
                  what,
                  has == 0 ? "none" : amount.apply(has)));
    }
  }

  /// What the job is given, and what was asked for where that is more.
  private static String isolation(JsonNode cluster) {
    String asked = cluster.path("isolation").asString();
    String given = cluster.path("isolationGiven").asString(asked);
    String words =
        !given.equals("none")
            ? given
            : given.equals(asked)
                ? "without isolation"
                : "without isolation: this machine has no %s".formatted(asked);
    return weaker(words, cluster);
  }

  /// An isolation, with what it lacks on this machine.
  static String weaker(String isolation, JsonNode shown) {
    List<String> weaknesses =
        shown.path("weaknesses").valueStream().map(JsonNode::asString).toList();
    return weaknesses.isEmpty() ? isolation : isolation + "; " + String.join(", ", weaknesses);
  }

  private static String whenNodesCome(JsonNode cluster) {
    String took = cluster.path("nodeStart").asString("");
    if (took.isEmpty()) {
      return "when its nodes are there; they are the first of this cluster";
    }
    long seconds = Math.max(1, Math.ceilDiv(Duration.parse(took).toMillis(), 1_000));
    return "in %d s; its nodes are on their way, and the last ones took so long".formatted(seconds);
  }

  /// How long a job may run.
  ///
  /// @param asked as it was submitted; null: nothing was said
  /// @param inForce what ends it
  private record TimeLimit(@Nullable Duration asked, Duration inForce) {
    String words() {
      if (asked == null) {
        return " in %s, the longest that a job may run (--max sets less)".formatted(hours());
      }
      return asked.compareTo(inForce) > 0 ? " in %s: no job may run longer".formatted(hours()) : "";
    }

    private String hours() {
      return BigDecimal.valueOf(inForce.toMinutes())
              .divide(BigDecimal.valueOf(60), 1, RoundingMode.HALF_UP)
              .stripTrailingZeros()
              .toPlainString()
          + " h";
    }
  }

  private static TimeLimit limit(JsonNode submitted, JsonNode taken) {
    Duration inForce = Duration.parse(taken.path("limit").asString());
    try {
      String asked = submitted.at("/properties/limits/timeout").asString("");
      return new TimeLimit(asked.isEmpty() ? null : Duration.parse(asked), inForce);
    } catch (DateTimeParseException unreadable) {
      return new TimeLimit(null, inForce);
    }
  }

  private static String cost(JsonNode cluster, int nodes, TimeLimit limit) {
    Hourly hourly = hourly(cluster);
    if (hourly == null) {
      return unpriced(cluster);
    }
    BigDecimal each = BigDecimal.valueOf(nodes);
    return "list price %s/h, running at most %s%s"
        .formatted(
            hourly.times(each), hourly.times(each.multiply(hours(limit.inForce()))), limit.words());
  }

  /// That nobody knows what a cluster's nodes cost, and what to do.
  static String unpriced(JsonNode cluster) {
    return "unpriced: no list price is known for %s in %s: 'ebb price set --size %s --location %s --list PRICE%s' names one"
        .formatted(
            cluster.path("size").asString(),
            cluster.path("location").asString(),
            cluster.path("size").asString(),
            cluster.path("location").asString(),
            cluster.path("priority").asString().equals("low") ? " --low" : "");
  }

  static BigDecimal hours(Duration time) {
    return BigDecimal.valueOf(time.toMillis())
        .divide(BigDecimal.valueOf(3_600_000), 9, RoundingMode.HALF_UP);
  }

  /// What an hour of one of a cluster's nodes costs by list price; null if nobody knows.
  static @Nullable Hourly hourly(JsonNode cluster) {
    JsonNode list = cluster.at("/hourly/list");
    return list.isString()
        ? new Hourly(new BigDecimal(list.asString()), cluster.at("/hourly/currency").asString(""))
        : null;
  }
}
