package ebb.app.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// The life of a cluster's nodes as a picture, from the same segments that the bill adds up.
final class Timeline {
  private static final int WIDTH = 64;
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /// Node 1.4 came before node 1.10.
  static final Comparator<String> BY_NUMBER =
      Comparator.comparing(node ->
          Pattern.compile("[0-9]+")
              .matcher(node)
              .replaceAll(part -> "0".repeat(19 - part.group().length()) + part.group()));

  private Timeline() {}

  /// What is drawn for each kind of stretch. Where several fall on one place, the most telling is
  /// drawn, which is the one that stands first.
  private enum Mark {
    RUN('#'),
    BOOT('b'),
    LEAVE('<'),
    IDLE('-');

    private final char drawn;

    Mark(char drawn) {
      this.drawn = drawn;
    }
  }

  private record Stretch(String node, Mark mark, Instant from, Instant to) {}

  /// Draws all nodes of a cluster that have lived since `since` and are metered.
  static String of(Connection connection, String cluster, Instant since) {
    List<Stretch> stretches = new ArrayList<>();
    String after = "";
    do {
      JsonNode page =
          connection.ofServer(
              "/ebb/v1/ledger?by=segment&from="
                  + since
                  + (after.isEmpty() ? "" : "&after=" + after));
      for (JsonNode row : page.path("value")) {
        if (row.path("cluster").asString().equals(cluster)) {
          stretches.add(
              new Stretch(
                  row.path("node").asString(),
                  Mark.valueOf(row.path("kind").asString().toUpperCase(Locale.ROOT)),
                  Instant.parse(row.path("from").asString()),
                  Instant.parse(row.path("to").asString())));
        }
      }
      after = page.path("next").asString("");
    } while (!after.isEmpty());
    return stretches.isEmpty() ? "no node has lived yet\n" : draw(stretches);
  }

  private static String draw(List<Stretch> stretches) {
    Instant from = stretches.stream().map(Stretch::from).min(Instant::compareTo).orElseThrow();
    Instant to = stretches.stream().map(Stretch::to).max(Instant::compareTo).orElseThrow();
    double millis = Math.max(1, Duration.between(from, to).toMillis());
    Map<String, Mark[]> lines = new TreeMap<>(BY_NUMBER);
    int[] alive = new int[WIDTH];
    for (Stretch stretch : stretches) {
      Mark[] line = lines.computeIfAbsent(stretch.node(), _ -> new Mark[WIDTH]);
      int first = column(Duration.between(from, stretch.from()).toMillis(), millis);
      int last = column(Duration.between(from, stretch.to()).toMillis(), millis);
      for (int i = first; i <= last; i++) {
        if (line[i] == null || stretch.mark().compareTo(line[i]) < 0) {
          line[i] = stretch.mark();
        }
      }
    }
    StringBuilder text = new StringBuilder();
    lines.forEach((node, line) -> {
      text.append(String.format(Locale.ROOT, "%-8s ", node));
      for (int i = 0; i < WIDTH; i++) {
        text.append(line[i] == null ? ' ' : line[i].drawn);
        alive[i] += line[i] == null ? 0 : 1;
      }
      text.append('\n');
    });
    text.append("nodes    ");
    for (int count : alive) {
      text.append(count < 10 ? (char) ('0' + count) : '+');
    }
    text.append(
        String.format(Locale.ROOT, "%n         %-32s%32s%n", CLOCK.format(from), CLOCK.format(to)));
    return text + "         b boots  # runs  - idles  < leaves\n";
  }

  private static int column(long at, double whole) {
    return (int) Math.min(WIDTH - 1, Math.floor(at / whole * WIDTH));
  }
}
