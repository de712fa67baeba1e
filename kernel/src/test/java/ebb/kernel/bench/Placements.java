package ebb.kernel.bench;

import ebb.kernel.engine.JournalFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How many placements a second the kernel makes, and how much memory a queued job takes, by the
/// length of the queue and the number of nodes.
///
/// One placement is a task's end, its job's replacement by a new one, the order of an attempt for
/// the job that is next, and the start of its task. Arguments: the rounds, then pairs of
/// `nodes:queued`.
public final class Placements {
  private static final long AIM = 100_000;
  private static final long IN_A_ROUND = 100_000;
  private static final List<String> USUAL =
      List.of(
          "1000:1000",
          "1000:100000",
          "1000:1000000",
          "10000:1000",
          "10000:100000",
          "10000:1000000");

  private Placements() {}

  private record Result(int nodes, int queued, Speed engine, Speed kernel, long heapMebibytes) {}

  /// Placements per second of the clock, and per second of processor time, which other things on
  /// the machine disturb less.
  private record Speed(long perSecond, long perProcessorSecond) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%,9d/s (%,9d per processor second)", perSecond, perProcessorSecond);
    }
  }

  private interface Work {
    long place(long count) throws JournalFailure;
  }

  public static void main(String[] args) throws JournalFailure {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    List<String> sizes = args.length > 1 ? List.of(args).subList(1, args.length) : USUAL;
    System.out.println(Machine.description());
    System.out.println(
        "method: one cluster, all nodes busy; a placement is an end, a new job, an order and a"
            + " start; medians of "
            + rounds
            + " rounds of "
            + IN_A_ROUND
            + " after one to warm up");
    Machine machine = new Machine();
    measure(1, 1_000, 1_000);
    List<Result> results = new ArrayList<>();
    for (String size : sizes) {
      String[] parts = size.split(":");
      Result result = measure(rounds, Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
      results.add(result);
      System.out.printf(
          Locale.ROOT,
          "%,7d nodes %,9d queued: engine %s, kernel alone %s, heap %d MiB%n",
          result.nodes,
          result.queued,
          result.engine,
          result.kernel,
          result.heapMebibytes);
    }
    System.out.println(machine.others());
    summary(results);
  }

  private static void summary(List<Result> results) {
    long slowest = results.stream().mapToLong(result -> result.engine.perSecond).min().orElse(0);
    long heap = results.stream().mapToLong(Result::heapMebibytes).max().orElse(0);
    double ratio = 0;
    for (Result result : results) {
      for (Result other : results) {
        if (other.nodes == result.nodes && other.queued < result.queued) {
          ratio =
              Math.max(
                  ratio,
                  (double) other.engine.perProcessorSecond / result.engine.perProcessorSecond);
        }
      }
    }
    System.out.printf(Locale.ROOT, "c heap: %d MiB at most after collection (aim 2048)%n", heap);
    System.out.printf(
        Locale.ROOT, "c flatness: %.2f times slower with the longest queue (aim 2)%n", ratio);
    System.out.printf(Locale.ROOT, "c placements: %d placements/s (aim %d)%n", slowest, AIM);
  }

  private static Result measure(int rounds, int nodes, int queued) throws JournalFailure {
    BusyCluster cluster = new BusyCluster(nodes, queued);
    long heap = Machine.usedHeap() >> 20;
    cluster.throughTheEngine(IN_A_ROUND);
    Speed engine = speed(rounds, cluster::throughTheEngine);
    Speed kernel = speed(rounds, cluster::throughTheKernelAlone);
    return new Result(nodes, queued, engine, kernel, heap);
  }

  private static Speed speed(int rounds, Work work) throws JournalFailure {
    List<Long> perSecond = new ArrayList<>();
    List<Long> perProcessorSecond = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      long processor = Machine.ownMillis();
      long placed = work.place(IN_A_ROUND);
      perProcessorSecond.add(placed * 1_000 / Math.max(1, Machine.ownMillis() - processor));
      perSecond.add(placed * 1_000_000_000L / (System.nanoTime() - start));
    }
    return new Speed(median(perSecond), median(perProcessorSecond));
  }

  private static long median(List<Long> values) {
    List<Long> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
