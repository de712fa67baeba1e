package ebb.app.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// (f) From the start of `./ebb serve` until it is ready, with few and with many finished jobs in
/// history; after a clean stop, and after `kill -9` at a moment when the next snapshot is far away.
final class StartTime {
  private static final int FEW = 1_000;
  private static final double AIM_MILLIS = 3_000;

  /// Also of a server that was killed: then it has a part of its journal to read.
  private record Times(double clean, double killed) {}

  private StartTime() {}

  static void run(Workbench workbench) throws Exception {
    int many = workbench.brief() ? 30_000 : 1_000_000;
    int rounds = workbench.brief() ? 3 : 5;
    Workbench.say(
        "method: homes with %d and %d finished jobs, written by the engine itself; %d starts of `./ebb serve` each,"
            + " from the start of the process until /health answers 200; the first start of each home is not counted,"
            + " for it starts the agent",
        FEW, many, rounds);
    Machine machine = new Machine();
    Times few = measure(workbench, machine, FEW, rounds);
    Times all = measure(workbench, machine, many, rounds);
    Workbench.say("%s", machine.othersAtMost());
    Workbench.result(
        "f",
        "start to ready with %d finished jobs".formatted(many),
        "%.0f ms, after kill -9 %.0f ms; with %d: %.0f ms, %.0f ms"
            .formatted(all.clean(), all.killed(), FEW, few.clean(), few.killed()),
        "%.0f ms, not growing".formatted(AIM_MILLIS));
  }

  private static Times measure(Workbench workbench, Machine machine, int jobs, int rounds)
      throws Exception {
    Path home = workbench.home("past-" + jobs);
    Files.createDirectory(home);
    long began = System.nanoTime();
    long events = PastJobs.write(home, jobs);
    Workbench.say(
        "%d jobs, %d events, written in %.0f s; journal %d MiB, history %d MiB",
        jobs,
        events,
        (System.nanoTime() - began) / 1e9,
        size(home, "journal.db"),
        size(home, "history.db"));
    try (ServerProcess server = workbench.server(home, "1g", "--virtual-nodes")) {
      // Killed first: a clean stop writes the snapshot that a killed server does not have.
      server.start();
      server.kill();
      List<Double> killed = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        killed.add(start(server, machine));
        server.kill();
      }
      server.start();
      List<Double> clean = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        server.stop();
        clean.add(start(server, machine));
      }
      Workbench.say(
          "%d jobs: after a clean stop %s ms, after kill -9 %s ms; %s",
          jobs, rounded(clean), rounded(killed), machine.othersInLastRound());
      return new Times(Machine.median(clean), Machine.median(killed));
    }
  }

  private static double start(ServerProcess server, Machine machine) throws Exception {
    machine.begin(List.of(server.agent()));
    long began = System.nanoTime();
    server.launch();
    server.awaitReady();
    double millis = (System.nanoTime() - began) / 1e6;
    machine.end(server.processes());
    return millis;
  }

  private static List<Long> rounded(List<Double> millis) {
    return millis.stream().map(Math::round).toList();
  }

  private static long size(Path home, String file) throws Exception {
    return Files.size(home.resolve(file)) >> 20;
  }
}
