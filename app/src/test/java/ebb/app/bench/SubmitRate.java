package ebb.app.bench;

import java.util.ArrayList;
import java.util.List;

/// (e) Durable submits per second over many connections. The jobs cannot start, for their family
/// has no quota: they queue.
final class SubmitRate {
  private static final int CONNECTIONS = 64;
  private static final String JOB = "{\"cluster\":\"waiting\",\"command\":[\"/bin/true\"]}";

  private SubmitRate() {}

  static void run(Workbench workbench) throws Exception {
    int rounds = workbench.brief() ? 3 : 5;
    int jobs = workbench.brief() ? 20_000 : 50_000;
    int warm = workbench.brief() ? 40_000 : 150_000;
    Workbench.say(
        "method: %d rounds of %d submits after %d unmeasured ones, %d connections that each wait for their answer,"
            + " every answer durable; client and server share the machine",
        rounds, jobs, warm, CONNECTIONS);
    Machine machine = new Machine();
    List<Double> rates = new ArrayList<>();
    List<Double> p50 = new ArrayList<>();
    List<Double> p99 = new ArrayList<>();
    try (ServerProcess server = workbench.server(workbench.home("submits"), "2g")) {
      server.start();
      try (ServerApi api = new ServerApi(server.connect());
          Submitters submitters = new Submitters(server, CONNECTIONS)) {
        api.putWorkspace();
        api.setFamilyQuota("standardDSv3Family", 0);
        api.putCluster("waiting", "Standard_D2s_v3", 0, 4, "PT2M");
        submitters.submit("warm-", warm, JOB);
        for (int i = 1; i <= rounds; i++) {
          machine.begin(server.processes());
          long serverMicros = Machine.usedMicros(server.pid());
          long began = System.nanoTime();
          long[] nanos = submitters.submit("round" + i + "-", jobs, JOB);
          rates.add(jobs / ((System.nanoTime() - began) / 1e9));
          machine.end();
          p50.add(Machine.percentile(nanos, 0.50) / 1e6);
          p99.add(Machine.percentile(nanos, 0.99) / 1e6);
          Workbench.say(
              "round %d: %.0f/s, p50 %.2f ms, p99 %.2f ms; processor of the server for each: %d us; %s",
              i,
              rates.getLast(),
              p50.getLast(),
              p99.getLast(),
              (Machine.usedMicros(server.pid()) - serverMicros) / jobs,
              machine.othersInLastRound());
        }
        int queued = api.unended("waiting");
        if (queued != warm + rounds * jobs) {
          throw new IllegalStateException(queued + " jobs are queued, not all that were submitted");
        }
      }
    }
    Workbench.say("%s", machine.othersAtMost());
    Workbench.result(
        "e",
        "durable submits",
        "%.0f/s, p50 %.2f ms, p99 %.2f ms"
            .formatted(Machine.median(rates), Machine.median(p50), Machine.median(p99)),
        "10000/s, p99 < 20 ms");
  }
}
