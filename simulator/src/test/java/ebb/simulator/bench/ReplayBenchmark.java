package ebb.simulator.bench;

import ebb.kernel.bench.Machine;
import ebb.simulator.TraceFile;
import ebb.simulator.TraceJob;
import ebb.simulator.TraceReplay;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Jobs a second when a trace is replayed through the unmodified kernel in virtual time, on one
/// thread, after a warm-up: `ReplayBenchmark TRACE [RUNS]`.
///
/// Wall time and the thread's own processor time are both printed: on a machine that does other
/// things the second says what the first would be without them.
public final class ReplayBenchmark {
  private static final int WARM_UPS = 5;
  private static final double AIM = 200_000;

  private ReplayBenchmark() {}

  public static void main(String[] args) {
    if (args.length == 0) {
      System.err.println("usage: bench/replay TRACE [RUNS]");
      System.exit(2);
    }
    int runs = args.length > 1 ? Integer.parseInt(args[1]) : 9;
    List<TraceJob> trace = TraceFile.read(args[0]);
    print("%s%n", Machine.description());
    print(
        "method: %d jobs through the unmodified kernel in virtual time, on one thread; median of %d"
            + " runs after %d to warm up%n",
        trace.size(), runs, WARM_UPS);
    for (int i = 0; i < WARM_UPS; i++) {
      TraceReplay.of(trace, TraceReplay.Numbers.DEFAULT);
    }
    Machine machine = new Machine();
    double[] wall = new double[runs];
    double[] own = new double[runs];
    TraceReplay.Outcome outcome = null;
    for (int i = 0; i < runs; i++) {
      long wallBefore = System.nanoTime();
      long ownBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      outcome = TraceReplay.of(trace, TraceReplay.Numbers.DEFAULT);
      own[i] =
          trace.size()
              * 1e9
              / (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - ownBefore);
      wall[i] = trace.size() * 1e9 / (System.nanoTime() - wallBefore);
      print("run %d: %.0f jobs/s, %.0f by processor time%n", i + 1, wall[i], own[i]);
    }
    print(
        "%d jobs, %.1f virtual days, %d events, %.0f node hours, %.2f USD by list price, mean wait"
            + " %.0f s%n",
        trace.size(),
        outcome.virtualDays(),
        outcome.events(),
        outcome.nodeHours(),
        outcome.charges().list().rounded(2),
        outcome.waits().meanMillis() / 1000);
    print("%s%n", machine.others());
    print("by processor time: %.0f jobs/s%n", median(own));
    print("d replay: %.0f jobs/s (aim %.0f)%n", median(wall), AIM);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format, values);
  }
}
