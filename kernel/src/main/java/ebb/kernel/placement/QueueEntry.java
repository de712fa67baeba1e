package ebb.kernel.placement;

import ebb.kernel.job.Job;
import ebb.kernel.protocol.JobId;
import java.util.Comparator;

/// What the queue needs to know of a waiting job.
public record QueueEntry(
    JobId job, String account, int priority, long sequence, int nodes, long limitMillis) {

  /// The one function that orders the queue: priority, then submission. Fair share between accounts
  /// would change this function and nothing else.
  public static final Comparator<QueueEntry> ORDER =
      Comparator.comparingInt(QueueEntry::priority)
          .reversed()
          .thenComparingLong(QueueEntry::sequence);

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
