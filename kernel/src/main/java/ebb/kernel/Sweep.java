package ebb.kernel;

import ebb.kernel.job.Attempt;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// The two-way comparison of what a backend has with what the state knows.
///
/// What the backend has and nobody here knows is a stray and is let go. What is known here and
/// absent there is gone, but only if the backend had acknowledged it before the listing began:
/// absence of anything newer says nothing.
public final class Sweep {
  private Sweep() {}

  static Verdict listed(State state, Command.BackendListed listing) {
    List<Event> events = new ArrayList<>();
    if (state.observeUntil != 0) {
      events.add(new Event.BackendObserved());
      allInSight(state, events);
    }
    for (NodeId node : new TreeSet<>(listing.nodes())) {
      if (!state.nodes.containsKey(node) && !state.strayNodes.contains(node)) {
        events.add(new Event.StrayNodeFound(node));
      }
    }
    for (TaskId task : new TreeSet<>(listing.tasks())) {
      Attempt attempt = state.attempts.get(task.attempt());
      boolean known = attempt != null && attempt.isLive(task.rank());
      if (!known && !state.strayTasks.contains(task)) {
        events.add(new Event.StrayTaskFound(task));
      }
    }
    return new Verdict.Accepted(events);
  }

  /// What was out of sight before the server stopped may have come back without a word: a backend
  /// made anew does not know what another said. So its first answer stands for all, and what it
  /// still does not see it says after it.
  private static void allInSight(State state, List<Event> events) {
    for (Node node : state.nodes.values()) {
      if (node.unreachableUntil() != 0) {
        events.add(new Event.NodeReachable(node.id()));
      }
    }
  }

  /// What the absences in a listing say, one report for each, to be decided one after the other.
  public static List<Command.Report> absences(State state, Command.BackendListed listing) {
    List<Command.Report> reports = new ArrayList<>();
    TreeSet<TaskId> tasks = new TreeSet<>(listing.tasks());
    for (Attempt attempt : state.attempts.values()) {
      for (int rank = 0; rank < attempt.tasks().size(); rank++) {
        TaskId task = new TaskId(attempt.id(), rank);
        if (attempt.task(rank).phase() instanceof Attempt.Started started
            && isCovered(started.ack(), listing)
            && !tasks.contains(task)) {
          TaskReport lost = new TaskReport(TaskEnd.LOST, 0, 0, 0, "the backend lists it no more");
          reports.add(new Command.TaskExited(task, lost, 0));
        }
      }
    }
    TreeSet<NodeId> nodes = new TreeSet<>(listing.nodes());
    for (Node node : state.nodes.values()) {
      if (isCovered(node.ack(), listing) && !nodes.contains(node.id())) {
        reports.add(new Command.NodeGone(node.id(), 0));
      }
    }
    return reports;
  }

  private static boolean isCovered(long ack, Command.BackendListed listing) {
    return ack > 0 && ack <= listing.completeTo();
  }
}
