package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.placement.ClusterLoad;
import ebb.kernel.placement.Placement;
import ebb.kernel.placement.QueueEntry;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.KeepCause;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Thing;
import ebb.kernel.quota.HostUsage;

/// Why something waits or stays: never stored, but asked of the same guards that decide.
final class Why {
  private Why() {}

  static Rejection of(State state, Thing thing, long now) {
    Rejection quarantined = quarantined(state, thing);
    if (quarantined != null) {
      return quarantined;
    }
    return switch (thing.kind()) {
      case JOB -> {
        Job job = state.jobs.get(new JobId(thing.id()));
        yield job == null ? notFound(thing) : job(state, job, now);
      }
      case CLUSTER -> {
        Cluster cluster = state.clusters.get(new ClusterId(thing.id()));
        yield cluster == null ? notFound(thing) : cluster(state, cluster, now);
      }
      case NODE -> {
        Node node = state.nodes.get(new NodeId(thing.id()));
        yield node == null ? notFound(thing) : node(state, node, now);
      }
      case ATTEMPT -> {
        Attempt attempt = state.attempts.get(new AttemptId(thing.id()));
        yield attempt == null
            ? notFound(thing)
            : new Rejection.NotWaiting(phase(attempt), attempt.phase().deadline());
      }
      case WORKSPACE -> notFound(thing);
    };
  }

  /// The bug that keeps the thing as it is, itself or through what decides for it: nothing is
  /// placed in a cluster in quarantine, and an attempt in quarantine has no limit. The deadline of
  /// a queued job in quarantine does not pass, but it is placed as any other, and waits for that.
  ///
  /// Placement does not ask for the quarantine of jobs and nodes: what failed about them is that a
  /// deadline passes, or that a job leaves memory. To place them is a decision about their cluster,
  /// which is in quarantine itself once that fails; without it a node would cost and be of no use,
  /// and a job would wait without an end.
  private static @Nullable Rejection quarantined(State state, Thing thing) {
    Job job = thing.kind() == Thing.Kind.JOB ? state.jobs.get(new JobId(thing.id())) : null;
    String incident = state.quarantine.get(thing);
    if (incident != null && (job == null || !(job.phase() instanceof Job.Queued))) {
      return new Rejection.Quarantined(thing, incident);
    }
    if (job == null) {
      return null;
    }
    return switch (job.phase()) {
      case Job.Queued _, Job.Assembling _ ->
          quarantined(state, new Thing(Thing.Kind.CLUSTER, job.cluster().value()));
      case Job.Active active ->
          quarantined(state, new Thing(Thing.Kind.ATTEMPT, active.attempt().value()));
      case Job.BackingOff _, Job.Local _, Job.Ended _ -> null;
    };
  }

  private static Rejection notFound(Thing thing) {
    return new Rejection.NotFound(thing.kind().name(), thing.toString());
  }

  private static Rejection job(State state, Job job, long now) {
    if (job.phase() instanceof Job.Ended ended) {
      return new Rejection.AlreadyEnded(job.name(), ended.cause());
    }
    Rejection start = Guards.start(state);
    return switch (job.phase()) {
      case Job.Queued _ -> start != null ? start : queued(state, job, now);
      case Job.Assembling assembling ->
          start != null
              ? start
              : placement(state, state.clusterOf(job), now)
                  .whyAssembling(QueueEntry.of(job), assembling.deadline());
      case Job.BackingOff backingOff ->
          new Rejection.BackingOff(backingOff.cause(), job.failures(), backingOff.until());
      case Job.Active active -> {
        Attempt attempt = State.require(state.attempts.get(active.attempt()), "attempt of", job);
        yield new Rejection.NotWaiting(phase(attempt), attempt.phase().deadline());
      }
      case Job.Local local ->
          new Rejection.NotWaiting(LocalJobs.phase(job, local), local.deadline());
      case Job.Ended ended -> new Rejection.AlreadyEnded(job.name(), ended.cause());
    };
  }

  /// Who lacks some nodes on a machine that is too small for all of them waits for nothing.
  private static Rejection queued(State state, Job job, long now) {
    Cluster cluster = state.clusterOf(job);
    Rejection why = placement(state, cluster, now).whyQueued(QueueEntry.of(job), names(state));
    Rejection never =
        why instanceof Rejection.HostFull || why instanceof Rejection.HostTooSmall
            ? HostUsage.neverFit(state.host, cluster.size(), job.spec().nodes())
            : null;
    return never == null ? why : never;
  }

  private static Placement.Names names(State state) {
    return new Placement.Names() {
      @Override
      public String job(JobId id) {
        return State.require(state.jobs.get(id), "job", id).name();
      }

      @Override
      public String job(AttemptId id) {
        return job(State.require(state.attempts.get(id), "attempt", id).job());
      }
    };
  }

  static int place(State state, JobId id) {
    Job job = state.jobs.get(id);
    return job != null && job.phase() instanceof Job.Queued
        ? state.load(job.cluster()).place(QueueEntry.of(job))
        : 0;
  }

  /// The judgement of policy, asked without waiting on what stands in the way.
  static Placement placement(State state, Cluster cluster, long now) {
    Placement.Scaling scaling =
        new Placement.Scaling() {
          @Override
          public @Nullable Rejection growthRefusal(int nodes) {
            return Guards.growth(state, cluster, nodes, now, state::holderName);
          }

          @Override
          public @Nullable Rejection shrinkRefusal() {
            return Guards.scaling(state, state.scopeOf(cluster));
          }
        };
    return new Placement(cluster, state.load(cluster.id()), scaling, state.settings, now);
  }

  /// What keeps a cluster from growing by one node, or what its first job waits for.
  private static Rejection cluster(State state, Cluster cluster, long now) {
    ClusterLoad load = state.load(cluster.id());
    if (cluster.deleting()) {
      return new Rejection.BeingDeleted("cluster", cluster.name());
    }
    Rejection growth = Guards.growth(state, cluster, 1, now, state::holderName);
    boolean wants = load.queued() + load.assembling() > 0 || load.staying() < cluster.spec().min();
    if (growth != null && (wants || growth instanceof Rejection.Locked)) {
      return growth;
    }
    QueueEntry head = load.head();
    Job job = head == null ? null : state.jobs.get(head.job());
    return job == null ? new Rejection.NotWaiting("steady", 0) : job(state, job, now);
  }

  private static Rejection node(State state, Node node, long now) {
    Cluster cluster = state.clusterOf(node);
    long deadline = Deadlines.of(node, cluster);
    if (node.phase() instanceof Node.Idle) {
      KeepCause keep = Expiry.keepCause(state, cluster, now);
      if (keep != null) {
        return new Rejection.Kept(keep, deadline);
      }
    }
    if (node.phase() instanceof Node.Leaving leaving && leaving.overdue() > 0) {
      return new Rejection.ReleaseOverdue(
          leaving.at(), leaving.at() + state.settings.leaveMillis(), leaving.overdue());
    }
    return new Rejection.NotWaiting(phase(node), deadline == Deadlines.NEVER ? 0 : deadline);
  }

  // Names of phases, for people and history.

  static String phase(Job job) {
    return job.phase().getClass().getSimpleName();
  }

  static String phase(Attempt attempt) {
    return attempt.phase().getClass().getSimpleName();
  }

  static String phase(Node node) {
    return node.phase().getClass().getSimpleName();
  }
}
