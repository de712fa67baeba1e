package ebb.app.api;

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
        : String.valueOf(value);
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
