package ebb.app.journal;

import ebb.kernel.State;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Engine;
import ebb.kernel.engine.Journal;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.engine.Publisher;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.LockLevel;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.VmSize;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/// A kernel under an engine, driven by chance: users who put, submit, cancel and scale, and a
/// backend that does what it is told, late, and now and then fails. One seed is one history.
public final class DrivenServer implements Backend {
  static final Scope WORKSPACE = Scope.workspace("sub-1", "group-1", "space-1");
  private static final Actor USER = new Actor("user:anna", "", "127.0.0.1");
  private static final String[] CLUSTERS = {"cpu-one", "cpu-two", "gpu-low"};

  private final SplittableRandom random;
  private final Engine engine;
  private final TreeSet<NodeId> nodes = new TreeSet<>();
  private final TreeMap<TaskId, NodeId> tasks = new TreeMap<>();
  private final TreeSet<TaskId> known = new TreeSet<>();
  private final List<Command> reports = new ArrayList<>();
  private long ack;
  private long jobs;
  long now;

  DrivenServer(long seed, State state, Journal journal) {
    this(seed, state, journal, (_, _) -> {});
  }

  /// One that shows what it has done.
  public DrivenServer(long seed, State state, Journal journal, Publisher publisher) {
    this.random = new SplittableRandom(seed);
    this.now = Math.max(state.now(), 1_800_000_000_000L);
    this.engine =
        new Engine(
            state,
            journal,
            publisher,
            this,
            (incident, what, bug) -> {
              throw new AssertionError(incident + " " + what, bug);
            });
  }

  State state() {
    return engine.state();
  }

  /// The first steps of a server: who it is, what may be had, and a few clusters.
  public void begin(String installation, long epoch) throws JournalFailure {
    step(
        List.of(
            new Command.StartServer(installation, epoch, 0, USER.principal(), false),
            new Command.ChangeSizes(
                List.of(
                    new VmSize("c4", "cpuFamily", 4, 16_384, 0),
                    new VmSize("g8", "gpuFamily", 8, 65_536, 1))),
            new Command.ChangePrices(
                "EUR",
                List.of(
                    new Price(
                        "c4", "westeurope", Priority.DEDICATED, new Rates(230_000, 99_999, -1)))),
            new Command.SetQuota(
                new QuotaKey(QuotaKind.FAMILY, "sub-1", "westeurope", "cpufamily"), 48),
            new Command.PutWorkspace(WORKSPACE, "westeurope")));
    step(
        List.of(
            new Command.PutCluster(WORKSPACE, CLUSTERS[0], cluster("c4", Priority.DEDICATED, 1, 6)),
            new Command.PutCluster(WORKSPACE, CLUSTERS[1], cluster("c4", Priority.DEDICATED, 0, 8)),
            new Command.PutCluster(WORKSPACE, CLUSTERS[2], cluster("g8", Priority.LOW, 0, 4))));
  }

  private static ClusterSpec cluster(String size, Priority priority, int min, int max) {
    return new ClusterSpec(size, priority, min, max, 60_000, "westeurope", true, List.of());
  }

  /// As many steps of chance.
  public void steps(int count) throws JournalFailure {
    for (int i = 0; i < count; i++) {
      List<Command> commands = new ArrayList<>();
      while (!reports.isEmpty() && random.nextInt(4) != 0) {
        commands.add(reports.remove(random.nextInt(Math.min(reports.size(), 3))));
      }
      for (int wishes = random.nextInt(4); wishes > 0; wishes--) {
        commands.add(wish());
      }
      now += random.nextInt(10) == 0 ? random.nextInt(120_000) : random.nextInt(3_000);
      step(commands);
    }
  }

  void submit(int count) throws JournalFailure {
    List<Command> commands = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      commands.add(newJob());
    }
    step(commands);
  }

  /// Lets the backend tell what it has to tell, and nobody wish anything.
  void reportsOnly(int count) throws JournalFailure {
    for (int i = 0; i < count; i++) {
      List<Command> commands = List.copyOf(reports);
      reports.clear();
      now += 1_000;
      step(commands);
    }
  }

  /// What a user, or the shell for what is no wish, is answered.
  Verdict ask(Command command) throws JournalFailure {
    List<Verdict> answers = new ArrayList<>();
    Actor actor = command instanceof Command.Wish ? USER : Actor.SHELL;
    engine.step(
        List.of(new Engine.Do(actor, "r" + now, command, answers::add)), now, Long.MAX_VALUE);
    return answers.getFirst();
  }

  Command.SubmitJob job(String name) {
    return new Command.SubmitJob(WORKSPACE, name, spec(CLUSTERS[0], 1), now);
  }

  private void step(List<Command> commands) throws JournalFailure {
    List<Engine.Request> requests = new ArrayList<>();
    for (Command command : commands) {
      Actor actor = command instanceof Command.Wish ? USER : Actor.SHELL;
      requests.add(new Engine.Do(actor, "r" + now, command, Engine.Answer.NOBODY));
    }
    boolean more = true;
    while (more) {
      more = engine.step(requests, now, Long.MAX_VALUE).more();
      requests = List.of();
    }
  }

  private Command wish() {
    String cluster = CLUSTERS[random.nextInt(CLUSTERS.length)];
    return switch (random.nextInt(20)) {
      case 0 ->
          new Command.ScaleCluster(
              WORKSPACE, cluster, random.nextInt(3), 4 + random.nextInt(5), -1);
      case 1 -> new Command.PutLock(new Lock(WORKSPACE, "hold", LockLevel.CANNOT_DELETE));
      case 2, 3 -> new Command.DeleteLock(WORKSPACE, "hold");
      case 4 -> new Command.StorageMeasured(random.nextInt(100), 20);
      case 5, 6, 7 -> new Command.CancelJob(WORKSPACE, "job-" + random.nextLong(jobs + 1));
      case 8 -> new Command.SubmitJob(WORKSPACE, "too-big", spec(cluster, 99), now);
      default -> newJob();
    };
  }

  private Command newJob() {
    String cluster = CLUSTERS[random.nextInt(CLUSTERS.length)];
    return new Command.SubmitJob(
        WORKSPACE, "Job-" + ++jobs, spec(cluster, 1 + random.nextInt(3)), now);
  }

  private JobSpec spec(String cluster, int count) {
    return new JobSpec(
        cluster,
        "team-" + random.nextInt(3),
        random.nextInt(2),
        count,
        random.nextInt(3) == 0 ? 20_000 : 0,
        JobSpec.DEFAULT_RETRIES,
        "abcdef0123456789");
  }

  @Override
  public void carryOut(List<Instruction> instructions) {
    for (Instruction instruction : instructions) {
      switch (instruction) {
        case StartNode start -> startNode(start.node());
        case StopNode stop -> {
          nodes.remove(stop.node());
          tasks.values().removeIf(stop.node()::equals);
          reports.add(new Command.NodeGone(stop.node(), now));
        }
        case StartTask start -> {
          if (known.add(start.task())) {
            tasks.put(start.task(), start.node());
            reports.add(new Command.TaskStarted(start.task(), ++ack, now, now, now));
            reports.add(exit(start.task(), TaskEnd.EXITED, random.nextInt(5) == 0 ? 1 : 0));
          }
        }
        case StopTask stop -> {
          known.add(stop.task());
          tasks.remove(stop.task());
          reports.add(exit(stop.task(), TaskEnd.STOPPED, 0));
        }
        case ListAll _ ->
            reports.add(
                new Command.BackendListed(List.copyOf(nodes), List.copyOf(tasks.keySet()), 0));
      }
    }
  }

  private void startNode(NodeId node) {
    if (nodes.add(node)) {
      reports.add(new Command.NodeAccepted(node, ++ack, now));
      switch (random.nextInt(8)) {
        case 0 -> reports.add(new Command.NodeFailed(node, "no machine", now));
        case 1 -> {
          reports.add(new Command.NodeReady(node, ++ack, now));
          reports.add(new Command.NodePreempted(node, now));
        }
        default -> reports.add(new Command.NodeReady(node, ++ack, now));
      }
    }
  }

  private static Command exit(TaskId task, TaskEnd end, int code) {
    return new Command.TaskExited(task, new TaskReport(end, code, 12, 3_456, ""), 0);
  }
}
