package ebb.kernel.protocol;

/// How many times a job may go back to the queue, by cause; as a budget and as what was used of it.
public record Retries(int preempted, int infrastructure, int failed) {
  public static final Retries NONE = new Retries(0, 0, 0);

  /// The number that belongs to `cause`; 0 for a cause that is never retried.
  public int of(EndCause cause) {
    return switch (cause) {
      case PREEMPTED -> preempted;
      case INFRASTRUCTURE -> infrastructure;
      case FAILED -> failed;
      case SUCCEEDED, CANCELED, TIME_LIMIT, QUEUE_LIMIT, CLUSTER_DELETED -> 0;
    };
  }

  public Retries plusOne(EndCause cause) {
    return new Retries(
        preempted + (cause == EndCause.PREEMPTED ? 1 : 0),
        infrastructure + (cause == EndCause.INFRASTRUCTURE ? 1 : 0),
        failed + (cause == EndCause.FAILED ? 1 : 0));
  }
}
