package ebb.app.backend.local;

import ebb.agent.protocol.Fact;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskReport;

/// An end in the agent's words, in the kernel's.
final class TaskEnds {
  private TaskEnds() {}

  /// What it has used of the disk counts if that is why it was stopped: empty if it was not. What a
  /// group of processes has used counts more than what the agent saw of the main one's.
  static TaskReport of(Fact.Exited exited, ControlGroups.Usage group, String overDisk) {
    TaskEnd end =
        switch (exited.end()) {
          case EXITED -> TaskEnd.EXITED;
          case LIMIT -> TaskEnd.LIMIT;
          case STOPPED -> overDisk.isEmpty() ? TaskEnd.STOPPED : TaskEnd.DISK;
          case LOST -> TaskEnd.LOST;
        };
    return new TaskReport(
        end,
        exited.status().number(),
        Math.max(group.cpuMillis(), exited.usage().user().plus(exited.usage().system()).toMillis()),
        Math.max(group.peakMemoryKibibytes(), exited.usage().peakMemoryKib()),
        end == TaskEnd.DISK ? overDisk : exited.why());
  }

  static TaskReport withoutRun(TaskEnd end, String detail) {
    return new TaskReport(end, 0, 0, 0, detail);
  }
}
