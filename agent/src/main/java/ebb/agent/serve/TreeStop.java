package ebb.agent.serve;

import ebb.agent.posix.CannotLook;
import ebb.agent.posix.ProcessStat;
import ebb.agent.posix.ProcessTable;
import ebb.agent.posix.Processes;
import ebb.agent.protocol.Fact;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Brings trees to their end: SIGTERM to every process of a tree, after the grace SIGKILL, again
/// and again until none is left. Only the warden's thread uses it.
final class TreeStop {
  private static final long MILLI = 1_000_000;
  private static final long PAUSE_MIN_NANOS = MILLI;
  private static final long PAUSE_MAX_NANOS = 50 * MILLI;

  /// What SIGKILL has not ended by then sits in the kernel: somebody should know.
  private static final long REMAINS_NANOS = 10_000 * MILLI;

  /// How often to try again after that, and to look at strays.
  private static final long SLOW_NANOS = 1_000 * MILLI;

  private final TaskTable table;
  private final Offspring offspring;
  private final Ownership ownership;
  private final ProcessTable processes = new ProcessTable();
  private final Strays strays;
  private final WantPause want;

  TreeStop(TaskTable table, Offspring offspring, Ownership ownership, AgentLog log) {
    this.table = table;
    this.offspring = offspring;
    this.ownership = ownership;
    this.strays = new Strays(processes);
    this.want = new WantPause(table.time, log);
  }

  /// Whether there are processes without a task that should be looked at by now.
  boolean hasStraysDue() {
    return strays.areDue(table.time.nanoTime());
  }

  /// Looks for the inner processes of these; true if some should be looked for again soon.
  boolean findInner(List<Task> tasks) throws InterruptedException {
    try {
      return lookForInner(tasks);
    } catch (CannotLook e) {
      want.after(e); // without the lock: the agent answers meanwhile
      return true;
    }
  }

  private boolean lookForInner(List<Task> tasks) {
    boolean soon = false;
    table.lock.lock();
    try {
      for (Task task : tasks) {
        soon |= offspring.findInner(task);
      }
      return soon;
    } finally {
      table.lock.unlock();
    }
  }

  /// Looks at the trees of these tasks once and does what is to be done now; returns those that are
  /// gone. The others stay due if there is nothing to look with.
  List<Task> attend(List<Task> due) throws InterruptedException {
    List<Task> gone = new ArrayList<>();
    try {
      look(due, gone);
    } catch (CannotLook e) {
      want.after(e);
    }
    return gone;
  }

  private void look(List<Task> due, List<Task> gone) throws InterruptedException {
    List<Task> unclear;
    table.lock.lock();
    try {
      unclear = offspring.unclear(due, gone);
    } finally {
      table.lock.unlock();
    }
    if (!unclear.isEmpty() || hasStraysDue()) {
      scan(unclear, gone);
    }
  }

  private void scan(List<Task> due, List<Task> gone) throws InterruptedException {
    Set<Task> closingBefore = closing(due);
    Forest forest = Forest.look(processes);
    table.lock.lock();
    try {
      boolean conclusive = forest.conclusive() && awaitFlights();
      Ownership.Trees trees = ownership.of(forest, processes);
      offspring.straysKnown = !trees.strays().isEmpty();
      long now = table.time.nanoTime();
      for (Task task : due) {
        List<ProcessStat> tree = trees.of(task);
        if (!tree.isEmpty() || task.phase == Task.Phase.RUNNING) {
          press(task, tree, now);
        } else if (!conclusive || !closingBefore.contains(task) || task.awaitsInner) {
          pause(task, now);
        } else if (task.takeEnd()) {
          gone.add(task);
        }
      }
      strays.attend(trees.strays(), now);
    } finally {
      table.lock.unlock();
    }
  }

  private Set<Task> closing(List<Task> due) {
    table.lock.lock();
    try {
      Set<Task> closing = new HashSet<>(due);
      closing.removeIf(task -> task.phase != Task.Phase.CLOSING);
      return closing;
    } finally {
      table.lock.unlock();
    }
  }

  /// Children of spawns that have not returned are unknown; false if one does not return in time,
  /// as when a program lies on a dead network file system.
  private boolean awaitFlights() throws InterruptedException {
    long latest = offspring.flights.latest();
    long nanos = TimeUnit.SECONDS.toNanos(1);
    while (!offspring.flights.haveEnded(latest) && nanos > 0) {
      nanos = table.spawned.awaitNanos(nanos);
    }
    return offspring.flights.haveEnded(latest);
  }

  private void press(Task task, List<ProcessStat> tree, long now) {
    Task.StopProgress stop = task.stop;
    if (!stop.warned) {
      stop.warned = true;
      stop.killAtNanos = now + task.ending.map(Task.Ending::grace).orElse(task.grace).toNanos();
    }
    if (now - stop.killAtNanos >= 0) {
      tree.forEach(process -> signal(task, process, Processes.SIGKILL));
      tellRemains(task, tree.size(), now);
    } else {
      tree.stream()
          .filter(process -> !(task.wrapped && process.pid() == task.pid))
          .filter(process -> !stop.warnedProcesses.contains(process))
          .forEach(process -> warn(task, process));
    }
    pause(task, now);
  }

  /// A stopped process takes SIGTERM only when it goes on.
  private void warn(Task task, ProcessStat process) {
    signal(task, process, Processes.SIGTERM);
    signal(task, process, Processes.SIGCONT);
    task.stop.warnedProcesses.add(process);
  }

  private void signal(Task task, ProcessStat process, int signal) {
    if (process.pid() == task.pid && task.phase == Task.Phase.RUNNING) {
      Processes.signalChild(task.pid, signal);
    } else {
      Processes.signal(process, signal, processes);
    }
  }

  private void tellRemains(Task task, int count, long now) {
    if (count > 0 && !task.stop.remainsTold && now - task.stop.killAtNanos > REMAINS_NANOS) {
      task.stop.remainsTold = true;
      table.record.append(task.id, new Fact.TreeRemains(count));
    }
  }

  /// A wrapping that is still being put up has at most one process below it, which is not yet the
  /// task's; what comes after it must hear of the end too.
  private static boolean isWarned(Task task) {
    return !task.wrapped || task.stop.warnedProcesses.size() > 1;
  }

  /// While the main process has its grace there is nothing to look at: the reaper tells of its end.
  private void pause(Task task, long now) {
    Task.StopProgress stop = task.stop;
    boolean graceRuns = stop.warned && now - stop.killAtNanos < 0;
    if (task.phase == Task.Phase.RUNNING && graceRuns && isWarned(task)) {
      stop.lookAtNanos = stop.killAtNanos;
      return;
    }
    stop.pauseNanos = Math.clamp(stop.pauseNanos * 2, PAUSE_MIN_NANOS, PAUSE_MAX_NANOS);
    long pause = stop.remainsTold ? SLOW_NANOS : stop.pauseNanos;
    stop.lookAtNanos = now + pause;
    if (graceRuns && stop.killAtNanos - stop.lookAtNanos < 0) {
      stop.lookAtNanos = stop.killAtNanos;
    }
  }
}
