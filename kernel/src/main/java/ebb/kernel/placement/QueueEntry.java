package ebb.kernel.placement;

import ebb.kernel.job.Job;
import ebb.kernel.protocol.JobId;

/// What the queue needs to know of a waiting job.
public record QueueEntry(
    JobId job, String account, int priority, long sequence, int nodes, long limitMillis)
    implements Comparable<QueueEntry> {

  /// More than a journal ever has; times the most urgent priority it is within a number's bounds.
  private static final long SEQUENCES = 1L << 52;

  /// The one function that orders the queue: priority, then submission. Fair share between accounts
  /// would change this function and nothing else.
  long rank() {
    return sequence - Math.multiplyExact(priority, SEQUENCES);
  }

  @Override
  public int compareTo(QueueEntry other) {
    return Long.compare(rank(), other.rank());
  }

  public static QueueEntry of(Job job) {
    return new QueueEntry(
        job.id(),
        job.spec().account(),
        job.spec().priority(),
        job.sequence(),
        job.spec().nodes(),
        job.limitMillis());
  }
}
