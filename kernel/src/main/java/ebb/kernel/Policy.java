package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.placement.ClusterLoad;
import ebb.kernel.placement.Move;
import ebb.kernel.placement.Placement;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.Thing;
import ebb.kernel.protocol.Weakness;
import ebb.kernel.protocol.WorkspaceId;
import java.util.ArrayList;
import java.util.List;

/// What the kernel decides without being asked: clusters that something changed for, then
/// deadlines, then what is to be deleted, then what may leave memory. One decision at a time.
///
/// Clusters come before deadlines, so that a node which a job can use now is used, and not let go
/// because its idle time ends at the same moment.
final class Policy {
  /// How many jobs leave memory in one event.
  private static final int ARCHIVED_AT_ONCE = 256;

  private Policy() {}

  static @Nullable Envelope next(State state, Kernel.Moment moment) {
    long now = moment.now();
    if (state.observeUntil != 0 && now >= state.observeUntil) {
      return envelope(now, "observation bound passed", List.of(new Event.BackendObserved()));
    }
    for (ClusterId id = state.agenda.first(); id != null; id = state.agenda.first()) {
      Thing thing = new Thing(Thing.Kind.CLUSTER, id.value());
      ClusterId cluster = id;
      List<Event> events =
          state.quarantine.containsKey(thing)
              ? List.of()
              : guarded(thing, () -> cluster(state, state.clusters.get(cluster), now));
      if (!events.isEmpty()) {
        return envelope(now, "placement", events);
      }
      state.agenda.done(id);
    }
    Thing due = state.deadlines.due(now, state.observeUntil == 0);
    if (due != null) {
      return guarded(due, () -> envelope(now, "deadline", Expiry.of(state, due, now)));
    }
    for (WorkspaceId id : state.deletingWorkspaces) {
      Thing thing = new Thing(Thing.Kind.WORKSPACE, id.value());
      List<Event> events =
          state.quarantine.containsKey(thing)
              ? List.of()
              : guarded(thing, () -> deleteWorkspace(state, id));
      if (!events.isEmpty()) {
        return envelope(now, "deletion", events);
      }
    }
    return archive(state, moment);
  }

  private interface Decision<T> {
    T make();
  }

  private static <T> T guarded(Thing thing, Decision<T> decision) {
    try {
      return decision.make();
    } catch (RuntimeException bug) {
      throw new DecisionFailed(thing, bug);
    }
  }

  private static Envelope envelope(long now, String cause, List<Event> events) {
    return new Envelope(now, 0, Actor.KERNEL, "", cause, events);
  }

  private static List<Event> cluster(State state, @Nullable Cluster cluster, long now) {
    if (cluster == null) {
      return List.of();
    }
    if (cluster.deleting()) {
      return deleteCluster(state, cluster, now);
    }
    Placement placement = placement(state, cluster, now);
    boolean mayStart = waiting(state, cluster, Guards.start(state)) == null;
    Move move = mayStart ? placement.next() : placement.shrinkToMax();
    return move == null ? List.of() : carryOut(state, cluster, move, now);
  }

  /// The look at one cluster; it waits on whatever key stands in its way.
  private static Placement placement(State state, Cluster cluster, long now) {
    Placement.Scaling scaling =
        new Placement.Scaling() {
          @Override
          public @Nullable Rejection growthRefusal(int nodes) {
            Rejection refusal = Guards.growth(state, cluster, nodes, now, null);
            if (refusal == null) {
              state.agenda.waitOn(Agenda.Key.GROWTH, cluster.id());
            }
            return waiting(state, cluster, refusal);
          }

          @Override
          public @Nullable Rejection shrinkRefusal() {
            return waiting(state, cluster, Guards.scaling(state, state.scopeOf(cluster)));
          }
        };
    return new Placement(cluster, state.load(cluster.id()), scaling, state.settings, now);
  }

  /// The refusal itself; the cluster is looked at again when its key changes.
  private static @Nullable Rejection waiting(
      State state, Cluster cluster, @Nullable Rejection refusal) {
    Agenda.Key key = refusal == null ? null : Guards.keyOf(refusal);
    if (key != null) {
      state.agenda.waitOn(key, cluster.id());
    }
    return refusal;
  }

  private static List<Event> carryOut(State state, Cluster cluster, Move move, long now) {
    List<Event> events = new ArrayList<>();
    switch (move) {
      case Move.Start start -> start(state, start, now, events);
      case Move.Claim claim -> {
        long deadline = now + state.settings.assemblyMillis();
        events.add(new Event.JobAssembling(claim.job(), deadline));
        request(state, cluster, claim.job(), claim.missing(), now, events);
      }
      case Move.Replace replace ->
          request(state, cluster, replace.job(), replace.missing(), now, events);
      case Move.GiveBack back -> {
        Job job = State.require(state.jobs.get(back.job()), "job", back.job());
        events.add(new Event.ClaimGivenBack(job.id(), Jobs.queueDeadline(state, job, now)));
      }
      case Move.GrowToMin grow -> request(state, cluster, JobId.NONE, grow.nodes(), now, events);
      case Move.ShrinkToMax shrink -> {
        Node node = State.require(state.nodes.get(shrink.node()), "node", shrink.node());
        Nodes.release(
            state, node, ReleaseCause.ABOVE_MAX, "the maximum was lowered", now, now, events);
      }
    }
    return events;
  }

  /// The nodes' idle segments end here: from its order on, an attempt pays for its nodes.
  private static void start(State state, Move.Start start, long now, List<Event> events) {
    Job job = State.require(state.jobs.get(start.job()), "job", start.job());
    for (NodeId id : start.nodes()) {
      Segments.close(state, State.require(state.nodes.get(id), "node", id), now, events);
    }
    AttemptId id = new AttemptId(state.ids().next());
    long deadline = now + state.settings.startMillis();
    events.add(new Event.AttemptOrdered(id, job.id(), job.attempts() + 1, start.nodes(), deadline));
  }

  /// All of them in one decision: what a gang lacks is claimed whole or not at all.
  private static void request(
      State state, Cluster cluster, JobId askedFor, int nodes, long now, List<Event> events) {
    NewIds ids = state.ids();
    int room = state.hostUsage.room(state.host, cluster.size());
    Isolation isolation = state.host.isolation().given(cluster.spec().isolation());
    List<Weakness> weaknesses = state.host.isolation().weaknesses(cluster.spec().network());
    long deadline = now + state.settings.bootMillis();
    for (int i = 0; i < nodes; i++) {
      events.add(
          new Event.NodeRequested(
              new NodeId(ids.next()),
              cluster.id(),
              askedFor,
              cluster.rates(),
              i >= room,
              isolation,
              weaknesses,
              deadline));
    }
  }

  /// One step of taking a cluster down: a job, a node, or the cluster itself when nothing is left.
  /// Finds what is to go in the order of what it does, and walks over nothing that goes already.
  private static List<Event> deleteCluster(State state, Cluster cluster, long now) {
    ClusterLoad load = state.load(cluster.id());
    String detail = "its cluster is deleted";
    AttemptId unstopped = load.unstopped();
    if (unstopped != null) {
      Attempt attempt = State.require(state.attempts.get(unstopped), "attempt", unstopped);
      return List.of(Jobs.stopping(state, attempt, EndCause.CLUSTER_DELETED, 0, detail, now));
    }
    JobId waiting = load.waiting();
    if (waiting != null) {
      return List.of(new Event.JobEnded(waiting, EndCause.CLUSTER_DELETED, 0, detail));
    }
    List<Event> events = new ArrayList<>();
    NodeId workless = load.workless();
    if (workless != null) {
      Node node = State.require(state.nodes.get(workless), "node", workless);
      Nodes.release(state, node, ReleaseCause.CLUSTER_DELETED, detail, now, now, events);
    } else if (load.unended() == 0 && load.existing() == 0) {
      Scopes.takeAlong(state, state.scopeOf(cluster), List.of(), events);
      events.add(new Event.ClusterDeleted(cluster.id()));
    }
    return events;
  }

  private static List<Event> deleteWorkspace(State state, WorkspaceId id) {
    Workspace workspace = State.require(state.workspaces.get(id), "workspace", id);
    for (ClusterId cluster : state.names.clusters(workspace.id()).values()) {
      if (!State.require(state.clusters.get(cluster), "cluster", cluster).deleting()) {
        return List.of(new Event.ClusterDeleting(cluster));
      }
    }
    if (!state.names.clusters(id).isEmpty()) {
      return List.of();
    }
    List<Event> events = new ArrayList<>();
    // Without a cluster only local jobs are left to wait for.
    if (state.waitingJobs.containsKey(id)) {
      for (JobId each : state.names.jobs(id).values()) {
        Job job = State.require(state.jobs.get(each), "job", each);
        if (job.phase() instanceof Job.Local) {
          events.add(LocalJobs.workspaceDeleted(job));
        }
      }
      return events;
    }
    if (!state.names.jobs(id).isEmpty()) {
      return List.of();
    }
    Scopes.takeAlong(state, workspace.scope(), List.of(), events);
    events.add(new Event.WorkspaceDeleted(id));
    return events;
  }

  /// Jobs that ended, whose end history has, and that nobody is likely to ask for again at once.
  private static @Nullable Envelope archive(State state, Kernel.Moment moment) {
    List<JobId> jobs = new ArrayList<>();
    for (EndedJob ended : state.ended) {
      Thing thing = new Thing(Thing.Kind.JOB, ended.job().value());
      if (jobs.size() == ARCHIVED_AT_ONCE || !guarded(thing, () -> leaves(state, ended, moment))) {
        break;
      }
      jobs.add(ended.job());
    }
    return jobs.isEmpty()
        ? null
        : envelope(moment.now(), "archive", List.of(new Event.JobsArchived(jobs)));
  }

  private static boolean leaves(State state, EndedJob ended, Kernel.Moment moment) {
    Job job = State.require(state.jobs.get(ended.job()), "job", ended.job());
    return job.phase() instanceof Job.Ended end
        && end.at() + state.settings.archiveMillis() <= moment.now()
        && ended.sequence() <= moment.historyReached();
  }
}
