package ebb.kernel.placement;

import ebb.kernel.job.Job;
import ebb.kernel.protocol.JobId;

/// What the queue needs to know of a waiting job.
public record QueueEntry(
    JobId job, String account, int priority, long sequence, int nodes, long limitMillis)
    implements Comparable<QueueEntry> {

  /// The one function that orders the queue: priority, then submission. Fair share between accounts
  /// would change this function and nothing else.
  @Override
  public int compareTo(QueueEntry other) {
    int byPriority = Integer.compare(other.priority, priority);
    return byPriority != 0 ? byPriority : Long.compare(sequence, other.sequence);
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
