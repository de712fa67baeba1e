package ebb.app.api;

import ebb.app.loop.Histogram;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// Metrics in Prometheus' text format: for each family a line of help, one of its type, then the
/// samples.
final class Exposition {
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder();

  /// Counts up and never down, but for a restart. The name ends with `_total`.
  Exposition counter(String name, String help, double value) {
    return family(name, "counter", help).sample(name, Map.of(), value);
  }

  Exposition counter(String name, String help, long value) {
    return counter(name, help, (double) value);
  }

  Exposition gauge(String name, String help, long value) {
    return gauge(name, help, (double) value);
  }

  Exposition gauge(String name, String help, double value) {
    return family(name, "gauge", help).sample(name, Map.of(), value);
  }

  /// How values are spread, by bounds that each count what is at most as large.
  Exposition histogram(String name, String help, Histogram histogram) {
    family(name, "histogram", help);
    double[] bounds = histogram.bounds();
    long[] upTo = histogram.upTo();
    for (int i = 0; i < bounds.length; i++) {
      sample(name + "_bucket", Map.of("le", number(bounds[i])), (double) upTo[i]);
    }
    sample(name + "_bucket", Map.of("le", "+Inf"), (double) upTo[bounds.length]);
    sample(name + "_sum", Map.of(), histogram.sum());
    return sample(name + "_count", Map.of(), (double) upTo[bounds.length]);
  }

  /// Begins a family of several samples.
  Exposition family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  Exposition sample(String name, Map<String, String> labels, double value) {
    text.append(name);
    if (!labels.isEmpty()) {
      String separator = "{";
      for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
        text.append(separator).append(label.getKey()).append("=\"");
        text.append(escaped(label.getValue())).append('"');
        separator = ",";
      }
      text.append('}');
    }
    text.append(' ').append(number(value)).append('\n');
    return this;
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
