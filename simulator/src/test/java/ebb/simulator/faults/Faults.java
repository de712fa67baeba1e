package ebb.simulator.faults;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/// Runs many seeds, each in a world of its own.
///
/// `Faults N [--from SEED] [--threads T]` or `Faults --seed SEED`. The last line counts; the exit
/// code is 1 if a promise was broken.
public final class Faults {
  private static final long PROGRESS_NANOS = 10_000_000_000L;

  private final AtomicLong next;
  private final long end;
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong starts = new AtomicLong();
  private final ConcurrentSkipListMap<String, Long> kinds = new ConcurrentSkipListMap<>();
  private final long began = System.nanoTime();

  private Faults(long from, long count) {
    this.next = new AtomicLong(from);
    this.end = from + count;
  }

  public static void main(String[] args) throws InterruptedException {
    System.exit(run(System.err, args));
  }

  /// One seed, each step of which is looked at closely, or many; the exit code.
  static int run(PrintStream err, String... args) throws InterruptedException {
    List<String> words = new ArrayList<>(List.of(args));
    try {
      if (words.contains("--seed")) {
        long seed = option(words, "--seed", 0);
        refuseUnless(words.isEmpty(), "--seed stands alone");
        System.out.println(FaultRun.closely(seed));
        return 0;
      }
      long from = option(words, "--from", 1);
      long threads = option(words, "--threads", 2);
      refuseUnless(words.size() == 1, "how many seeds?");
      Faults faults = new Faults(from, number("N", words.getFirst()));
      faults.run((int) threads);
      System.out.println("events: " + faults.kinds);
      System.out.printf("%d seeds, %d failed%n", faults.done.get(), faults.failed.get());
      return faults.failed.get() == 0 ? 0 : 1;
    } catch (Unreadable line) {
      err.println(
          "bench/faults: "
              + line.getMessage()
              + "; usage: bench/faults N [--from SEED] [--threads T] | --seed SEED");
      return 2;
    }
  }

  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1;

    Unreadable(String message) {
      super(message);
    }
  }

  private static void refuseUnless(boolean fits, String otherwise) throws Unreadable {
    if (!fits) {
      throw new Unreadable(otherwise);
    }
  }

  private static long option(List<String> words, String name, long otherwise) throws Unreadable {
    int at = words.indexOf(name);
    if (at < 0) {
      return otherwise;
    }
    refuseUnless(at < words.size() - 1, name + " needs a number");
    words.remove(at);
    return number(name, words.remove(at));
  }

  private static long number(String name, String text) throws Unreadable {
    refuseUnless(
        text.matches("[1-9][0-9]{0,8}"),
        name + " is a whole number from 1 to 999999999, not '" + text + "'");
    return Long.parseLong(text);
  }

  private void run(int count) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().start(this::work));
    }
    long shown = began;
    for (Thread thread : threads) {
      while (!thread.join(java.time.Duration.ofMillis(200))) {
        if (System.nanoTime() - shown > PROGRESS_NANOS) {
          shown = System.nanoTime();
          progress();
        }
      }
    }
    progress();
  }

  private void progress() {
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        "%d seeds in %.0f s (%.0f a second), %d steps, %d starts, %d failed%n",
        done.get(), seconds, done.get() / seconds, steps.get(), starts.get(), failed.get());
  }

  private void work() {
    for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
      try {
        FaultRun.Outcome outcome = FaultRun.of(seed);
        steps.addAndGet(outcome.steps());
        starts.addAndGet(outcome.starts());
        outcome.kinds().forEach((kind, count) -> kinds.merge(kind, (long) count, Long::sum));
      } catch (RuntimeException | Error failure) {
        failed.incrementAndGet();
        System.out.println("seed " + seed + ": " + failure + "; rerun: " + rerun(seed));
      }
      done.incrementAndGet();
    }
  }

  static String rerun(long seed) {
    return "bench/faults --seed " + seed;
  }
}
