package ebb.simulator;

import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskReport;

/// Sees what truly happens in a modelled world, whatever is reported of it.
public interface Witness {
  default void nodeClaimed(NodeId node, long at) {}

  default void nodeGone(NodeId node, long at) {}

  /// The first instruction of the task.
  default void taskBegan(StartTask task, long at) {}

  /// The end of a task that had begun.
  default void taskEnded(StartTask task, TaskReport report, long at) {}
}
