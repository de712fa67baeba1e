package ebb.kernel.job;

import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskReport;
import java.util.ArrayList;
import java.util.List;

/// One run of a job on its nodes, one task on each.
///
/// @param number counts the attempts of the job from 1
/// @param live how many tasks have not ended
public record Attempt(
    AttemptId id,
    JobId job,
    ClusterId cluster,
    int number,
    long orderedAt,
    long limitMillis,
    List<Task> tasks,
    int live,
    Phase phase) {
  public Attempt {
    tasks = List.copyOf(tasks);
  }

  public sealed interface Phase {
    long deadline();
  }

  /// No task has started yet.
  public record Starting(long deadline) implements Phase {}

  /// `deadline` is the run time limit.
  public record Running(long at, long deadline) implements Phase {}

  /// All tasks are told to stop. `limitAt` is when the time limit would have been reached, 0 if
  /// nothing had started: an exit before it was no time-out.
  public record Stopping(
      long at, EndCause cause, int code, String detail, long limitAt, long deadline)
      implements Phase {}

  /// What runs for the attempt on one node.
  public record Task(NodeId node, TaskPhase phase) {}

  public sealed interface TaskPhase {}

  public record Ordered() implements TaskPhase {}

  public record Started(long at, long ack) implements TaskPhase {}

  public record Ended(long at, TaskReport report) implements TaskPhase {}

  public static final Ordered ORDERED = new Ordered();

  public static Attempt ordered(
      AttemptId id, Job job, int number, List<NodeId> nodes, long at, long deadline) {
    List<Task> tasks = new ArrayList<>(nodes.size());
    for (NodeId node : nodes) {
      tasks.add(new Task(node, ORDERED));
    }
    return new Attempt(
        id,
        job.id(),
        job.cluster(),
        number,
        at,
        job.limitMillis(),
        tasks,
        tasks.size(),
        new Starting(deadline));
  }

  /// In the order of ranks.
  public List<NodeId> nodes() {
    List<NodeId> nodes = new ArrayList<>(tasks.size());
    for (Task task : tasks) {
      nodes.add(task.node());
    }
    return nodes;
  }

  public Task task(int rank) {
    return tasks.get(rank);
  }

  public boolean isLive(int rank) {
    return rank >= 0 && rank < tasks.size() && !(tasks.get(rank).phase() instanceof Ended);
  }

  public boolean isStopping() {
    return phase instanceof Stopping;
  }

  public Attempt with(Phase next) {
    return new Attempt(id, job, cluster, number, orderedAt, limitMillis, tasks, live, next);
  }

  public Attempt withTask(int rank, TaskPhase next) {
    List<Task> changed;
    if (tasks.size() == 1) {
      changed = List.of(new Task(tasks.getFirst().node(), next));
    } else {
      changed = new ArrayList<>(tasks);
      changed.set(rank, new Task(tasks.get(rank).node(), next));
    }
    int nowLive = live - (next instanceof Ended && isLive(rank) ? 1 : 0);
    return new Attempt(id, job, cluster, number, orderedAt, limitMillis, changed, nowLive, phase);
  }

  /// By when its nodes should be free by its time limit. What preparing takes is counted for none:
  /// a job that is weighed against this one has not begun to prepare either.
  public long expectedEnd() {
    return phase instanceof Starting ? orderedAt + limitMillis : phase.deadline();
  }
}
