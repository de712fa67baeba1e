package ebb.agent.serve;

import ebb.agent.posix.CannotLook;
import ebb.agent.posix.Child;
import ebb.agent.posix.ProcessTable;
import ebb.agent.protocol.Fact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// What becomes of main processes, from the call that starts one to the exit that was reaped.
///
/// A child can end and be reaped before the call that started it has told its pid, hence exits of
/// unknown pids are kept as long as any such call is under way. Every method wants the lock of the
/// [TaskTable].
final class Offspring {
  /// What a sandbox's end leaves for the kernel to take down is gone after a millisecond, or some
  /// on a busy machine, and a scan costs a millisecond or two of the processor. Each pause is twice
  /// the one before, as those of a scan that finds something.
  private static final long PAUSE_NANOS = 1_000_000;

  private static final int CHECKS = 6;

  /// Each check looks at some pids under the table's lock, and a scan serves all that are due: for
  /// more than these it is the cheaper one.
  private static final int CHECKED_AT_ONCE = 8;

  /// A wrapping has put the task up by then; what takes longer is looked for at leisure.
  private static final long PUT_UP_NANOS = 1_000_000_000;

  private final TaskTable table;
  private final int agentPid;
  private final ProcessTable processes = new ProcessTable();
  private final OrphanCheck orphans;
  private final RecentSpawns recent;
  private final String bootId;
  private final Map<Integer, Stranger> strangers = new HashMap<>();

  /// The inner processes of wrapped tasks, by pid.
  private final Map<Integer, Task> inners = new HashMap<>();

  private final List<Undecided> undecided = new ArrayList<>();
  final Flights flights = new Flights();

  /// Set while processes are known that no task claims: then every tree is looked at closely.
  boolean straysKnown;

  /// Of a pid that no call has told yet, with what [#reaped] was told: none but a flight up to this
  /// one can have started it.
  private record Stranger(Child child, long ownPeakKib, long flight) {}

  /// A task whose tree is gone unless one of these children turns out to be no task's main process.
  private record Undecided(Task task, Set<Integer> unknown, long flight) {}

  Offspring(TaskTable table, int agentPid, RecentSpawns recent) {
    this.table = table;
    this.recent = recent;
    this.agentPid = agentPid;
    this.orphans = new OrphanCheck(agentPid, processes, recent);
    this.bootId = ProcessTable.bootId();
  }

  /// A spawner begins with a task; returns the flight to end.
  long spawning(Task task) {
    task.phase = Task.Phase.SPAWNING;
    task.spawnedNanos = table.time.nanoTime();
    return flights.begin();
  }

  /// The process runs. Returns the tasks whose trees are known to be gone thereby.
  List<Task> spawned(Task task, int pid, long startTicks, long flight) {
    recent.add(pid, task.spawnedNanos, startTicks);
    task.started(pid, startTicks);
    table.record.append(task.id, new Fact.Started(pid, startTicks, bootId));
    List<Task> gone = new ArrayList<>();
    Stranger early = strangers.remove(pid);
    if (early == null || early.flight() < flight) {
      table.mains.put(pid, task);
      inners.remove(pid); // whose main process has waited for it itself: its pid was free
    } else {
      mainEnded(task, early.child(), early.ownPeakKib(), gone);
    }
    if (!task.limit.isZero()) {
      table.limits.add(new TaskTable.LimitAt(task.limitNanos(), task));
      table.wardenWork.signalAll();
    }
    if (task.ending.isPresent()) {
      lookClosely(task);
    }
    landed(flight, gone);
    table.spawned.signalAll();
    return gone;
  }

  /// There is no process. Returns the tasks whose trees are known to be gone thereby.
  List<Task> notSpawned(Task task, String why, long flight) {
    table.refused(task, why);
    List<Task> gone = new ArrayList<>();
    landed(flight, gone);
    table.spawned.signalAll();
    return gone;
  }

  /// An exit was taken from the kernel, while the agent had had so much memory.
  void reaped(Child child, long ownPeakKib, List<Task> gone) {
    Task task = table.mains.remove(child.pid());
    Task wrapped = inners.remove(child.pid());
    if (task != null) {
      mainEnded(task, child, ownPeakKib, gone);
    } else if (!flights.isNone()) {
      strangers.put(child.pid(), new Stranger(child, ownPeakKib, flights.latest()));
    }
    if (wrapped != null) {
      innerEnded(wrapped, child, gone);
    }
  }

  /// Looks for the inner process of a task, if it has one that nobody saw yet; true if that should
  /// be done again soon. It is the agent's child only once the main process is gone, and nothing
  /// tells then whose it was.
  boolean findInner(Task task) {
    if (!task.wrapped || task.innerPid != 0 || task.phase != Task.Phase.RUNNING) {
      return false;
    }
    OptionalInt child = processes.firstChild(task.pid);
    if (child.isPresent()) {
      processes
          .stat(child.getAsInt())
          .filter(stat -> stat.parent() == task.pid)
          .ifPresent(stat -> {
            task.innerPid = stat.pid();
            task.innerStartTicks = stat.startTicks();
            inners.put(stat.pid(), task);
          });
    }
    return task.innerPid == 0 && table.time.nanoTime() - task.spawnedNanos < PUT_UP_NANOS;
  }

  private void innerEnded(Task task, Child child, List<Task> gone) {
    boolean wasAwaited = task.awaitsInner;
    task.innerEnded(child);
    if (wasAwaited && !task.isOver()) {
      lookForMore(task, gone);
    }
  }

  private void landed(long flight, List<Task> gone) {
    flights.end(flight);
    strangers.values().removeIf(stranger -> flights.haveEnded(stranger.flight()));
    for (Iterator<Undecided> each = undecided.iterator(); each.hasNext(); ) {
      Undecided open = each.next();
      if (open.task().isOver()) {
        each.remove();
        continue;
      }
      OrphanCheck.Finding finding = orphans.recheck(open.task(), open.unknown());
      if (finding instanceof OrphanCheck.Finding.Clear) {
        each.remove();
        addOnce(open.task(), gone);
      } else if (flights.haveEnded(open.flight())) {
        each.remove();
        checkAgainSoon(open.task(), CHECKS);
      }
    }
  }

  private void mainEnded(Task task, Child child, long ownPeakKib, List<Task> gone) {
    task.mainEnded(child, ownPeakKib, table.time.now(), table.time.nanoTime());
    if (inners.get(task.innerPid) == task) {
      if (mayHaveInnerToReap(task)) {
        task.awaitsInner = true;
        checkAgainSoon(task, CHECKS);
        return;
      }
      inners.remove(task.innerPid); // the main process has waited for it itself
    }
    lookForMore(task, gone);
  }

  /// Where it cannot be seen now, the warden sees it.
  private boolean mayHaveInnerToReap(Task task) {
    try {
      return hasInnerToReap(task);
    } catch (CannotLook later) {
      return true;
    }
  }

  /// A child, a dead one too: it is for the reaper to take. Another process may have its pid by
  /// now.
  private boolean hasInnerToReap(Task task) {
    return processes
        .stat(task.innerPid)
        .filter(stat -> stat.parent() == agentPid && stat.startTicks() == task.innerStartTicks)
        .isPresent();
  }

  /// The main process is gone, and the inner one if there was one.
  private void lookForMore(Task task, List<Task> gone) {
    if (straysKnown) {
      lookClosely(task);
      return;
    }
    switch (orphans.check(task, task.endedNanos)) {
      case OrphanCheck.Finding.Clear _ -> addOnce(task, gone);
      case OrphanCheck.Finding.Unclear _ -> lookClosely(task);
      case OrphanCheck.Finding.Unknown(Set<Integer> unknown) -> {
        if (flights.isNone()) {
          checkAgainSoon(task, CHECKS);
        } else {
          undecided.add(new Undecided(task, unknown, flights.latest()));
        }
      }
    }
  }

  private static void addOnce(Task task, List<Task> gone) {
    if (task.takeEnd()) {
      gone.add(task);
    }
  }

  /// Those of `due` that only a scan can tell, or, if they are many, all of them; adds to `gone`
  /// those whose orphans, seen a moment ago, are no more.
  List<Task> unclear(List<Task> due, List<Task> gone) {
    List<Task> unclear = new ArrayList<>();
    boolean many = due.size() > CHECKED_AT_ONCE;
    for (Task task : due) {
      if (task.awaitsInner && !hasInnerToReap(task)) {
        task.awaitsInner = false;
        inners.remove(task.innerPid, task); // another's inner process may have its pid by now
      }
      int checks = task.stop.checksLeft;
      task.stop.checksLeft = 0;
      if (checks == 0 || many || straysKnown || task.ending.isPresent()) {
        unclear.add(task);
        continue;
      }
      switch (orphans.check(task, table.time.nanoTime())) {
        case OrphanCheck.Finding.Clear _ when !task.awaitsInner -> addOnce(task, gone);
        case OrphanCheck.Finding.Unclear _ -> unclear.add(task);
        case OrphanCheck.Finding.Clear _, OrphanCheck.Finding.Unknown _ -> {
          if (checks > 1) {
            checkAgainSoon(task, checks - 1);
          } else {
            unclear.add(task);
          }
        }
      }
    }
    return unclear;
  }

  /// Hands the task to the warden, which checks so many times before it scans.
  private void checkAgainSoon(Task task, int checks) {
    lookClosely(task);
    task.stop.checksLeft = checks;
    task.stop.lookAtNanos += PAUSE_NANOS << (CHECKS - checks);
  }

  /// Hands the task to the warden, which looks at once: with a scan, unless checks are left.
  private void lookClosely(Task task) {
    task.stop.lookAtNanos = table.time.nanoTime();
    table.watched.add(task);
    table.wardenWork.signalAll();
  }
}
