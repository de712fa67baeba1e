package ebb.simulator;

import java.io.PrintStream;
import java.util.Locale;

/// Prints what a replay came to. The only class of the simulator that prints.
public final class Report {
  private final PrintStream out;

  public Report(PrintStream out) {
    this.out = out;
  }

  static Report onScreen() {
    return new Report(System.out);
  }

  public void line(String text) {
    out.println(text);
  }

  void head() {
    line(
        String.format(
            Locale.ROOT,
            "%9s %9s %12s %14s %8s %10s %10s %10s",
            "idle s",
            "max",
            "node hours",
            "list USD",
            "idle %",
            "mean wait",
            "p50 wait",
            "p99 wait"));
  }

  void row(TraceReplay.Numbers numbers, TraceReplay.Outcome outcome) {
    line(
        String.format(
            Locale.ROOT,
            "%9d %9d %12.0f %14.2f %8.2f %9.0fs %9.0fs %9.0fs",
            numbers.idleMillis() / 1000,
            numbers.maxNodes(),
            outcome.nodeHours(),
            outcome.charges().list().rounded(2),
            100.0 * outcome.charges().idleMillis() / outcome.charges().millis(),
            outcome.waits().meanMillis() / 1000,
            outcome.waits().millis(0.5) / 1000.0,
            outcome.waits().millis(0.99) / 1000.0));
  }
}
