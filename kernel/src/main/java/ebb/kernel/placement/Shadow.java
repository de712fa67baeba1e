package ebb.kernel.placement;

import ebb.kernel.protocol.Nullable;
import java.util.Iterator;

/// The reservation that EASY backfill gives to the job at the head: by when it should be able to
/// start, and how many nodes will be free beyond what it needs. A job may go before it only if it
/// ends by then, or takes no more than the extra nodes.
///
/// @param at [#UNKNOWN] if nothing that runs would ever free enough
record Shadow(QueueEntry head, long at, int extra) {
  static final long UNKNOWN = Long.MAX_VALUE;

  /// For a head that has a claim and waits for nodes on their way. A node that is not there yet
  /// counts as free at its boot deadline, one that is busy when its attempt must have ended.
  static Shadow ofClaim(ClusterLoad load, QueueEntry head, long now) {
    return reserve(
        head,
        load.idle(),
        0,
        now,
        load.comingSoonestFirst().iterator(),
        load.endsSoonestFirst().iterator());
  }

  /// For a head without a claim. Claims have the idle nodes and the ones that come soonest. The
  /// `room` below the maximum may let it start sooner, but is nothing to spare: a node that is
  /// asked for when it is needed comes too late.
  static Shadow ofFullCluster(ClusterLoad load, QueueEntry head, int room, long now) {
    Iterator<ClusterLoad.TimedNode> coming = load.comingSoonestFirst().iterator();
    for (int claimed = load.claimed() - load.idle(); claimed > 0; claimed--) {
      next(coming);
    }
    return reserve(
        head,
        Math.max(0, load.idle() - load.claimed()),
        room,
        now,
        coming,
        load.endsSoonestFirst().iterator());
  }

  /// Lets nodes become free, soonest first, until the head has enough, and counts those that come
  /// at that same time. What is overdue still counts at its own time: if it counted as now, the
  /// extra nodes would grow by the mere passing of time, and nobody would look again.
  private static Shadow reserve(
      QueueEntry head,
      int freeNow,
      int room,
      long now,
      Iterator<ClusterLoad.TimedNode> coming,
      Iterator<ClusterLoad.End> ends) {
    int free = freeNow + room;
    long at = Long.MIN_VALUE;
    ClusterLoad.@Nullable TimedNode node = next(coming);
    ClusterLoad.@Nullable End end = next(ends);
    while (node != null || end != null) {
      long nodeAt = node == null ? UNKNOWN : node.at();
      long endAt = end == null ? UNKNOWN : end.at();
      long next = Math.min(nodeAt, endAt);
      if (free >= head.nodes() && next > at) {
        break;
      }
      at = Math.max(at, next);
      if (node != null && nodeAt <= endAt) {
        free++;
        node = next(coming);
      } else if (end != null) {
        free += end.nodes();
        end = next(ends);
      }
    }
    return free >= head.nodes()
        ? new Shadow(head, Math.max(at, now), Math.max(0, free - room - head.nodes()))
        : new Shadow(head, UNKNOWN, 0);
  }

  /// When the head should be able to start, for people; 0 if nothing says.
  long expectedAt() {
    return at == UNKNOWN ? 0 : at;
  }

  private static <T> @Nullable T next(Iterator<T> iterator) {
    return iterator.hasNext() ? iterator.next() : null;
  }

  /// Whether a job that runs from `start` on would leave the head alone.
  boolean spares(QueueEntry job, long start) {
    return job.nodes() <= extra || endsBefore(job, start);
  }

  /// The longest time limit with which a job that runs from `start` on ends before; 0 if none does.
  long longest(long start) {
    return at == UNKNOWN ? 0 : Math.max(0, at - start);
  }

  boolean endsBefore(QueueEntry job, long start) {
    return at != UNKNOWN && job.limitMillis() <= at - start;
  }
}
