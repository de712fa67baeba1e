package ebb.kernel;

import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import java.util.List;

/// What a copied journal knows of and does not own. Its nodes, and the jobs that have not ended,
/// belong to the installation that it was copied from, which goes on with them: here they end in
/// the decision that makes the copy an installation of its own, and none is told to a backend or
/// tried again.
final class Originals {
  private Originals() {}

  /// Whether the journal was another installation's until now.
  static boolean areIn(State state, String installation) {
    return !state.installation.isEmpty() && !state.installation.equals(installation);
  }

  /// Ends all of it. What nodes cost after `lastAlive`, when the journal's last server was seen, is
  /// the original's.
  static void end(State state, long lastAlive, long now, List<Event> events) {
    String detail =
        "it belongs to the installation " + state.installation + ", of which this is a copy";
    for (Attempt attempt : state.attempts.values()) {
      for (int rank = 0; rank < attempt.tasks().size(); rank++) {
        if (attempt.isLive(rank)) {
          endTask(state, new TaskId(attempt.id(), rank), lastAlive, now, detail, events);
        }
      }
      Job job = State.require(state.jobs.get(attempt.job()), "job", attempt.job());
      events.add(new Event.AttemptEnded(attempt.id(), cause(job), 0, detail));
    }
    for (Node node : state.nodes.values()) {
      long at = lastSeen(node, lastAlive, now);
      if (node.task().equals(TaskId.NONE)) {
        Segments.close(state, node, at, events);
      }
      events.add(new Event.NodeGone(node.id(), at));
    }
    for (Job job : state.jobs.values()) {
      if (!job.isEnded()) {
        events.add(new Event.JobEnded(job.id(), cause(job), 0, detail));
      }
    }
    for (NodeId stray : state.strayNodes) {
      events.add(new Event.StrayNodeGone(stray));
    }
    for (TaskId stray : state.strayTasks) {
      events.add(new Event.StrayTaskGone(stray));
    }
  }

  private static void endTask(
      State state, TaskId task, long lastAlive, long now, String detail, List<Event> events) {
    Attempt attempt = State.require(state.attempts.get(task.attempt()), "attempt", task);
    NodeId id = attempt.task(task.rank()).node();
    Node node = State.require(state.nodes.get(id), "node", id);
    long at = lastSeen(node, lastAlive, now);
    Segments.close(state, node, at, events);
    events.add(new Event.TaskEnded(task, new TaskReport(TaskEnd.LOST, 0, 0, 0, detail), at));
  }

  private static long lastSeen(Node node, long lastAlive, long now) {
    return Segments.seen(lastAlive, Math.max(node.phase().at(), node.meterFrom()), now);
  }

  private static EndCause cause(Job job) {
    return job.cancelRequested() ? EndCause.CANCELED : EndCause.INFRASTRUCTURE;
  }
}
