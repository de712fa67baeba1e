package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.Thing;
import java.util.List;

/// Whoever asks why a job waits is told what stands in its way, and it does stand there: limits,
/// and what is used of them and asked for, are what the durable events come to. Not compared are
/// who holds it and when that should end; of nodes and clusters, only that there is an answer.
final class EveryWaitHasAReason implements Promise {
  private final Reasons reasons;

  EveryWaitHasAReason(Reasons reasons) {
    this.reasons = reasons;
  }

  @Override
  public void sampled(State state, State rebuilt, long now, History history) {
    for (var job : state.allJobs()) {
      History.Job known = history.jobs.get(job.id());
      if (job.spec().isLocal()) {
        continue;
      }
      Rejection why = reasons.why(state, new Thing(Thing.Kind.JOB, job.id().value()), now);
      boolean isTrue =
          switch (known.stand) {
            case QUEUED -> new Asked(known, history, now).mayWaitFor(why);
            case ASSEMBLING -> new Asked(known, history, now).mayAssembleWith(why);
            case BACKING_OFF ->
                why instanceof Rejection.BackingOff backingOff
                    && backingOff.cause() == known.backedOff.cause()
                    && backingOff.failures() == known.backedOff.failures()
                    && backingOff.until() == known.backedOff.until();
            case ACTIVE -> why instanceof Rejection.NotWaiting;
            case ENDED ->
                why instanceof Rejection.AlreadyEnded ended && ended.cause() == known.cause;
          };
      check(
          isTrue || isQuarantined(why, known, history), job.name(), " is ", known.stand, ": ", why);
    }
    for (var node : state.allNodes()) {
      reasons.why(state, new Thing(Thing.Kind.NODE, node.id().value()), now);
    }
    for (var cluster : state.allClusters()) {
      reasons.why(state, new Thing(Thing.Kind.CLUSTER, cluster.id().value()), now);
    }
  }

  /// The job itself, unless it is queued and is placed all the same, or what decides for it.
  private static boolean isQuarantined(Rejection why, History.Job job, History history) {
    if (!(why instanceof Rejection.Quarantined(Thing thing, String incident))
        || !incident.equals(history.quarantine.get(thing))) {
      return false;
    }
    return switch (thing.kind()) {
      case JOB -> thing.id() == job.queued.job().value() && job.stand != History.Stand.QUEUED;
      case CLUSTER -> thing.id() == job.queued.cluster().value() && job.waits();
      case ATTEMPT -> thing.id() == job.attempt.value() && job.stand == History.Stand.ACTIVE;
      case NODE, WORKSPACE -> false;
    };
  }

  /// One job's question, answered from the durable events.
  private record Asked(History.Job job, History history, long now) {
    History.Cluster cluster() {
      return history.clusters.get(job.queued.cluster());
    }

    /// Below the mark of free space, and in safe mode, that is the reason and no other.
    boolean mayWaitFor(Rejection why) {
      if (history.safeMode || history.storageLow) {
        return isWhatStopsAllStarts(why);
      }
      return switch (why) {
        case Rejection.NodesExceedMax exceeds ->
            exceeds.max() == cluster().spec.max()
                && exceeds.asked() == job.spec().nodes()
                && exceeds.asked() > exceeds.max();
        case Rejection.ClusterFull full -> isFull(full);
        case Rejection.WouldDelayHead behind -> isSpared(behind.head());
        case Rejection.TooMany many ->
            many.limit() == history.settings.backfillCandidates() && ahead() >= many.limit();
        default -> keepsFromGrowing(why); // what is left are the guards of growth
      };
    }

    boolean mayAssembleWith(Rejection why) {
      if (history.safeMode || history.storageLow) {
        return isWhatStopsAllStarts(why);
      }
      return why instanceof Rejection.NodesComing coming
          ? coming.asked() == job.spec().nodes() && coming.deadline() == job.claimDeadline
          : keepsFromGrowing(why);
    }

    /// As many as may be asked for with this one: all that the cluster's claims lack, if it has
    /// one.
    private int nodes() {
      return job.stand == History.Stand.ASSEMBLING
          ? history.claimed(job.queued.cluster())
          : job.spec().nodes();
    }

    private boolean isWhatStopsAllStarts(Rejection why) {
      return history.safeMode
          ? why instanceof Rejection.SafeMode
          : history.storageLow && why instanceof Rejection.StorageLow;
    }

    private boolean keepsFromGrowing(Rejection why) {
      Obstacles obstacles = new Obstacles(history, now);
      return switch (why) {
        case Rejection.Locked locked ->
            history.locks.containsValue(locked.lock())
                && locked.lock().scope().contains(history.scopeOf(cluster()));
        case Rejection.QuotaExceeded quota -> isExceeded(quota, obstacles);
        case Rejection.HostFull full -> {
          Obstacles.Room room = obstacles.room();
          yield full.needed().equals(cluster().size())
              && full.cores() == (int) room.cores()
              && full.memoryMebibytes() == (int) room.memoryMebibytes()
              && full.gpus() == (int) room.gpus()
              && areAsked(full.nodes())
              && !obstacles.hasRoom(cluster(), full.nodes())
              && whole().fits(full.needed(), isQueued() ? nodes() : full.nodes());
        }
        case Rejection.HostTooSmall small ->
            small.needed().equals(cluster().size())
                && new Obstacles.Room(small.cores(), small.memoryMebibytes(), small.gpus())
                    .equals(whole())
                && (isQueued() ? small.nodes() == nodes() : areAsked(small.nodes()))
                && !history.host.virtualNodes()
                && !whole().fits(small.needed(), small.nodes());
        case Rejection.IsolationUnavailable(Isolation asked, String _) ->
            asked == cluster().spec.isolation() && obstacles.isolationIsMissing(cluster());
        case Rejection.NetworkStaysOpen(Isolation asked, String _) ->
            asked == cluster().spec.isolation() && obstacles.networkStaysOpen(cluster());
        case Rejection.GrowthBackingOff backingOff ->
            backingOff.until() == cluster().growthNotBefore && backingOff.until() > now;
        default -> false; // nothing else keeps a cluster from growing
      };
    }

    private boolean isQueued() {
      return job.stand == History.Stand.QUEUED;
    }

    private boolean areAsked(int nodes) {
      return nodes > 0 && nodes <= nodes();
    }

    /// The machine when nothing is on it.
    private Obstacles.Room whole() {
      Host host = history.host;
      return new Obstacles.Room(host.cores(), host.memoryMebibytes(), host.gpus());
    }

    private boolean isExceeded(Rejection.QuotaExceeded quota, Obstacles obstacles) {
      QuotaKey key = quota.key();
      return cluster().keys.contains(key)
          && quota.limit() == history.limit(key)
          && quota.used() == obstacles.used(key)
          && quota.asked() > 0
          && quota.asked() <= nodes() * cluster().size().vcpus()
          && quota.used() + quota.asked() > quota.limit();
    }

    /// More is asked for than is free or coming and that nobody has a claim on, with what the
    /// cluster may still have.
    private boolean isFull(Rejection.ClusterFull full) {
      ClusterId id = job.queued.cluster();
      List<History.Node> nodes = history.nodesOf(id);
      int max = cluster().spec.max();
      int open = -history.claimed(id);
      int taken = history.claimed(id);
      int outOfSight = 0;
      for (History.Node node : nodes) {
        open += node.isFree() || node.isComing() ? 1 : 0;
        taken += node.leaving || !node.task.equals(TaskId.NONE) ? 1 : 0;
        outOfSight += node.isIdleOutOfSight() ? 1 : 0;
      }
      int room = Math.max(0, Math.max(0, max - nodes.size()) + Math.min(0, open));
      return full.max() == max
          && full.taken() == taken
          && full.outOfSight() == outOfSight
          && full.asked() == job.spec().nodes()
          && full.asked() > Math.max(0, open) + room;
    }

    /// Comes first in the queue, or has a claim.
    private boolean isSpared(String name) {
      return history.jobs.values().stream()
          .filter(other -> other.queued.name().equals(name) && other.waits())
          .anyMatch(other ->
              isOfItsQueue(other)
                  || other.stand == History.Stand.ASSEMBLING
                      && other.queued.cluster().equals(job.queued.cluster()));
    }

    private long ahead() {
      return history.jobs.values().stream()
          .filter(other -> other.stand == History.Stand.QUEUED && isOfItsQueue(other))
          .count();
    }

    private boolean isOfItsQueue(History.Job other) {
      return other.queued.cluster().equals(job.queued.cluster()) && other.before(job);
    }
  }
}
