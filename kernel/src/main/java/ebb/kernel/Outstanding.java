package ebb.kernel;

import ebb.kernel.job.Attempt;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// The difference between what should exist and what is known to exist: what a backend has still to
/// be told, or to confirm. It follows from the phases of nodes and attempts, so that start-up,
/// retry and normal running are one path; only what is new of it is remembered until it is told.
public final class Outstanding {
  /// One thing that a backend has to do. Stops come before starts, because they free what a start
  /// may need.
  public sealed interface Work extends Comparable<Work> {
    int order();

    /// The node, or the task's attempt.
    long id();

    /// The task's rank within its attempt; 0 for a node.
    int rank();

    @Override
    default int compareTo(Work other) {
      int byOrder = Integer.compare(order(), other.order());
      int byId = byOrder != 0 ? byOrder : Long.compare(id(), other.id());
      return byId != 0 ? byId : Integer.compare(rank(), other.rank());
    }
  }

  public sealed interface NodeWork extends Work {
    NodeId node();

    @Override
    default long id() {
      return node().value();
    }

    @Override
    default int rank() {
      return 0;
    }
  }

  public sealed interface TaskWork extends Work {
    TaskId task();

    @Override
    default long id() {
      return task().attempt().value();
    }

    @Override
    default int rank() {
      return task().rank();
    }
  }

  public record StopTask(TaskId task) implements TaskWork {
    @Override
    public int order() {
      return 0;
    }
  }

  public record StopNode(NodeId node) implements NodeWork {
    @Override
    public int order() {
      return 1;
    }
  }

  public record StartNode(NodeId node) implements NodeWork {
    @Override
    public int order() {
      return 2;
    }
  }

  public record StartTask(TaskId task) implements TaskWork {
    @Override
    public int order() {
      return 3;
    }
  }

  private List<Work> fresh = new ArrayList<>();

  void node(@Nullable Node before, @Nullable Node after) {
    changed(of(before), of(after));
  }

  private static @Nullable Work of(@Nullable Node node) {
    if (node == null) {
      return null;
    }
    return switch (node.phase()) {
      case Node.Requested _ -> new StartNode(node.id());
      case Node.Leaving _ -> new StopNode(node.id());
      case Node.Preparing _, Node.Idle _, Node.Running _ -> null;
    };
  }

  void attempt(@Nullable Attempt before, @Nullable Attempt after) {
    int tasks = before == null ? after == null ? 0 : after.tasks().size() : before.tasks().size();
    for (int rank = 0; rank < tasks; rank++) {
      changed(of(before, rank), of(after, rank));
    }
  }

  private static @Nullable Work of(@Nullable Attempt attempt, int rank) {
    if (attempt == null || !attempt.isLive(rank)) {
      return null;
    }
    TaskId task = new TaskId(attempt.id(), rank);
    if (attempt.isStopping()) {
      return new StopTask(task);
    }
    return attempt.task(rank).phase() instanceof Attempt.Ordered ? new StartTask(task) : null;
  }

  void strayNode(NodeId node) {
    fresh.add(new StopNode(node));
  }

  void strayTask(TaskId task) {
    fresh.add(new StopTask(task));
  }

  private void changed(@Nullable Work was, @Nullable Work is) {
    if (is != null && !is.equals(was)) {
      fresh.add(is);
    }
  }

  /// What has become outstanding since this was last asked. What was done meanwhile may be among
  /// it.
  public List<Work> takeFresh() {
    List<Work> taken = fresh;
    fresh = new ArrayList<>();
    return taken;
  }

  /// Whether the backend has still to be told of it, or to confirm it.
  public static boolean contains(State state, Work work) {
    return switch (work) {
      case NodeWork of ->
          work.equals(of(state.node(of.node())))
              || (work instanceof StopNode && state.strayNodes.contains(of.node()));
      case TaskWork of ->
          work.equals(of(state.attempt(of.task().attempt()), of.task().rank()))
              || (work instanceof StopTask && state.strayTasks.contains(of.task()));
    };
  }

  /// Everything that is outstanding, stops first.
  public static List<Work> all(State state) {
    TreeSet<Work> all = new TreeSet<>();
    for (Node node : state.allNodes()) {
      add(of(node), all);
    }
    for (Attempt attempt : state.allAttempts()) {
      for (int rank = 0; rank < attempt.tasks().size(); rank++) {
        add(of(attempt, rank), all);
      }
    }
    state.strayNodes.forEach(node -> all.add(new StopNode(node)));
    state.strayTasks.forEach(task -> all.add(new StopTask(task)));
    return List.copyOf(all);
  }

  private static void add(@Nullable Work work, TreeSet<Work> all) {
    if (work != null) {
      all.add(work);
    }
  }
}
