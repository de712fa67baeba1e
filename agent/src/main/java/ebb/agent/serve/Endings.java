package ebb.agent.serve;

import java.io.IOException;
import java.util.List;

/// The last steps of a task whose tree is gone: its output is brought to its bound, then the record
/// says so. In that order, so that whoever hears of the end finds the files as they will stay.
final class Endings {
  private final TaskTable table;
  private final AgentLog log;

  Endings(TaskTable table, AgentLog log) {
    this.table = table;
    this.log = log;
  }

  /// Call it without the lock: it touches files.
  void of(List<Task> tasks) {
    for (Task task : tasks) {
      holdBounds(task);
    }
    table.ended(tasks);
  }

  /// True if one of the files should be looked at again soon.
  boolean holdBounds(Task task) {
    boolean soon = false;
    for (OutputFile output : task.outputs) {
      try {
        soon |= output.holdBound();
      } catch (IOException e) {
        log.say("the output of task " + task.id + " cannot be cut: " + e.getMessage());
      }
    }
    return soon;
  }
}
