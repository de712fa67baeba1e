package ebb.kernel.placement;

/// The reservation that EASY backfill gives to the job at the head: by when it should be able to
/// start, and how many nodes will be free beyond what it needs. A job may go before it only if it
/// ends by then, or takes no more than the extra nodes.
///
/// @param at [#UNKNOWN] if nothing that runs would ever free enough
record Shadow(QueueEntry head, long at, int extra) {
  static final long UNKNOWN = Long.MAX_VALUE;

  /// For a head that has a claim and waits for nodes on their way. A node that is not there yet
  /// counts as free at its boot deadline.
  static Shadow ofClaim(ClusterLoad load, QueueEntry head, long now) {
    int free = load.idle();
    long at = now;
    for (ClusterLoad.TimedNode node : load.comingSoonestFirst()) {
      if (free >= head.nodes() && node.at() > at) {
        break;
      }
      free++;
      at = Math.max(at, node.at());
    }
    return free >= head.nodes()
        ? new Shadow(head, at, free - head.nodes())
        : afterEnds(load, head, free, at);
  }

  /// For a head that finds all nodes the cluster may have busy or claimed; `free` are those it
  /// could claim now.
  static Shadow ofFullCluster(ClusterLoad load, QueueEntry head, int free, long now) {
    return afterEnds(load, head, free, now);
  }

  private static Shadow afterEnds(ClusterLoad load, QueueEntry head, int freeBefore, long from) {
    int free = freeBefore;
    long at = from;
    for (ClusterLoad.End end : load.endsSoonestFirst()) {
      if (free >= head.nodes() && end.at() > at) {
        break;
      }
      free += end.nodes();
      at = Math.max(at, end.at());
    }
    return free >= head.nodes()
        ? new Shadow(head, at, free - head.nodes())
        : new Shadow(head, UNKNOWN, 0);
  }

  /// Whether a job that runs from `start` on would leave the head alone.
  boolean spares(QueueEntry job, long start) {
    return job.nodes() <= extra || endsBefore(job, start);
  }

  boolean endsBefore(QueueEntry job, long start) {
    return at != UNKNOWN && job.limitMillis() <= at - start;
  }
}
