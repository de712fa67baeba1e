package ebb.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Where a number was taken, and how much of the machine other programs used meanwhile.
///
/// Others are what was busy and is neither this program, nor a process that the benchmark named,
/// nor a child that one of these has reaped. Interrupts are nobody's.
final class Machine {
  /// Above this the numbers are marked noisy.
  private static final double NOISY = 0.10;

  private static final int FIRST_TIME_FIELD = 11;

  /// Linux counts in hundredths of a second, whatever the kernel's own clock.
  private static final long MICROS_PER_TICK = 10_000;

  private List<Long> ours = List.of();
  private long totalBefore;
  private long othersBefore;
  private double last;
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

  /// A measurement begins; `processes` belong to it.
  void begin(List<Long> processes) throws IOException {
    ours = processes;
    totalBefore = ticks()[0];
    othersBefore = others();
  }

  /// The measurement ends.
  void end() throws IOException {
    end(ours);
  }

  /// The measurement ends; these processes began within it and belong to it too.
  void end(List<Long> processes) throws IOException {
    ours = processes;
    long total = ticks()[0] - totalBefore;
    long others = others() - othersBefore;
    last = total == 0 ? 0 : Math.max(0, (double) others / total);
    busiest = Math.max(busiest, last);
  }

  private long others() throws IOException {
    long used = used(ProcessHandle.current().pid());
    for (long process : ours) {
      used += used(process);
    }
    return ticks()[1] - used;
  }

  /// All and busy ticks of all processors since the machine started.
  private static long[] ticks() throws IOException {
    String line = Files.readAllLines(Path.of("/proc/stat")).getFirst();
    long[] ticks =
        Arrays.stream(line.trim().split("\\s+"))
            .skip(1)
            .limit(8)
            .mapToLong(Long::parseLong)
            .toArray();
    long user = ticks[0];
    long nice = ticks[1];
    long system = ticks[2];
    long stolen = ticks[7];
    return new long[] {Arrays.stream(ticks).sum(), user + nice + system + stolen};
  }

  /// Ticks of a process and of the children that it has reaped; 0 if it is no more.
  private static long used(long process) throws IOException {
    return used(process, 0, 4);
  }

  /// Of its user and system time and then its children's, those from one field on.
  private static long used(long process, int first, int count) throws IOException {
    String stat;
    try {
      stat = Files.readString(Path.of("/proc/" + process + "/stat"));
    } catch (NoSuchFileException gone) {
      return 0;
    }
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = 0;
    for (int i = first; i < first + count; i++) {
      ticks += Long.parseLong(fields[FIRST_TIME_FIELD + i]);
    }
    return ticks;
  }

  /// Microseconds of processor that a process and its reaped children have used.
  static long usedMicros(long process) throws IOException {
    return used(process) * MICROS_PER_TICK;
  }

  /// Of these, what its reaped children have used.
  static long childrenMicros(long process) throws IOException {
    return used(process, 2, 2) * MICROS_PER_TICK;
  }

  /// For the line of a round.
  String othersInLastRound() {
    return share("others", last);
  }

  /// For the end.
  String othersAtMost() {
    return share("others: up to", busiest);
  }

  private static String share(String what, double share) {
    String text = String.format(Locale.ROOT, "%s %.0f %% of the machine", what, share * 100);
    return share > NOISY ? text + " (noisy)" : text;
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /// The value below which `share` of the samples lie.
  static double percentile(long[] samples, double share) {
    long[] sorted = samples.clone();
    Arrays.sort(sorted);
    int index = (int) Math.ceil(share * sorted.length) - 1;
    return sorted[Math.clamp(index, 0, sorted.length - 1)];
  }
}
