package ebb.kernel.bench;

import ebb.kernel.Kernel;
import ebb.kernel.Settled;
import ebb.kernel.State;
import ebb.kernel.World;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Engine;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// One cluster whose nodes are all busy and whose queue is long. Each time a task ends its job is
/// replaced by a new one, so that the queue stays as long as it is.
///
/// The jobs are of 16 time limits, 8 accounts and 4 priorities, one node each.
final class BusyCluster {
  private static final TaskReport SUCCESS = new TaskReport(TaskEnd.EXITED, 0, 0, 0, "");
  private static final int IN_A_STEP = 256;

  private final State state = new State();
  private final ArrayDeque<TaskId> running = new ArrayDeque<>();
  private final List<Backend.StartTask> toStart = new ArrayList<>();
  private final List<NodeId> toBoot = new ArrayList<>();
  private final Engine engine =
      new Engine(
          state,
          _ -> {},
          (_, _) -> {},
          this::carryOut,
          (incident, what, bug) -> {
            throw new IllegalStateException(incident + " " + what, bug);
          });
  private long now = 1_700_000_000_000L;
  private long submitted;
  private long acknowledged;
  private long placements;

  BusyCluster(int nodes, int queued) throws JournalFailure {
    step(new Command.StartServer("bench", 1, 0, World.OWNER.principal(), false));
    step(new Command.BackendListed(List.of(), List.of(), 0));
    step(new Command.ChangeSizes(List.of(World.NC6)));
    step(new Command.ChangeSettings(settings()));
    for (QuotaKey key : List.of(World.NC_QUOTA, World.REGIONAL)) {
      step(new Command.SetQuota(key, 10_000_000));
    }
    step(new Command.PutWorkspace(World.WORKSPACE, World.LOCATION));
    step(World.cluster().withoutCommunication().nodes(0, nodes).put("gpu"));
    submit(nodes);
    boot();
    submit(queued);
  }

  /// As they are by default, but jobs leave memory after a second, and as many may wait as asked.
  private static Settings settings() {
    return Settled.withArchiveMillis(Settled.withQueuedJobs(Settings.DEFAULT, 10_000_000), 1_000);
  }

  private void carryOut(List<Backend.Instruction> instructions) {
    for (Backend.Instruction instruction : instructions) {
      switch (instruction) {
        case Backend.StartTask start -> toStart.add(start);
        case Backend.StartNode start -> toBoot.add(start.node());
        case Backend.StopNode _, Backend.StopTask _, Backend.ListAll _ -> {}
      }
    }
  }

  private void submit(int count) throws JournalFailure {
    List<Engine.Request> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(request(submission()));
      if (requests.size() == IN_A_STEP || i == count - 1) {
        step(requests);
        requests = new ArrayList<>();
      }
    }
  }

  private Command submission() {
    long n = submitted++;
    JobSpec spec =
        new JobSpec(
            "gpu",
            "account-" + n % 8,
            (int) (n / 8 % 4),
            1,
            60_000 * (1 + n / 32 % 16),
            JobSpec.DEFAULT_RETRIES,
            Long.toHexString(n * 0x9E3779B97F4A7C15L));
    return new Command.SubmitJob(World.WORKSPACE, "job-" + n, spec, now);
  }

  private void boot() throws JournalFailure {
    while (!toBoot.isEmpty()) {
      List<Engine.Request> requests = new ArrayList<>();
      for (NodeId node : List.copyOf(toBoot)) {
        requests.add(request(new Command.NodeReady(node, ++acknowledged, 0)));
      }
      toBoot.clear();
      step(requests);
    }
    while (!toStart.isEmpty()) {
      step(starts());
    }
  }

  private List<Engine.Request> starts() {
    List<Engine.Request> requests = new ArrayList<>();
    for (Backend.StartTask start : toStart) {
      requests.add(request(new Command.TaskStarted(start.task(), ++acknowledged, 0, 0, 0)));
      running.add(start.task());
    }
    toStart.clear();
    return requests;
  }

  private static Engine.Request request(Command command) {
    Actor actor = command instanceof Command.Wish ? World.OWNER : Actor.SHELL;
    return new Engine.Do(actor, "", command, BusyCluster::expectAccepted);
  }

  private static void expectAccepted(Verdict verdict) {
    if (verdict instanceof Verdict.Refused(var rejection)) {
      throw new IllegalStateException(rejection.toString());
    }
  }

  private void step(Command command) throws JournalFailure {
    step(List.of(request(command)));
  }

  private void step(List<Engine.Request> requests) throws JournalFailure {
    List<Engine.Request> now = requests;
    boolean more = true;
    while (more) {
      more = engine.step(now, this.now, state.sequence()).more();
      now = List.of();
    }
  }

  /// Ends, replacements and starts through the engine, with a journal that does nothing.
  long throughTheEngine(long count) throws JournalFailure {
    long until = placements + count;
    long before = placements;
    while (placements < until) {
      now += 3;
      List<Engine.Request> requests = starts();
      for (int i = 0; i < IN_A_STEP && !running.isEmpty(); i++) {
        requests.add(request(new Command.TaskExited(running.poll(), SUCCESS, 0)));
        requests.add(request(submission()));
      }
      step(requests);
      placements += toStart.size();
    }
    return placements - before;
  }

  /// The same with the kernel's three functions alone.
  long throughTheKernelAlone(long count) {
    long before = placements;
    while (placements < before + count) {
      if (placements % 100 == 0) {
        now++;
      }
      decide(Actor.SHELL, new Command.TaskExited(running.poll(), SUCCESS, 0));
      decide(World.OWNER, submission());
      Kernel.Moment moment = new Kernel.Moment(now, state.sequence());
      for (Envelope next = Kernel.next(state, moment);
          next != null;
          next = Kernel.next(state, moment)) {
        Kernel.apply(state, next);
        next.events().forEach(this::start);
      }
      state.forgetChanges();
    }
    return placements - before;
  }

  private void start(Event event) {
    if (event instanceof Event.AttemptOrdered ordered) {
      TaskId task = new TaskId(ordered.attempt(), 0);
      decide(Actor.SHELL, new Command.TaskStarted(task, ++acknowledged, 0, 0, 0));
      running.add(task);
      placements++;
    }
  }

  private void decide(Actor actor, Command command) {
    Verdict verdict = Kernel.decide(state, new Order(now, actor, "", command));
    expectAccepted(verdict);
    if (verdict instanceof Verdict.Accepted(List<Event> events) && !events.isEmpty()) {
      Kernel.apply(state, new Envelope(now, 0, actor, "", "bench", events));
    }
  }
}
