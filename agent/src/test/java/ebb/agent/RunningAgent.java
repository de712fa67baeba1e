package ebb.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.protocol.Fact;
import ebb.agent.protocol.RecordEntry;
import ebb.agent.protocol.StartVerdict;
import ebb.agent.protocol.TaskOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A real agent in a process of its own, for a folder of a test; killed with all its tasks at the
/// end.
final class RunningAgent implements AutoCloseable {
  static final String INSTALLATION = "test-installation";
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final Path home;
  private AgentClient client;
  private Optional<AgentFollower> follower = Optional.empty();
  private final List<RecordEntry> seen = new ArrayList<>();

  RunningAgent(Path home) throws Exception {
    this.home = home;
    this.client = AgentLauncher.connectOrStart(home, INSTALLATION, PATIENCE);
  }

  AgentClient client() {
    return client;
  }

  int pid() {
    return client.welcome().pid();
  }

  /// An order to run a shell script.
  TaskOrder shell(String task, String script) {
    return order(task, "/bin/sh", "-c", script);
  }

  TaskOrder order(String task, String... arguments) {
    return new TaskOrder(
        task,
        List.of(arguments),
        Map.of("PATH", "/usr/bin:/bin"),
        home,
        new TaskOrder.Output(stdout(task), stderr(task), 1_000_000),
        Duration.ZERO,
        Duration.ofMillis(500));
  }

  static TaskOrder withLimit(TaskOrder o, Duration limit) {
    return new TaskOrder(
        o.task(),
        o.arguments(),
        o.environment(),
        o.workingDirectory(),
        o.output(),
        limit,
        o.grace());
  }

  /// With a first process that only stays around the task.
  static TaskOrder wrapped(TaskOrder o) {
    return new TaskOrder(
        o.task(),
        o.arguments(),
        o.environment(),
        o.workingDirectory(),
        o.output(),
        o.limit(),
        o.grace(),
        o.groups(),
        true);
  }

  static TaskOrder withGrace(TaskOrder o, Duration grace) {
    return new TaskOrder(
        o.task(),
        o.arguments(),
        o.environment(),
        o.workingDirectory(),
        o.output(),
        o.limit(),
        grace);
  }

  static TaskOrder withOutput(TaskOrder o, TaskOrder.Output output) {
    return new TaskOrder(
        o.task(),
        o.arguments(),
        o.environment(),
        o.workingDirectory(),
        output,
        o.limit(),
        o.grace());
  }

  static TaskOrder in(TaskOrder o, Path folder) {
    return new TaskOrder(
        o.task(), o.arguments(), o.environment(), folder, o.output(), o.limit(), o.grace());
  }

  static TaskOrder inGroups(TaskOrder o, List<Path> groups) {
    return new TaskOrder(
        o.task(),
        o.arguments(),
        o.environment(),
        o.workingDirectory(),
        o.output(),
        o.limit(),
        o.grace(),
        groups,
        o.wrapped());
  }

  Path stdout(String task) {
    return home.resolve(task + ".out");
  }

  Path stderr(String task) {
    return home.resolve(task + ".err");
  }

  String output(String task) throws IOException {
    return Files.readString(stdout(task));
  }

  StartVerdict.Kind start(TaskOrder order) throws IOException {
    return client.start(List.of(order)).getFirst().kind();
  }

  /// Starts a shell script and waits for its end.
  Fact.Exited run(String task, String script) throws IOException {
    return run(shell(task, script));
  }

  Fact.Exited run(TaskOrder order) throws IOException {
    assertThat(start(order)).isEqualTo(StartVerdict.Kind.CLAIMED);
    return (Fact.Exited) end(order.task());
  }

  /// Follows the record until the task has ended.
  Fact end(String task) throws IOException {
    return await(task, Fact.class, true);
  }

  Fact.Started started(String task) throws IOException {
    return await(task, Fact.Started.class, false);
  }

  <F extends Fact> F await(String task, Class<F> kind, boolean end) throws IOException {
    if (follower.isEmpty()) {
      follower = Optional.of(client.follow(0));
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      for (RecordEntry entry : seen) {
        Fact fact = entry.fact();
        if (entry.task().equals(task) && kind.isInstance(fact) && fact.isEnd() == end) {
          return kind.cast(fact);
        }
      }
      seen.addAll(follower.get().next());
    }
    throw new AssertionError(task + " has no " + kind.getSimpleName() + " among " + seen);
  }

  /// Everything that was followed so far.
  List<RecordEntry> seen() {
    return seen;
  }

  static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as(what).isNegative();
      Thread.sleep(5);
    }
  }

  /// Waits for a file with a whole line in it, as a script writes its pid, and reads it.
  static String line(Path file) throws Exception {
    eventually(
        file + " has a line",
        () -> {
          try {
            return Files.exists(file) && Files.readString(file).endsWith("\n");
          } catch (IOException e) {
            return false;
          }
        });
    return Files.readString(file).strip();
  }

  /// Whether a process exists that is not just waiting to be reaped.
  static boolean isAlive(String pid) {
    try {
      String stat = Files.readString(Path.of("/proc", pid, "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  /// As by the operator's or the kernel's hand: no chance to tidy up.
  void kill() throws Exception {
    ProcessHandle agent = ProcessHandle.of(pid()).orElseThrow();
    agent.destroyForcibly();
    eventually("the agent is dead", () -> !isAlive(String.valueOf(agent.pid())));
    forgetConnections();
  }

  void forgetConnections() throws IOException {
    client.close();
    if (follower.isPresent()) {
      follower.get().close();
    }
    follower = Optional.empty();
    seen.clear();
  }

  void reconnect() throws Exception {
    client = AgentLauncher.connectOrStart(home, INSTALLATION, PATIENCE);
  }

  @Override
  public void close() throws IOException {
    try {
      client.stop(client.list().living().stream().map(task -> task.task()).toList(), Duration.ZERO);
      client.shutdown(true);
    } catch (IOException e) {
      // The test has killed it, or broken the connection.
      ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroy);
    } finally {
      forgetConnections();
    }
  }
}
