package ebb.agent.serve;

import ebb.agent.posix.CannotLook;
import ebb.agent.posix.ProcessStat;
import ebb.agent.posix.ProcessTable;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Tells cheaply that a task whose main process was just reaped has left nothing behind.
///
/// The kernel gives pids in rising order, so whatever the task started has a pid between that of
/// its main process and the newest one, and its survivors are children of the agent by now: a
/// subreaper adopts orphans before their parent can be reaped. For a task that lived briefly that
/// is a handful of pids, nearly all of them other tasks. A pid in between that is gone may have had
/// a child with a still newer pid, hence the search goes on until no pid is newer than the last one
/// looked at. An orphan stands before its own descendants, so seeing it is enough.
///
/// Whoever lived longer is left to a scan of `/proc`, which always gives the right answer: within
/// [#LIFE_NANOS_MAX] the pids cannot come round (that would take 130,000 forks a second with the
/// smallest table). Guarded by the lock of the [TaskTable].
final class OrphanCheck {
  /// A quarter of a second: 32,768 pids at less than one in 7.6 µs.
  static final long LIFE_NANOS_MAX = 250_000_000;

  /// Beyond these a scan is cheaper.
  private static final int PIDS_MAX = 256;

  private static final int ROUNDS_MAX = 16;

  private final int agentPid;
  private final ProcessTable processes;
  private final RecentSpawns recent;

  OrphanCheck(int agentPid, ProcessTable processes, RecentSpawns recent) {
    this.agentPid = agentPid;
    this.processes = processes;
    this.recent = recent;
  }

  /// What is known of a tree whose main process is gone.
  sealed interface Finding {
    /// Nothing is left.
    record Clear() implements Finding {}

    /// These children are not known, and may be spawns of others that have not returned.
    record Unknown(Set<Integer> pids) implements Finding {}

    /// Only a scan can tell.
    record Unclear() implements Finding {}
  }

  /// Another spawner may have begun earlier and got the later pid.
  private boolean isTask(int pid, Task task) {
    return recent.hasSince(pid, task.spawnedNanos - LIFE_NANOS_MAX);
  }

  Finding check(Task task, long now) {
    try {
      return look(task, now);
    } catch (CannotLook later) {
      return new Finding.Unclear(); // a scan can wait until it is possible
    }
  }

  private Finding look(Task task, long now) {
    if (now - task.spawnedNanos > LIFE_NANOS_MAX) {
      return new Finding.Unclear();
    }
    Set<Integer> unknown = new HashSet<>();
    int from = task.pid;
    for (int round = 0; round < ROUNDS_MAX; round++) {
      int newest = processes.newestPid();
      if (newest < from || newest - task.pid > PIDS_MAX) {
        return new Finding.Unclear();
      }
      if (newest == from || !seesOthers(task, from, newest, unknown)) {
        return unknown.isEmpty() ? new Finding.Clear() : new Finding.Unknown(unknown);
      }
      from = newest;
    }
    return new Finding.Unclear();
  }

  /// Looks at the pids after `from`; true if one of them was neither a task nor maybe one.
  private boolean seesOthers(Task task, int from, int newest, Set<Integer> unknown) {
    boolean others = false;
    for (int pid = from + 1; pid <= newest; pid++) {
      if (isTask(pid, task)) {
        continue;
      }
      Optional<ProcessStat> stat = processes.stat(pid);
      if (stat.isPresent() && stat.get().parent() == agentPid && !stat.get().dead()) {
        unknown.add(pid);
      } else {
        others = true;
      }
    }
    return others;
  }

  /// Looks again when the spawns that were under way at the check have returned.
  Finding recheck(Task task, Set<Integer> unknown) {
    boolean allOurs = unknown.stream().allMatch(pid -> isTask(pid, task));
    return allOurs ? new Finding.Clear() : new Finding.Unclear();
  }
}
