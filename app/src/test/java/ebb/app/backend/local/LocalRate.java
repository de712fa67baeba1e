package ebb.app.backend.local;

import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.kernel.State;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// How fast the backend is by itself, in front of an engine with a journal in memory: `LocalRate
/// FOLDER JOBS NODES`. The program, not a test: rates depend on the machine.
final class LocalRate {
  private static final int LATENCIES = 300;
  private static final int STORERS = 64;

  private LocalRate() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    int jobs = Integer.parseInt(arguments[1]);
    int nodes = Integer.parseInt(arguments[2]);

    store(folder, true);
    store(folder, false);
    try (DrivenEngine loop =
        new DrivenEngine(Files.createDirectories(folder.resolve("home")), nodes, 60_000)) {
      String hash =
          loop.server.specifications.put(Specification.ofArguments(List.of("/bin/true"), Map.of()));
      run(loop, "warm", jobs / 4, hash);
      for (int round = 1; round <= 3; round++) {
        long from = System.nanoTime();
        run(loop, "round" + round, jobs, hash);
        report(jobs + " jobs on " + nodes + " nodes", jobs, System.nanoTime() - from);
      }
      latency(loop);
    }
    System.exit(0);
  }

  private static void report(String what, int count, long nanos) {
    System.out.printf("%s: %.0f/s%n", what, count * 1e9 / nanos);
  }

  private static void run(DrivenEngine loop, String name, int jobs, String hash) throws Exception {
    int before = loop.ended();
    for (int i = 0; i < jobs; i++) {
      submit(loop, name + "-" + i, hash);
    }
    while (loop.ended() - before < jobs) {
      Thread.sleep(2);
    }
  }

  private static void submit(DrivenEngine loop, String name, String hash) throws Exception {
    JobSpec spec =
        new JobSpec(DrivenEngine.CLUSTER, "someone", 0, 1, 0, JobSpec.DEFAULT_RETRIES, hash);
    Command.SubmitJob submit =
        new Command.SubmitJob(DrivenEngine.WORKSPACE, name, spec, System.currentTimeMillis());
    if (!(loop.wish(submit) instanceof Verdict.Accepted)) {
      throw new IllegalStateException("refused: " + name);
    }
  }

  /// From the submission to the time that the job itself reads from the clock.
  private static void latency(DrivenEngine loop) throws Exception {
    String hash =
        loop.server.specifications.put(
            Specification.ofArguments(List.of("/bin/date", "+%s%N"), Map.of()));
    double[] millis = new double[LATENCIES];
    for (int i = 0; i < LATENCIES; i++) {
      int before = loop.ended();
      String name = "latency-" + i;
      Instant asked = Instant.now();
      submit(loop, name, hash);
      while (loop.ended() == before) {
        Thread.sleep(1);
      }
      JobId job = loop.ask(state -> named(state, name));
      Path stdout = loop.server.backend.folders().run(job, 1, 0).stdout();
      long first = Long.parseLong(Files.readString(stdout).strip());
      millis[i] = (first - asked.getEpochSecond() * 1_000_000_000L - asked.getNano()) / 1e6;
    }
    Arrays.sort(millis);
    System.out.printf(
        "submit to first instruction: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, of %d%n",
        millis[LATENCIES / 2], millis[LATENCIES * 9 / 10], millis[LATENCIES * 99 / 100], LATENCIES);
  }

  private static JobId named(State state, String name) {
    for (Job job : state.allJobs()) {
      if (job.name().equals(name)) {
        return job.id();
      }
    }
    throw new IllegalStateException(name);
  }

  private static void store(Path folder, boolean distinct) throws Exception {
    int count = distinct ? 40_000 : 400_000;
    try (SpecificationStore store =
            SpecificationStore.open(folder.resolve("store-" + distinct + ".db"));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 3; round++) {
        long from = System.nanoTime();
        List<Future<?>> storers = new ArrayList<>();
        for (int s = 0; s < STORERS; s++) {
          int storer = s;
          int nth = round;
          storers.add(
              threads.submit(() -> {
                for (int i = 0; i < count / STORERS; i++) {
                  String line = distinct ? "job " + nth + " " + storer + " " + i : "job " + i % 10;
                  store.put(Specification.ofShellLine(line, Map.of("A", "1", "B", "2")));
                }
                return null;
              }));
        }
        for (Future<?> storer : storers) {
          storer.get();
        }
        report((distinct ? "distinct" : "repeated") + " puts", count, System.nanoTime() - from);
      }
    }
  }
}
