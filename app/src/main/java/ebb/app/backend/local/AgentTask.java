package ebb.app.backend.local;

import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskId;
import java.util.Optional;

/// A task by the name that the agent knows it by: `3.1042.0@3.17`, rank 0 of attempt 3.1042 on node
/// 3.17. The node is in the name so that a server that has just started knows what runs where.
///
/// A tombstone of a task whose node nobody has told yet has the name without it.
record AgentTask(TaskId task, NodeId node) {
  String text() {
    return node.equals(NodeId.NONE) ? task.toString() : task + "@" + node;
  }

  /// Empty if the text is no such name.
  static Optional<AgentTask> parse(String text) {
    int at = text.indexOf('@');
    long node = at < 0 ? 0 : Id.parse(text.substring(at + 1));
    String task = at < 0 ? text : text.substring(0, at);
    int dot = task.lastIndexOf('.');
    if (node < 0 || dot <= 0 || !task.substring(dot + 1).matches("[0-9]{1,9}")) {
      return Optional.empty();
    }
    long attempt = Id.parse(task.substring(0, dot));
    int rank = Integer.parseInt(task.substring(dot + 1));
    return attempt < 0
        ? Optional.empty()
        : Optional.of(new AgentTask(new TaskId(new AttemptId(attempt), rank), new NodeId(node)));
  }
}
