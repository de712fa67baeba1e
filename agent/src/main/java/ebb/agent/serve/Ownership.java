package ebb.agent.serve;

import ebb.agent.posix.ProcessStat;
import ebb.agent.posix.ProcessTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Says which task a process belongs to.
///
/// Since orphans are adopted, every process of every task descends from a child of the agent, and
/// the child decides for its whole subtree. A child is a task's main process; or it is in the
/// session that a task's main process leads or led; or it carries the task's mark in its
/// environment. One that left session and parent and cleared its environment is a stray: it is
/// taken for the youngest closing task that could have started it, but only when no running one
/// could have, so that no running task loses a process to another's end. Wants the lock of the
/// [TaskTable].
final class Ownership {
  private final TaskTable table;
  private final RecentSpawns recent;
  private final int agentPid;

  Ownership(TaskTable table, RecentSpawns recent, int agentPid) {
    this.table = table;
    this.recent = recent;
    this.agentPid = agentPid;
  }

  /// The trees of tasks in a forest. A stray whose maker may still run is `kept`.
  record Trees(Map<Task, List<ProcessStat>> byTask, List<Stray> strays) {
    List<ProcessStat> of(Task task) {
      return byTask.getOrDefault(task, List.of());
    }
  }

  record Stray(ProcessStat root, List<ProcessStat> tree, boolean kept) {}

  Trees of(Forest forest, ProcessTable processes) {
    Map<Integer, Task> sessions = sessions();
    Map<Task, List<ProcessStat>> byTask = new HashMap<>();
    List<Stray> strays = new ArrayList<>();
    for (ProcessStat child : forest.childrenOf(agentPid)) {
      if (child.dead() || isEndedMain(child)) {
        continue;
      }
      Optional<Task> owner = ownerOf(child, sessions, processes);
      if (owner.isPresent()) {
        byTask.computeIfAbsent(owner.get(), _ -> new ArrayList<>()).addAll(forest.treeOf(child));
      } else {
        boolean kept = !isOurs(child, processes) && mayBelongToRunning(child);
        strays.add(new Stray(child, forest.treeOf(child), kept));
      }
    }
    return new Trees(byTask, strays);
  }

  private boolean isEndedMain(ProcessStat child) {
    return recent.has(child.pid(), child.startTicks()) && !table.mains.containsKey(child.pid());
  }

  private Optional<Task> ownerOf(
      ProcessStat child, Map<Integer, Task> sessions, ProcessTable processes) {
    Task main = table.mains.get(child.pid());
    if (main != null) {
      return Optional.of(main);
    }
    Task leader = sessions.get(child.session());
    if (leader != null) {
      return Optional.of(leader);
    }
    if (isOurs(child, processes)) {
      return processes
          .variable(child.pid(), Spawner.TASK_MARK)
          .flatMap(id -> Optional.ofNullable(table.living.get(id)));
    }
    return youngestClosing(child);
  }

  private boolean isOurs(ProcessStat process, ProcessTable processes) {
    return processes
        .variable(process.pid(), Spawner.AGENT_MARK)
        .filter(table.record.agent()::equals)
        .isPresent();
  }

  /// A session keeps its number from being given again as long as it has members; where two tasks
  /// claim one, the running one is right.
  private Map<Integer, Task> sessions() {
    Map<Integer, Task> sessions = new HashMap<>();
    for (Task task : table.living.values()) {
      if (task.phase == Task.Phase.CLOSING) {
        sessions.put(task.pid, task);
      }
    }
    sessions.putAll(table.mains);
    return sessions;
  }

  private boolean mayBelongToRunning(ProcessStat stray) {
    return table.mains.values().stream().anyMatch(task -> isOlder(task, stray));
  }

  private Optional<Task> youngestClosing(ProcessStat stray) {
    if (mayBelongToRunning(stray)) {
      return Optional.empty();
    }
    return table.living.values().stream()
        .filter(task -> task.phase == Task.Phase.CLOSING && isOlder(task, stray))
        .max(Comparator.comparingLong(task -> task.startTicks));
  }

  private static boolean isOlder(Task task, ProcessStat stray) {
    return task.startTicks <= stray.startTicks();
  }
}
