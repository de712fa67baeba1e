package ebb.simulator.invariants;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.KeepCause;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.TaskId;

/// Why a node was let go, or kept when its idle time was over, is what was the case then.
final class NodesGoAndStayForTheReasonSaid implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.NodeReleased released -> {
        History.Node node = history.nodes.get(released.node());
        check(isSo(released.cause(), envelope, node, history), released, " by ", envelope.cause());
      }
      case Event.NodeKept kept -> {
        ClusterId cluster = history.nodes.get(kept.node()).requested.cluster();
        check(isSo(kept.cause(), cluster, history), kept);
      }
      default -> {} // nothing else lets a node go or keeps it
    }
  }

  private static boolean isSo(
      ReleaseCause cause, Envelope envelope, History.Node node, History history) {
    History.Cluster cluster = history.clusters.get(node.requested.cluster());
    long now = envelope.at();
    boolean isDue = envelope.cause().equals("deadline");
    return switch (cause) {
      case IDLE_TIMEOUT ->
          isDue
              && node.ready
              && node.task.equals(TaskId.NONE)
              && now >= Math.max(node.keptUntil, node.idleSince + cluster.spec.idleMillis());
      case ABOVE_MAX -> history.staying(node.requested.cluster()) > cluster.spec.max();
      case CLUSTER_DELETED -> cluster.deleting;
      case PREEMPTED -> envelope.cause().equals("NodePreempted");
      case UNUSABLE -> envelope.cause().equals("NodeFailed");
      case BOOT_TIMEOUT -> isDue && node.isComing() && now >= node.deadline;
      case LOST -> isDue && node.unreachable && now >= node.unreachableUntil;
      case STUCK_TASK -> {
        History.Attempt attempt = history.attempts.get(node.task.attempt());
        yield isDue && attempt != null && attempt.stopping && now >= attempt.endsBy;
      }
    };
  }

  /// A lock comes before the minimum, and that before what a job is about to need.
  private static boolean isSo(KeepCause cause, ClusterId id, History history) {
    History.Cluster cluster = history.clusters.get(id);
    KeepCause first =
        history.isLocked(cluster)
            ? KeepCause.LOCKED
            : history.staying(id) <= cluster.spec.min() ? KeepCause.MINIMUM : KeepCause.CLAIMED;
    return cause == first
        && (cause != KeepCause.CLAIMED
            || history.jobs.values().stream()
                .anyMatch(job -> job.waits() && job.queued.cluster().equals(id)));
  }
}
