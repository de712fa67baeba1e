package ebb.kernel.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/// What a number was measured on, and how busy that was with other things meanwhile.
public final class Machine {
  /// Linux counts processor time in hundredths of a second.
  private static final long TICK_MILLIS = 10;

  private static final double NOISY = 0.10;

  private final long busyBefore = busyMillis();
  private final long ownBefore = ownMillis();
  private final long startedNanos = System.nanoTime();

  /// Processors, system, Java and heap in one line.
  public static String description() {
    return "machine: %d processors, %s %s, Java %s, at most %d MiB heap"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.version(),
            Runtime.getRuntime().maxMemory() >> 20);
  }

  /// The share of the processors that others used since this was made, in words.
  public String others() {
    if (busyBefore < 0) {
      return "others: unknown here";
    }
    long passed = (System.nanoTime() - startedNanos) / 1_000_000;
    long others = (busyMillis() - busyBefore) - (ownMillis() - ownBefore);
    double share =
        Math.clamp(
            (double) others / (passed * Runtime.getRuntime().availableProcessors()), 0.0, 1.0);
    return String.format(
        Locale.ROOT,
        "others: %.0f %% of the machine%s",
        share * 100,
        share > NOISY ? " (noisy)" : "");
  }

  /// Processor time of everything on the machine; -1 where it cannot be read.
  private static long busyMillis() {
    try (var lines = Files.lines(Path.of("/proc/stat"))) {
      String[] columns = lines.findFirst().orElseThrow().trim().split("\\s+");
      long idle = Long.parseLong(columns[4]) + Long.parseLong(columns[5]);
      long all = 0;
      for (int i = 1; i <= 8; i++) {
        all += Long.parseLong(columns[i]);
      }
      return (all - idle) * TICK_MILLIS;
    } catch (IOException unreadable) {
      return -1;
    }
  }

  /// Processor time of this process, the collector's and the compiler's included.
  static long ownMillis() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
  }

  /// Bytes of the heap that are in use after a collection.
  static long usedHeap() {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
    }
    return used;
  }
}
