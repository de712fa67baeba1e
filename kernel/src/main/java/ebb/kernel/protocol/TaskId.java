package ebb.kernel.protocol;

import java.util.Comparator;

/// Which task: the attempt it belongs to and its rank among the attempt's nodes.
public record TaskId(AttemptId attempt, int rank) implements Comparable<TaskId> {
  public static final TaskId NONE = new TaskId(AttemptId.NONE, 0);

  private static final Comparator<TaskId> ORDER =
      Comparator.comparing(TaskId::attempt).thenComparingInt(TaskId::rank);

  @Override
  public int compareTo(TaskId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return attempt + "." + rank;
  }
}
