package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.AgentClient;
import ebb.app.code.Bounds;
import ebb.app.code.CodeStore;
import ebb.app.data.Datastores;
import ebb.app.data.Downloads;
import ebb.app.secrets.Secrets;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.VmSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// Plays the server for a backend on a folder of a test: orders things, keeps what is reported, and
/// says that it is durable, at once or when the test lets it.
final class ServerStandIn implements AutoCloseable {
  /// Of this JVM: another one that runs tests has control groups and containers of its own.
  static final String INSTALLATION = "test-" + ProcessHandle.current().pid();

  static final NodeId NODE = node(1);
  static final long GRACE_MILLIS = 2_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final VmSize SIZE = new VmSize("Standard_D2", "D", 2, 1024, 0);

  private static final Confines APART_BY_NOTHING = Confines.none(TaskUsers.same(null), "not tried");

  final Path home;
  final SpecificationStore specifications;
  final CodeStore code;
  final LocalBackend backend;
  private final List<Command.Report> reports = new ArrayList<>();
  private final List<Runnable> heldBack = new ArrayList<>();

  /// Attempts that the state knows no more.
  final Set<AttemptId> over = ConcurrentHashMap.newKeySet();

  private boolean durable = true;

  ServerStandIn(Path home) throws IOException {
    this(new LocalOptions(home, () -> true, INSTALLATION, APART_BY_NOTHING, 1_000_000));
  }

  ServerStandIn(LocalOptions options) throws IOException {
    this(options, null);
  }

  /// A server whose reports go somewhere else.
  ServerStandIn(Path home, Reports elsewhere) throws IOException {
    this(new LocalOptions(home, () -> true, INSTALLATION, APART_BY_NOTHING, 1_000_000), elsewhere);
  }

  private ServerStandIn(LocalOptions options, Reports elsewhere) throws IOException {
    this.home = options.home();
    this.specifications = SpecificationStore.open(home.resolve("specifications.db"));
    this.code = CodeStore.open(home.resolve("code"), Bounds.DEFAULT);
    this.backend =
        new LocalBackend(
            options,
            new LocalBackend.Stores(
                specifications,
                new TaskFiles.Sources(
                    code,
                    Datastores.open(home),
                    Downloads.open(
                        home.resolve("downloads"), new Downloads.Bounds(1 << 20, 1 << 20, true)),
                    () -> 0),
                Secrets.open(home.resolve("secrets")),
                _ -> Optional.empty(),
                attempt ->
                    over.contains(attempt)
                        ? Optional.empty()
                        : Optional.of(new RunFolders.Of(job(new TaskId(attempt, 0)), 1))),
            elsewhere == null ? this::take : elsewhere,
            InstantSource.system(),
            wallMillis -> wallMillis);
  }

  /// A server whose backend works and has told what it found.
  static ServerStandIn started(Path home) throws Exception {
    ServerStandIn server = new ServerStandIn(home);
    server.begin();
    return server;
  }

  Command.BackendListed begin() throws Exception {
    backend.begin();
    return await(Command.BackendListed.class, _ -> true);
  }

  private void take(List<Command.Report> told, Runnable whenDurable) {
    synchronized (reports) {
      reports.addAll(told);
      reports.notifyAll();
      if (!durable) {
        heldBack.add(whenDurable);
        return;
      }
    }
    whenDurable.run();
  }

  /// From here on nothing that is told becomes durable: as if the journal's disk did not answer.
  void holdBack() {
    synchronized (reports) {
      durable = false;
    }
  }

  /// Everything that was held back becomes durable, and what is told from now on.
  void letGo() {
    List<Runnable> held;
    synchronized (reports) {
      durable = true;
      held = List.copyOf(heldBack);
      heldBack.clear();
    }
    held.forEach(Runnable::run);
  }

  static NodeId node(int number) {
    return new NodeId(ebb.kernel.protocol.Id.of(1, number));
  }

  static TaskId task(int number) {
    return new TaskId(new AttemptId(ebb.kernel.protocol.Id.of(1, number)), 0);
  }

  static JobId job(TaskId task) {
    return new JobId(task.attempt().value());
  }

  void tell(Backend.Instruction... instructions) {
    backend.carryOut(List.of(instructions));
  }

  Backend.StartNode startNode(NodeId node) {
    ClusterSpec spec =
        new ClusterSpec(SIZE.name(), Priority.DEDICATED, 0, 3, 0, "here", true, List.of());
    return new Backend.StartNode(node, "cluster", SIZE, spec, true);
  }

  Backend.StartTask startTask(TaskId task, String line) throws IOException {
    return startTask(task, NODE, Specification.ofShellLine(line, Map.of()), 0);
  }

  Backend.StartTask startTask(TaskId task, NodeId node, Specification specification, long limit)
      throws IOException {
    return new Backend.StartTask(
        task,
        node,
        new Backend.Confinement(Isolation.NONE, true, SIZE.vcpus(), SIZE.memoryMebibytes()),
        job(task),
        "job-" + task.attempt(),
        "somebody",
        1,
        List.of(node),
        specifications.put(specification),
        limit,
        GRACE_MILLIS);
  }

  /// A node that is there.
  NodeId readyNode() throws Exception {
    tell(startNode(NODE));
    await(Command.NodeReady.class, ready -> ready.node().equals(NODE));
    return NODE;
  }

  /// Runs a line of shell on the node and waits for its end.
  Command.TaskExited run(TaskId task, String line) throws Exception {
    tell(startTask(task, line));
    return exited(task);
  }

  Command.TaskExited exited(TaskId task) throws Exception {
    return await(Command.TaskExited.class, exited -> exited.task().equals(task));
  }

  Command.TaskStarted started(TaskId task) throws Exception {
    return await(Command.TaskStarted.class, started -> started.task().equals(task));
  }

  /// Asks for a listing and waits for it.
  Command.BackendListed list() throws Exception {
    int before = all(Command.BackendListed.class).size();
    tell(new Backend.ListAll());
    eventually("a listing", () -> all(Command.BackendListed.class).size() > before);
    return all(Command.BackendListed.class).get(before);
  }

  String stdout(TaskId task) throws IOException {
    return Files.readString(backend.folders().run(job(task), 1, 0).stdout());
  }

  String stderr(TaskId task) throws IOException {
    return Files.readString(backend.folders().run(job(task), 1, 0).stderr());
  }

  <R extends Command.Report> R await(Class<R> kind, Predicate<R> wanted) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    synchronized (reports) {
      while (true) {
        for (Command.Report report : reports) {
          if (kind.isInstance(report) && wanted.test(kind.cast(report))) {
            return kind.cast(report);
          }
        }
        long left = (deadline - System.nanoTime()) / 1_000_000;
        assertThat(left).as("no " + kind.getSimpleName() + " among " + reports).isPositive();
        reports.wait(left);
      }
    }
  }

  <R extends Command.Report> List<R> all(Class<R> kind) {
    synchronized (reports) {
      return reports.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
  }

  interface Condition {
    boolean holds() throws Exception;
  }

  static void eventually(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime() - deadline).as(what).isNegative();
      Thread.sleep(5);
    }
  }

  /// Whether a process runs: one that only waits for its parent's attention does not.
  static boolean isAlive(String pid) {
    try {
      String stat = Files.readString(Path.of("/proc", pid, "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  /// A connection to the agent beside the backend's.
  AgentClient agent() throws IOException {
    return AgentClient.connect(home.resolve("agent"), INSTALLATION);
  }

  /// As by the operator's hand: no chance to tidy up.
  void killAgent() throws Exception {
    long pid;
    try (AgentClient client = agent()) {
      pid = client.welcome().pid();
    }
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    eventually("the agent is dead", () -> !isAlive(String.valueOf(pid)));
  }

  /// The record is moved away first, so that the next agent begins a new one. What the dead agent
  /// left is not found by the new one, so it is ended here.
  void killAgentAndItsRecord() throws Exception {
    long pid;
    List<Integer> left;
    try (AgentClient client = agent()) {
      pid = client.welcome().pid();
      left = client.list().living().stream().map(task -> task.pid()).toList();
    }
    Files.move(home.resolve("agent/agent.record"), home.resolve("lost.record"));
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    left.forEach(main -> ProcessHandle.of(main).ifPresent(ProcessHandle::destroyForcibly));
  }

  /// The server ends; agent and tasks live on.
  @Override
  public void close() throws IOException {
    backend.close();
    specifications.close();
  }

  /// The server ends, and the agent with all its tasks.
  void closeAll() throws IOException {
    close();
    try (AgentClient client = agent()) {
      client.stop(client.list().living().stream().map(task -> task.task()).toList(), Duration.ZERO);
      client.shutdown(true);
    } catch (IOException e) {
      return; // The test has killed it.
    }
  }
}
