package ebb.app.bench;

import ebb.agent.AgentClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A real server: `./ebb serve` as its users start it, on a home of its own, started again and
/// again with the same command.
final class ServerProcess implements AutoCloseable {
  private static final long READY_WITHIN_MILLIS = 120_000;
  private static final long STOP_WITHIN_MILLIS = 60_000;
  private static final long LOOK_MILLIS = 2;
  private static final int AGENT_END_LOOKS = 5_000;

  private final Path root;
  private final Path home;
  private final int port;
  private final List<String> command;
  private final String heap;
  private @Nullable Process process;

  /// `root` is the folder of the repository; `heap` is the server's, as the JVM spells it.
  ServerProcess(Path root, Path home, String heap, List<String> options) throws IOException {
    this.root = root;
    this.home = home;
    this.heap = heap;
    try (ServerSocket free = new ServerSocket(0)) {
      this.port = free.getLocalPort();
    }
    this.command = new ArrayList<>();
    command.addAll(List.of(root.resolve("ebb").toString(), "serve"));
    command.addAll(List.of("--home", home.toString(), "--port", String.valueOf(port)));
    command.addAll(List.of("--set", "host.personal=true"));
    command.addAll(options);
  }

  /// Starts it and returns at once.
  void launch() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().put("EBB_HEAP", heap);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    process = builder.start();
  }

  /// Starts it and waits until it is ready; returns the milliseconds that took.
  double start() throws IOException, InterruptedException {
    long began = System.nanoTime();
    launch();
    awaitReady();
    return (System.nanoTime() - began) / 1e6;
  }

  void awaitReady() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + READY_WITHIN_MILLIS * 1_000_000;
    while (!isReady()) {
      if (!process.isAlive()) {
        throw new IOException(
            "the server ended with code " + process.exitValue() + "; see " + log());
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "the server is not ready after " + READY_WITHIN_MILLIS + " ms; see " + log());
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private boolean isReady() {
    try (LeanClient client = new LeanClient(port, "")) {
      return client.request("GET", "/health", new byte[0]) == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /// `kill -9`.
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /// SIGTERM, as an operator stops it.
  void stop() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_WITHIN_MILLIS, TimeUnit.MILLISECONDS)) {
      kill();
      throw new IOException("the server did not stop within a minute; see " + log());
    }
  }

  LeanClient connect() throws IOException {
    String token = Files.readString(home.resolve("token"), StandardCharsets.US_ASCII).strip();
    return new LeanClient(port, token);
  }

  int port() {
    return port;
  }

  Path home() {
    return home;
  }

  Path log() {
    return home.resolveSibling(home.getFileName() + ".log");
  }

  long pid() {
    return process.pid();
  }

  /// The agent's process, 0 if there is none.
  long agent() throws IOException {
    Path lock = home.resolve("agent").resolve("agent.lock");
    String text = Files.exists(lock) ? Files.readString(lock).strip() : "";
    if (!text.matches("[0-9]+")) {
      return 0;
    }
    long pid = Long.parseLong(text);
    Path commandLine = Path.of("/proc/" + pid + "/cmdline");
    try {
      return Files.readString(commandLine).contains(home.toString()) ? pid : 0;
    } catch (IOException gone) {
      return 0;
    }
  }

  /// Both processes, for [Machine].
  List<Long> processes() throws IOException {
    return List.of(pid(), agent());
  }

  private void endAgent() throws IOException {
    List<String> installation = Files.readAllLines(home.resolve("installation"));
    try (AgentClient client = AgentClient.connect(home.resolve("agent"), installation.getFirst())) {
      client.shutdown(true);
    }
  }

  /// Ends the server, the agent and what it keeps alive.
  @Override
  public void close() throws IOException {
    try {
      if (isAlive()) {
        stop();
      }
      long agent = agent();
      if (agent != 0) {
        endAgent();
        for (int i = 0; agent() == agent && i < AGENT_END_LOOKS; i++) {
          Thread.sleep(LOOK_MILLIS);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
