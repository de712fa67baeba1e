package ebb.app.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// (a) No-op jobs per second from end to end: each is submitted over HTTP, durable, run as a
/// process, and its end durable. Beside it, in turns, a loop in C that does nothing but
/// `posix_spawn`.
final class NoopRate {
  private static final int CONNECTIONS = 8;
  private static final int NODES = 8;
  private static final String CLUSTER = "noop";
  private static final String JOB = "{\"cluster\":\"noop\",\"command\":[\"/bin/true\"]}";

  /// Of what `posix_spawn` alone reaches.
  private static final double AIM = 0.6;

  private static final Pattern RATE = Pattern.compile("^([0-9]+)/s.*");
  private static final Pattern PEER = Pattern.compile("^peer [a-z]+: ([0-9]+) jobs/s$");

  private NoopRate() {}

  /// In the default sandbox, and then without isolation: that is the number that has peers.
  static void run(Workbench workbench) throws Exception {
    run(workbench, "sandbox");
    run(workbench, "none");
  }

  private static void run(Workbench workbench, String isolation) throws Exception {
    int rounds = workbench.brief() ? 3 : 5;
    boolean apart = isolation.equals("sandbox"); // an order slower: fewer jobs take as long
    int jobs = (workbench.brief() ? 2_000 : 5_000) / (apart ? 5 : 1);
    int warm = (workbench.brief() ? 4_000 : 20_000) / (apart ? 5 : 1);
    Workbench.say(
        "isolation %s; method: %d rounds of %d jobs `/bin/true` after %d unmeasured ones, %d connections, a cluster of %d virtual"
            + " nodes; from the first PUT until no job is unended",
        isolation, rounds, jobs, warm, CONNECTIONS, NODES);
    Machine machine = new Machine();
    List<Double> ebb = new ArrayList<>();
    List<Double> spawn = new ArrayList<>();
    try (ServerProcess server =
        workbench.server(workbench.home("noop-" + isolation), "1g", "--virtual-nodes")) {
      server.start();
      try (ServerApi api = new ServerApi(server.connect());
          Submitters submitters = new Submitters(server, CONNECTIONS)) {
        api.putWorkspace();
        api.isolate(isolation);
        api.putCluster(CLUSTER, "Standard_D1_v2", NODES, NODES, "PT1H");
        api.awaitIdleNodes(CLUSTER, NODES);
        round(api, submitters, "warm-", warm);
        for (int i = 1; i <= rounds; i++) {
          spawn.add(spawn(workbench, jobs));
          machine.begin(server.processes());
          long serverMicros = Machine.usedMicros(server.pid());
          long agentMicros = Machine.usedMicros(server.agent());
          long taskMicros = Machine.childrenMicros(server.agent());
          ebb.add(round(api, submitters, "round" + i + "-", jobs));
          machine.end();
          taskMicros = Machine.childrenMicros(server.agent()) - taskMicros;
          agentMicros = Machine.usedMicros(server.agent()) - agentMicros - taskMicros;
          Workbench.say(
              "round %d: %.0f jobs/s, processor for each: server %d us, agent %d us, task %d us; C posix_spawn, two in"
                  + " flight: %.0f/s; %s",
              i,
              ebb.getLast(),
              (Machine.usedMicros(server.pid()) - serverMicros) / jobs,
              agentMicros / jobs,
              taskMicros / jobs,
              spawn.getLast(),
              machine.othersInLastRound());
        }
        check(api, warm + rounds * jobs);
      }
    }
    Map<String, Double> peers = workbench.peers() && !apart ? peers(workbench, jobs) : Map.of();
    Workbench.say(
        "C posix_spawn, two in flight: %.0f/s; Ebb reaches %.0f %% of it",
        Machine.median(spawn), 100 * Machine.median(ebb) / Machine.median(spawn));
    peers.forEach((name, rate) -> Workbench.say("%s: %.0f jobs/s", name, rate));
    Workbench.say("%s", machine.othersAtMost());
    Workbench.result(
        "a",
        "no-op jobs end to end, isolation " + isolation,
        "%.0f jobs/s".formatted(Machine.median(ebb)),
        apart ? "100 jobs/s" : aim(Machine.median(spawn), peers));
  }

  /// At least a share of `posix_spawn`, and ahead of the peers.
  private static String aim(double spawn, Map<String, Double> peers) {
    String fastest =
        peers.values().stream().max(Double::compare).map("%.0f"::formatted).orElse("not measured");
    return "%.0f %% of posix_spawn, here %.0f jobs/s, and ahead of all peers, here %s"
        .formatted(100 * AIM, AIM * spawn, fastest);
  }

  private static double round(ServerApi api, Submitters submitters, String prefix, int jobs)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    submitters.submit(prefix, jobs, JOB);
    api.awaitEnds(CLUSTER, 20);
    return jobs / ((System.nanoTime() - began) / 1e9);
  }

  /// All of them must have succeeded, or the number says nothing.
  private static void check(ServerApi api, int jobs) throws IOException {
    Map<String, Integer> ends = new TreeMap<>();
    @Nullable String after = null;
    do {
      ServerApi.Page page = api.page(ServerApi.WORKSPACE + "/jobs", after);
      for (JsonNode job : page.rows()) {
        JsonNode end = job.get("end");
        ends.merge(end == null ? "unended" : end.get("cause").asString(), 1, Integer::sum);
      }
      after = page.next();
    } while (after != null);
    if (!ends.equals(Map.of("succeeded", jobs))) {
      throw new IOException("of " + jobs + " jobs not all succeeded: " + ends);
    }
  }

  private static double spawn(Workbench workbench, int count) throws IOException {
    String program = workbench.tools().resolve("spawn").toString();
    return last(
        RATE, false, new ProcessBuilder(program, String.valueOf(count), "2", "1", "/bin/true"));
  }

  /// Needs a Python that has them, named by PEERS_PYTHON.
  private static Map<String, Double> peers(Workbench workbench, int jobs) throws IOException {
    String python = System.getenv("PEERS_PYTHON");
    if (python == null) {
      throw new IOException(
          "--peers needs PEERS_PYTHON: a python with the packages hyperqueue and ray");
    }
    Map<String, Double> rates = new TreeMap<>();
    for (String name : List.of("hyperqueue", "ray")) {
      String script = workbench.root().resolve("bench/peers.py").toString();
      ProcessBuilder peer = new ProcessBuilder(python, script, name, String.valueOf(jobs), "3");
      rates.put(name, last(PEER, true, peer));
    }
    return rates;
  }

  /// The number in the last line of this form that the program prints.
  private static double last(Pattern form, boolean show, ProcessBuilder program)
      throws IOException {
    Process process = program.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    double number = -1;
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (show) {
          Workbench.say("%s", line);
        }
        Matcher matcher = form.matcher(line);
        number = matcher.matches() ? Double.parseDouble(matcher.group(1)) : number;
      }
    }
    if (number < 0) {
      throw new IOException(program.command() + " printed no number");
    }
    return number;
  }
}
