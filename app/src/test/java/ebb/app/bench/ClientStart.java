package ebb.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// (h) What a person waits for: `./ebb` as a whole process, from its start to its end, for help and
/// for calls of a server that runs. Beside it, where they can be had, Microsoft's clients.
final class ClientStart {
  private static final long END_WITHIN_SECONDS = 60;

  /// A line that is typed, with what was measured of it.
  private record Line(
      String name, String aim, List<String> words, List<Double> millis, List<Double> used) {
    static Line of(String name, String aim, String... words) {
      return new Line(name, aim, List.of(words), new ArrayList<>(), new ArrayList<>());
    }
  }

  private ClientStart() {}

  static void run(Workbench workbench) throws Exception {
    int rounds = workbench.brief() ? 11 : 31;
    Workbench.say(
        "method: %d rounds after an unmeasured one; a round runs each line once, as a process of its own, from its start to"
            + " its end, output to a file; medians; processor time of the process and what it started",
        rounds);
    Machine machine = new Machine();
    try (ServerProcess server =
        workbench.server(workbench.home("client"), "1g", "--virtual-nodes")) {
      server.start();
      try (ServerApi api = new ServerApi(server.connect())) {
        api.putWorkspace();
        api.putCluster("cpu", "Standard_D1_v2", 0, 2, "PT1H");
      }
      List<Line> lines = lines(workbench, server);
      for (Line line : lines) {
        once(workbench, server, line);
      }
      for (int i = 0; i < rounds; i++) {
        machine.begin(server.processes());
        for (Line line : lines) {
          measure(workbench, server, line);
        }
        machine.end();
      }
      Workbench.say("%s", machine.othersAtMost());
      for (Line line : lines) {
        Workbench.result(
            "h",
            line.name(),
            "%.2f s (%.2f to %.2f; processor time %.2f)"
                .formatted(
                    Machine.median(line.millis()) / 1e3,
                    line.millis().stream().min(Double::compare).orElseThrow() / 1e3,
                    line.millis().stream().max(Double::compare).orElseThrow() / 1e3,
                    Machine.median(line.used()) / 1e3),
            line.aim());
      }
    }
  }

  private static List<Line> lines(Workbench workbench, ServerProcess server) {
    String ebb = workbench.root().resolve("ebb").toString();
    List<Line> lines = new ArrayList<>();
    lines.add(Line.of("ebb --help", "0.2 s", ebb, "--help"));
    lines.add(Line.of("ebb ps", "0.4 s", ebb, "ps"));
    lines.add(Line.of("ebb ml compute list", "0.4 s", ebb, "ml", "compute", "list"));
    if (workbench.peers()) {
      String python = System.getenv().getOrDefault("PEERS_PYTHON", "python3");
      Path az = Path.of(python).resolveSibling("az");
      String health = "http://127.0.0.1:" + server.port() + "/health";
      lines.add(Line.of("az --help", "none", az.toString(), "--help"));
      lines.add(
          Line.of(
              "az rest",
              "none",
              az.toString(),
              "rest",
              "--skip-authorization-header",
              "--url",
              health));
      lines.add(Line.of("import azure.ai.ml", "none", python, "-c", "import azure.ai.ml"));
    }
    return lines;
  }

  private static void measure(Workbench workbench, ServerProcess server, Line line)
      throws Exception {
    long self = ProcessHandle.current().pid();
    long usedBefore = Machine.usedMicros(self);
    long began = System.nanoTime();
    once(workbench, server, line);
    line.millis().add((System.nanoTime() - began) / 1e6);
    line.used().add((Machine.usedMicros(self) - usedBefore) / 1e3);
  }

  private static void once(Workbench workbench, ServerProcess server, Line line)
      throws IOException, InterruptedException {
    Path said = workbench.scratch().resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(line.words()).redirectErrorStream(true).redirectOutput(said.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "EBB_HOME", server.home().toString(),
                "EBB_SUBSCRIPTION", "bench",
                "EBB_GROUP", "bench",
                "EBB_WORKSPACE", "bench",
                "XDG_CONFIG_HOME", workbench.scratch().resolve("config").toString(),
                "AZURE_CONFIG_DIR", workbench.scratch().resolve("azure").toString(),
                "AZURE_CORE_COLLECT_TELEMETRY", "0"));
    Process process = builder.start();
    if (!process.waitFor(END_WITHIN_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("'" + line.name() + "' failed: " + Files.readString(said));
    }
  }
}
