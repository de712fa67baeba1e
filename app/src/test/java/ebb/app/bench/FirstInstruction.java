package ebb.app.bench;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// (b) From the moment before a client sends a job until the job's process runs: the first thing
/// that the process does is to write the time to its standard output. One job after another, on an
/// idle node.
final class FirstInstruction {
  private static final String CLUSTER = "first";
  private static final long LOOK_MILLIS = 1;
  private static final long END_WITHIN_NANOS = 60_000_000_000L;
  private static final double AIM_MILLIS = 5;
  private static final double AIM_APART_MILLIS = 50;

  private final ServerApi api;
  private final String job;

  private FirstInstruction(ServerApi api, String job) {
    this.api = api;
    this.job = job;
  }

  /// In the default sandbox, and then without isolation.
  static void run(Workbench workbench) throws Exception {
    run(workbench, "sandbox", AIM_APART_MILLIS);
    run(workbench, "none", AIM_MILLIS);
  }

  private static void run(Workbench workbench, String isolation, double aimMillis)
      throws Exception {
    int rounds = workbench.brief() ? 2 : 5;
    int jobs = workbench.brief() ? 200 : 400;
    int warm = workbench.brief() ? 1_000 : 4_000;
    Workbench.say(
        "isolation %s; method: %d rounds of %d jobs, each submitted when the one before has ended, after %d unmeasured ones; the"
            + " client's clock before the PUT, and the clock of the process as its first act",
        isolation, rounds, jobs, warm);
    String program = workbench.tools().resolve("first").toString();
    String job = "{\"cluster\":\"first\",\"command\":[\"%s\"]}".formatted(program);
    Machine machine = new Machine();
    List<Double> p50 = new ArrayList<>();
    List<Double> p99 = new ArrayList<>();
    try (ServerProcess server =
        workbench.server(
            workbench.home("first-" + isolation),
            "1g",
            "--virtual-nodes",
            "--set",
            "tasks.programs=" + workbench.tools())) {
      server.start();
      try (ServerApi api = new ServerApi(server.connect());
          Submitters submitters = new Submitters(server, 4)) {
        api.putWorkspace();
        api.isolate(isolation);
        api.putCluster(CLUSTER, "Standard_D1_v2", 2, 2, "PT1H");
        api.awaitIdleNodes(CLUSTER, 2);
        submitters.submit("warm-", warm, job);
        api.awaitEnds(CLUSTER, 20);
        FirstInstruction first = new FirstInstruction(api, job);
        for (int i = 1; i <= rounds; i++) {
          machine.begin(server.processes());
          long[] nanos = first.round("round" + i + "-", jobs);
          machine.end();
          p50.add(Machine.percentile(nanos, 0.50) / 1e6);
          p99.add(Machine.percentile(nanos, 0.99) / 1e6);
          Workbench.say(
              "round %d: p50 %.2f ms, p99 %.2f ms; %s",
              i, p50.getLast(), p99.getLast(), machine.othersInLastRound());
        }
      }
    }
    Workbench.say("%s", machine.othersAtMost());
    Workbench.result(
        "b",
        "submit to first instruction, isolation " + isolation,
        "p50 %.2f ms, p99 %.2f ms".formatted(Machine.median(p50), Machine.median(p99)),
        "p50 < %.0f ms".formatted(aimMillis));
  }

  private long[] round(String prefix, int jobs) throws IOException, InterruptedException {
    long[] nanos = new long[jobs];
    for (int i = 0; i < jobs; i++) {
      nanos[i] = once(prefix + i);
    }
    return nanos;
  }

  private long once(String name) throws IOException, InterruptedException {
    Instant before = Instant.now();
    api.must("PUT", ServerApi.jobPath(name), job);
    long deadline = System.nanoTime() + END_WITHIN_NANOS;
    while (!api.must("GET", ServerApi.jobPath(name), "").get("phase").asString().equals("ended")) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the job " + name + " has not ended in a minute");
      }
      Thread.sleep(LOOK_MILLIS);
    }
    String written = api.text(ServerApi.jobPath(name) + "/logs").strip();
    if (!written.matches("[0-9]+")) {
      throw new IOException("the job " + name + " wrote no time but '" + written + "'");
    }
    long sent = before.getEpochSecond() * 1_000_000_000L + before.getNano();
    return Long.parseLong(written) - sent;
  }
}
