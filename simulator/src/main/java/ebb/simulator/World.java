package ebb.simulator;

import ebb.kernel.collection.HashedMap;
import ebb.kernel.collection.IdMap;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// A backend whose machines exist in virtual time only. It keeps the promises of the port: it is
/// idempotent by id, leaves a tombstone for a stop of something never seen, and lists honestly. How
/// long things take and what becomes of them is their [Fate]'s.
public final class World implements Backend {
  /// Where reports go.
  public interface Reports {
    void report(Command.Report report);
  }

  /// From the notice to the end: Azure gives 30 seconds.
  private static final long PREEMPTION_NOTICE_MILLIS = 30_000;

  private static final class Machine {
    final NodeId id;
    final long ack;
    final long claimedAt;
    final Fate.NodeFate fate;
    final TreeMap<TaskId, Run> runs = new TreeMap<>();
    boolean ready;
    boolean leaving;

    Machine(NodeId id, long ack, long claimedAt, Fate.NodeFate fate) {
      this.id = id;
      this.ack = ack;
      this.claimedAt = claimedAt;
      this.fate = fate;
    }
  }

  private static final class Run {
    final StartTask start;
    final Fate.TaskFate fate;
    final long ack;
    final long acceptedAt;
    long beganAt;
    boolean stopping;

    Run(StartTask start, Fate.TaskFate fate, long ack, long acceptedAt) {
      this.start = start;
      this.fate = fate;
      this.ack = ack;
      this.acceptedAt = acceptedAt;
    }
  }

  private record End(TaskReport report, long at) {}

  private final VirtualTime time;
  private final Fate fate;
  private final Witness witness;
  private final Reports reports;
  private final IdMap<NodeId, Machine> machines = new IdMap<>(NodeId::new);
  private final Set<NodeId> outOfSight = Collections.newSetFromMap(new IdMap<>(NodeId::new));
  private final Set<NodeId> tombstones = Collections.newSetFromMap(new IdMap<>(NodeId::new));
  private final HashedMap<TaskId, Run> runs = new HashedMap<>();
  private final HashedMap<TaskId, End> ends = new HashedMap<>();
  private final Set<TaskId> endsToTell =
      Collections.newSetFromMap(new HashedMap<TaskId, Boolean>());
  private long acks;

  public World(VirtualTime time, Fate fate, Witness witness, Reports reports) {
    this.time = time;
    this.fate = fate;
    this.witness = witness;
    this.reports = reports;
  }

  @Override
  public void carryOut(List<Instruction> instructions) {
    instructions.forEach(this::carryOut);
  }

  private void carryOut(Instruction instruction) {
    switch (instruction) {
      case StartNode start -> startNode(start);
      case StopNode(NodeId id) -> stopNode(id);
      case StartTask start -> startTask(start);
      case StopTask(TaskId task, long graceMillis) -> stopTask(task, graceMillis);
      case ListAll _ -> list();
    }
  }

  // Nodes.

  private void startNode(StartNode start) {
    NodeId id = start.node();
    Machine known = machines.get(id);
    if (tombstones.contains(id)) {
      reports.report(new Command.NodeGone(id, time.now()));
    } else if (known != null) {
      tellOf(known);
    } else {
      Fate.NodeFate its = fate.node(start);
      if (its.refused()) {
        tombstones.add(id);
        reports.report(new Command.NodeFailed(id, "no capacity", time.now()));
      } else {
        claim(new Machine(id, ++acks, time.now(), its));
      }
    }
  }

  private void tellOf(Machine machine) {
    reports.report(new Command.NodeAccepted(machine.id, machine.ack, machine.claimedAt));
    if (machine.ready) {
      reports.report(new Command.NodeReady(machine.id, machine.ack, time.now()));
    }
  }

  private void claim(Machine machine) {
    machines.put(machine.id, machine);
    witness.nodeClaimed(machine.id, time.now());
    tellOf(machine);
    time.after(machine.fate.bootMillis(), () -> ready(machine));
    if (machine.fate.lifeMillis() != VirtualTime.NEVER) {
      time.after(machine.fate.lifeMillis(), () -> endOfLife(machine));
    }
  }

  private void ready(Machine machine) {
    if (exists(machine) && !machine.leaving) {
      machine.ready = true;
      reports.report(new Command.NodeReady(machine.id, machine.ack, time.now()));
    }
  }

  private void endOfLife(Machine machine) {
    if (!exists(machine) || machine.leaving) {
      return;
    }
    if (machine.fate.preempted()) {
      reports.report(new Command.NodePreempted(machine.id, time.now()));
      time.after(PREEMPTION_NOTICE_MILLIS, () -> remove(machine));
    } else {
      remove(machine);
    }
  }

  private boolean exists(Machine machine) {
    return machines.get(machine.id) == machine;
  }

  private void stopNode(NodeId id) {
    Machine machine = machines.get(id);
    if (machine == null) {
      tombstones.add(id);
      reports.report(new Command.NodeGone(id, time.now()));
      return;
    }
    if (!machine.leaving) {
      machine.leaving = true;
      for (Run run : List.copyOf(machine.runs.values())) {
        stop(run, machine.fate.leaveMillis());
      }
      time.after(machine.fate.leaveMillis(), () -> remove(machine));
    }
  }

  /// What still runs on it ends with it.
  private void remove(Machine machine) {
    if (!exists(machine)) {
      return;
    }
    for (Run run : List.copyOf(machine.runs.values())) {
      end(run, new TaskReport(TaskEnd.LOST, 0, 0, 0, "its node is gone"));
    }
    machines.remove(machine.id);
    outOfSight.remove(machine.id);
    tombstones.add(machine.id);
    witness.nodeGone(machine.id, time.now());
    reports.report(new Command.NodeGone(machine.id, time.now()));
  }

  /// The machine cannot be seen from here on; what it does goes on.
  public void hide(NodeId node) {
    if (exists(node)) {
      outOfSight.add(node);
      reports.report(new Command.NodeUnreachable(node, time.now()));
    }
  }

  /// The machine can be seen again, if it could not.
  public void show(NodeId node) {
    outOfSight.remove(node);
    reports.report(new Command.NodeReachable(node, time.now()));
  }

  // Tasks.

  private void startTask(StartTask start) {
    Run known = runs.get(start.task());
    Machine machine = machines.get(start.node());
    if (ends.containsKey(start.task())) {
      tellEnd(start.task());
    } else if (known != null) {
      tellBegan(known);
    } else if (machine == null || machine.leaving || !machine.ready) {
      refuse(start.task(), TaskEnd.NEVER_STARTED, "its node is not there");
    } else {
      accept(start, machine);
    }
  }

  private void refuse(TaskId task, TaskEnd end, String detail) {
    ends.put(task, new End(new TaskReport(end, 0, 0, 0, detail), time.now()));
    endsToTell.add(task);
    tellEnd(task);
  }

  private void accept(StartTask start, Machine machine) {
    Fate.TaskFate its = fate.task(start);
    if (its.refused()) {
      refuse(start.task(), TaskEnd.REFUSED, "no such command");
      return;
    }
    Run run = new Run(start, its, ++acks, time.now());
    runs.put(start.task(), run);
    machine.runs.put(start.task(), run);
    time.after(its.prepareMillis(), () -> begin(run));
  }

  private void begin(Run run) {
    if (!runs.containsKey(run.start.task()) || run.stopping) {
      return;
    }
    run.beganAt = time.now();
    witness.taskBegan(run.start, time.now());
    tellBegan(run);
    boolean limited = run.fate.runMillis() > run.start.limitMillis();
    TaskReport report =
        limited
            ? new TaskReport(TaskEnd.LIMIT, 0, 0, 0, "")
            : new TaskReport(TaskEnd.EXITED, run.fate.code(), 0, 0, "");
    time.after(limited ? run.start.limitMillis() : run.fate.runMillis(), () -> end(run, report));
  }

  private void tellBegan(Run run) {
    if (run.beganAt > 0) {
      reports.report(
          new Command.TaskStarted(
              run.start.task(), run.ack, run.acceptedAt, run.acceptedAt, run.beganAt));
    }
  }

  private void stopTask(TaskId task, long graceMillis) {
    Run run = runs.get(task);
    if (ends.containsKey(task)) {
      tellEnd(task);
    } else if (run == null) {
      refuse(task, TaskEnd.NEVER_STARTED, "");
    } else {
      stop(run, graceMillis);
    }
  }

  private void stop(Run run, long graceMillis) {
    if (run.beganAt == 0) {
      end(run, new TaskReport(TaskEnd.NEVER_STARTED, 0, 0, 0, ""));
    } else if (!run.stopping) {
      run.stopping = true;
      TaskReport report = new TaskReport(TaskEnd.STOPPED, -15, 0, 0, "");
      time.after(Math.min(run.fate.stopMillis(), graceMillis), () -> end(run, report));
    }
  }

  private void end(Run run, TaskReport report) {
    TaskId task = run.start.task();
    if (runs.remove(task) == null) {
      return;
    }
    Machine machine = machines.get(run.start.node());
    if (machine != null) {
      machine.runs.remove(task);
    }
    ends.put(task, new End(report, time.now()));
    endsToTell.add(task);
    if (run.beganAt > 0) {
      witness.taskEnded(run.start, report, time.now());
    }
    tellEnd(task);
  }

  private void tellEnd(TaskId task) {
    End end = ends.get(task);
    if (end != null) {
      reports.report(new Command.TaskExited(task, end.report(), end.at()));
    }
  }

  /// The server has the end of the task for good: it is listed no more.
  public void acknowledged(TaskId task) {
    endsToTell.remove(task);
  }

  // Listing.

  /// Ends that the server may not have come first, then what is there, complete for all that was
  /// acknowledged by now, then what of it is out of sight.
  private void list() {
    for (TaskId task : List.copyOf(endsToTell)) {
      tellEnd(task);
    }
    reports.report(listing());
    for (NodeId node : outOfSight) {
      reports.report(new Command.NodeUnreachable(node, time.now()));
    }
  }

  /// What a listing says that begins now.
  public Command.BackendListed listing() {
    List<TaskId> tasks = new ArrayList<>(endsToTell);
    tasks.addAll(runs.keySet());
    return new Command.BackendListed(List.copyOf(machines.keySet()), tasks, acks);
  }

  /// The nodes that exist.
  public List<NodeId> nodes() {
    return List.copyOf(machines.keySet());
  }

  public boolean exists(NodeId node) {
    return machines.containsKey(node);
  }

  public boolean runs(TaskId task) {
    Run run = runs.get(task);
    return run != null && run.beganAt > 0;
  }

  /// How the task ended; null if it has not, or was never heard of.
  public @Nullable TaskReport end(TaskId task) {
    End end = ends.get(task);
    return end == null ? null : end.report();
  }
}
