package ebb.simulator.invariants;

import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskId;

/// Whatever the world is told to do was ordered by an event that is durable.
final class NothingActsBeforeItIsDurable implements Promise {
  @Override
  public void told(Backend.Instruction instruction, History history) {
    switch (instruction) {
      case Backend.StartNode start ->
          check(history.nodes.containsKey(start.node()), "told ", instruction);
      case Backend.StopNode(NodeId id) -> {
        History.Node node = history.nodes.get(id);
        check(
            history.strayNodes.contains(id) || node != null && node.leaving, "told ", instruction);
      }
      case StartTask start -> {
        History.Attempt attempt = history.attempts.get(start.task().attempt());
        check(
            attempt != null && attempt.ordered.nodes().equals(start.nodes()), "told ", instruction);
      }
      case Backend.StopTask(TaskId task, long _) -> {
        History.Attempt attempt = history.attempts.get(task.attempt());
        check(
            history.strayTasks.contains(task) || attempt != null && attempt.stopping,
            "told ",
            instruction);
      }
      case Backend.ListAll _ -> {}
    }
  }
}
