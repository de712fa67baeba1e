package ebb.app.bench;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Adds up what `/ebb/v1/ledger` answers, as somebody would who does not trust it: segments node by
/// node, and the totals of each way to group them.
final class LedgerCheck {
  private static final String LEDGER = "/ebb/v1/ledger?by=";
  private static final int DECIMALS = 6;

  /// A rate is 10⁻⁶ of the currency for an hour of milliseconds.
  private static final BigDecimal RATE_UNITS =
      BigDecimal.valueOf(1_000_000).multiply(BigDecimal.valueOf(3_600_000));

  private final List<String> faults = new ArrayList<>();
  private int segments;
  private long millis;
  private BigInteger list = BigInteger.ZERO;

  private LedgerCheck() {}

  static LedgerCheck of(ServerApi api) throws IOException {
    LedgerCheck check = new LedgerCheck();
    check.addSegments(api);
    for (String by : List.of("cluster", "account", "job")) {
      check.compareGrouped(api, by);
    }
    return check;
  }

  private void addSegments(ServerApi api) throws IOException {
    Map<String, Long> reached = new HashMap<>();
    @Nullable String after = null;
    JsonNode total = null;
    do {
      JsonNode page = page(api, "segment", after);
      total = page.get("total");
      for (JsonNode segment : page.get("value")) {
        long from = Instant.parse(segment.get("from").asString()).toEpochMilli();
        long to = Instant.parse(segment.get("to").asString()).toEpochMilli();
        Long before = reached.put(segment.get("node").asString(), to);
        if (before != null && before != from) {
          faults.add(
              "ledger: a gap or overlap on node " + segment.get("node").asString() + " at " + from);
        }
        segments++;
        millis += to - from;
        BigInteger rate =
            new BigDecimal(segment.get("listRate").asString())
                .movePointRight(6)
                .toBigIntegerExact();
        list = list.add(BigInteger.valueOf(to - from).multiply(rate));
      }
      after = next(page);
    } while (after != null);
    compare("segments", total.get("millis").asLong(), total.get("list").asString());
  }

  /// Rows of a page add up to its total exactly; the totals of all pages to the whole.
  private void compareGrouped(ServerApi api, String by) throws IOException {
    long groupedMillis = 0;
    BigDecimal grouped = BigDecimal.ZERO;
    int pages = 0;
    @Nullable String after = null;
    do {
      JsonNode page = page(api, by, after);
      BigDecimal rows = BigDecimal.ZERO;
      for (JsonNode row : page.get("value")) {
        rows = rows.add(new BigDecimal(row.get("list").asString()));
      }
      BigDecimal total = new BigDecimal(page.get("total").get("list").asString());
      if (rows.compareTo(total) != 0) {
        faults.add("ledger by " + by + ": rows add up to " + rows + ", the total is " + total);
      }
      groupedMillis += page.get("total").get("millis").asLong();
      grouped = grouped.add(total);
      pages++;
      after = next(page);
    } while (after != null);
    if (groupedMillis != millis) {
      faults.add("ledger by " + by + ": " + groupedMillis + " ms, segments have " + millis);
    }
    if (pages == 1) {
      compare("by " + by, groupedMillis, grouped.toPlainString());
    }
  }

  private void compare(String what, long toldMillis, String toldList) {
    BigDecimal exact = new BigDecimal(list).divide(RATE_UNITS, DECIMALS, RoundingMode.HALF_EVEN);
    BigDecimal apart = exact.subtract(new BigDecimal(toldList)).abs();
    if (toldMillis != millis || apart.compareTo(BigDecimal.ONE.movePointLeft(DECIMALS)) > 0) {
      faults.add(
          "ledger %s: told %d ms and %s, added up %d ms and %s"
              .formatted(what, toldMillis, toldList, millis, exact));
    }
  }

  private static JsonNode page(ServerApi api, String by, @Nullable String after)
      throws IOException {
    String path = LEDGER + by + "&limit=1000" + (after == null ? "" : "&after=" + after);
    return api.must("GET", path, "");
  }

  private static @Nullable String next(JsonNode page) {
    JsonNode next = page.get("next");
    return next == null || next.isNull() ? null : next.asString();
  }

  List<String> faults() {
    return faults;
  }

  int segments() {
    return segments;
  }

  String summary() {
    return "%d segments, %d node-seconds".formatted(segments, millis / 1_000);
  }
}
