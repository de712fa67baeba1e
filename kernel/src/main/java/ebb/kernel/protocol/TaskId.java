package ebb.kernel.protocol;

/// Which task: the attempt it belongs to and its rank among the attempt's nodes.
public record TaskId(AttemptId attempt, int rank) implements Comparable<TaskId> {
  public static final TaskId NONE = new TaskId(AttemptId.NONE, 0);

  @Override
  public int compareTo(TaskId other) {
    int byAttempt = attempt.compareTo(other.attempt);
    return byAttempt != 0 ? byAttempt : Integer.compare(rank, other.rank);
  }

  @Override
  public String toString() {
    return attempt + "." + rank;
  }
}
