package ebb.agent.serve;

import ebb.agent.posix.ProcessStat;
import ebb.agent.posix.ProcessTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All processes of the machine at one time, by parent.
///
/// `/proc` is read while it changes. What was started meanwhile has a newer pid than the newest at
/// the beginning, so those are read as well, until none is newer than the last one read: then
/// nobody can have slipped through from parent to child. If that does not come to rest the forest
/// is not `conclusive`, and nothing may be said to be gone.
record Forest(
    Map<Integer, ProcessStat> processes,
    Map<Integer, List<ProcessStat>> byParent,
    boolean conclusive) {

  /// Each round reads the few pids given since the last one, some 10 µs apiece.
  private static final int ROUNDS_MAX = 200;

  static Forest look(ProcessTable table) {
    Map<Integer, ProcessStat> processes = new HashMap<>();
    int before = table.newestPid();
    for (int pid : table.pids()) {
      table.stat(pid).ifPresent(stat -> processes.put(stat.pid(), stat));
    }
    boolean atRest = false;
    for (int round = 0; round < ROUNDS_MAX && !atRest; round++) {
      int newest = table.newestPid();
      atRest = newest == before;
      if (newest < before) {
        return of(processes, table, false);
      }
      for (int pid = before + 1; pid <= newest; pid++) {
        table.stat(pid).ifPresent(stat -> processes.put(stat.pid(), stat));
      }
      before = newest;
    }
    return of(processes, table, atRest);
  }

  private static Forest of(
      Map<Integer, ProcessStat> processes, ProcessTable table, boolean atRest) {
    boolean conclusive = readAgainWhoLostParent(processes, table) && atRest;
    Map<Integer, List<ProcessStat>> byParent = new HashMap<>();
    for (ProcessStat stat : processes.values()) {
      byParent.computeIfAbsent(stat.parent(), _ -> new ArrayList<>()).add(stat);
    }
    return new Forest(processes, byParent, conclusive);
  }

  /// A parent that ended during the reading left a child whose new parent was not yet read; false
  /// if one keeps losing them.
  private static boolean readAgainWhoLostParent(
      Map<Integer, ProcessStat> processes, ProcessTable table) {
    boolean allFound = true;
    for (int pid : List.copyOf(processes.keySet())) {
      allFound &= findParent(pid, processes, table);
    }
    return allFound;
  }

  private static boolean findParent(
      int pid, Map<Integer, ProcessStat> processes, ProcessTable table) {
    for (int attempt = 0; attempt < 5; attempt++) {
      ProcessStat stat = processes.get(pid);
      if (stat == null || stat.parent() == 0 || processes.containsKey(stat.parent())) {
        return true;
      }
      Optional<ProcessStat> now = table.stat(pid);
      if (now.isEmpty()) {
        processes.remove(pid);
      } else {
        processes.put(pid, now.get());
      }
    }
    return false;
  }

  List<ProcessStat> childrenOf(int pid) {
    return byParent.getOrDefault(pid, List.of());
  }

  /// A process and all that descend from it, without the dead.
  List<ProcessStat> treeOf(ProcessStat root) {
    List<ProcessStat> tree = new ArrayList<>();
    ArrayDeque<ProcessStat> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      ProcessStat next = open.remove();
      if (!next.dead()) {
        tree.add(next);
      }
      open.addAll(childrenOf(next.pid()));
    }
    return tree;
  }
}
