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
/// be told, or to confirm. Derived from the phases of nodes and attempts, so that start-up, retry
/// and normal running are one path.
public final class Outstanding {
  /// One thing that a backend has to do.
  public sealed interface Work extends Comparable<Work> {
    @Override
    default int compareTo(Work other) {
      int byKind = Integer.compare(rank(), other.rank());
      return byKind != 0 ? byKind : compareSameKind(other);
    }

    private int rank() {
      return switch (this) {
        case StopTask _ -> 0;
        case StopNode _ -> 1;
        case StartNode _ -> 2;
        case StartTask _ -> 3;
      };
    }

    private int compareSameKind(Work other) {
      return switch (this) {
        case StopTask(TaskId task) when other instanceof StopTask(TaskId its) ->
            task.compareTo(its);
        case StopNode(NodeId node) when other instanceof StopNode(NodeId its) ->
            node.compareTo(its);
        case StartNode(NodeId node) when other instanceof StartNode(NodeId its) ->
            node.compareTo(its);
        case StartTask(TaskId task) when other instanceof StartTask(TaskId its) ->
            task.compareTo(its);
        case StopTask _, StopNode _, StartNode _, StartTask _ -> 0;
      };
    }
  }

  public record StopTask(TaskId task) implements Work {}

  public record StopNode(NodeId node) implements Work {}

  public record StartNode(NodeId node) implements Work {}

  public record StartTask(TaskId task) implements Work {}

  private final TreeSet<Work> work = new TreeSet<>();
  private List<Work> fresh = new ArrayList<>();

  void node(@Nullable Node before, @Nullable Node after) {
    replace(of(before), of(after));
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
      Work was = of(before, rank);
      Work is = of(after, rank);
      replace(was, is);
    }
  }

  private static @Nullable Work of(@Nullable Attempt attempt, int rank) {
    if (attempt == null || !attempt.isLive(rank)) {
      return null;
    }
    TaskId task = new TaskId(attempt.id(), rank);
    if (attempt.phase() instanceof Attempt.Stopping) {
      return new StopTask(task);
    }
    return attempt.task(rank).phase() instanceof Attempt.Ordered ? new StartTask(task) : null;
  }

  void strayNode(NodeId node, boolean present) {
    replace(present ? null : new StopNode(node), present ? new StopNode(node) : null);
  }

  void strayTask(TaskId task, boolean present) {
    replace(present ? null : new StopTask(task), present ? new StopTask(task) : null);
  }

  private void replace(@Nullable Work was, @Nullable Work is) {
    if (was == null ? is == null : was.equals(is)) {
      return;
    }
    if (was != null) {
      work.remove(was);
    }
    if (is != null && work.add(is)) {
      fresh.add(is);
    }
  }

  public boolean contains(Work item) {
    return work.contains(item);
  }

  /// What has come since this was last asked. What was done meanwhile may be among it.
  public List<Work> takeFresh() {
    List<Work> taken = fresh;
    fresh = new ArrayList<>();
    return taken;
  }

  public List<Work> all() {
    return List.copyOf(work);
  }
}
