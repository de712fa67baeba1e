package ebb.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/// Where a number was taken, and how much of the machine other programs used meanwhile.
final class Machine {
  /// Above this the numbers are marked noisy.
  private static final double NOISY = 0.10;

  private static final int SAMPLE_MILLIS = 1_000;

  private double busiest;

  /// Processor, cores, kernel and JVM in one line.
  static String describe() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 2))
            .findFirst()
            .orElse("unknown processor");
    return "machine: "
        + Runtime.getRuntime().availableProcessors()
        + " cores of "
        + model
        + ", "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + ", JDK "
        + Runtime.version();
  }

  /// Samples what runs while this benchmark does nothing; called before and after every round.
  void sampleOthers() throws IOException, InterruptedException {
    long[] before = times();
    Thread.sleep(SAMPLE_MILLIS);
    long[] after = times();
    long total = after[0] - before[0];
    double busy = total == 0 ? 0 : (double) (after[1] - before[1]) / total;
    busiest = Math.max(busiest, busy);
  }

  /// All and busy processor ticks since the machine started.
  private static long[] times() throws IOException {
    String line = Files.readAllLines(Path.of("/proc/stat")).getFirst();
    long[] ticks =
        Arrays.stream(line.trim().split("\\s+"))
            .skip(1)
            .limit(8)
            .mapToLong(Long::parseLong)
            .toArray();
    long total = Arrays.stream(ticks).sum();
    long idle = ticks[3] + ticks[4];
    return new long[] {total, total - idle};
  }

  String others() {
    String share =
        String.format(Locale.ROOT, "others: up to %.0f %% of the machine", busiest * 100);
    return busiest > NOISY ? share + " (noisy)" : share;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /// The value below which `share` of the samples lie.
  static double percentile(long[] samples, double share) {
    long[] sorted = samples.clone();
    Arrays.sort(sorted);
    int index = (int) Math.ceil(share * sorted.length) - 1;
    return sorted[Math.clamp(index, 0, sorted.length - 1)];
  }
}
