package ebb.simulator.invariants;

import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import java.util.TreeMap;
import java.util.TreeSet;

/// In truth, whatever was reported: no two attempts of a job run at one time, no task runs twice,
/// and no node runs two tasks.
final class NoJobRunsTwiceAtOnce implements Promise {
  private final TreeMap<JobId, TreeSet<TaskId>> running = new TreeMap<>();
  private final TreeMap<NodeId, TaskId> busy = new TreeMap<>();
  private final TreeSet<TaskId> began = new TreeSet<>();

  @Override
  public void taskBegan(StartTask task, long at) {
    check(began.add(task.task()), "task ", task.task(), " began twice");
    TreeSet<TaskId> others = running.computeIfAbsent(task.job(), _ -> new TreeSet<>());
    for (TaskId other : others) {
      check(
          other.attempt().equals(task.task().attempt()),
          task.job(),
          " runs as ",
          other,
          " and as ",
          task.task());
    }
    others.add(task.task());
    TaskId there = busy.put(task.node(), task.task());
    check(there == null, "node ", task.node(), " runs ", there, " and ", task.task());
  }

  @Override
  public void taskEnded(StartTask task, TaskReport report, long at) {
    running.get(task.job()).remove(task.task());
    busy.remove(task.node());
  }
}
