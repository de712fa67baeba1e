package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.placement.ClusterLoad;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.KeepCause;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.Thing;
import java.util.ArrayList;
import java.util.List;

/// What happens when a deadline passes.
final class Expiry {
  /// A node kept for a reason that may end at any time is asked again at the latest after this.
  private static final long KEPT_LEAST_MILLIS = 10_000;

  /// A node kept for the minimum is asked again when the numbers of its cluster change, and once an
  /// hour.
  private static final long KEPT_FOR_MINIMUM_MILLIS = 3_600_000;

  private Expiry() {}

  static List<Event> of(State state, Thing thing, long now) {
    List<Event> events = new ArrayList<>();
    switch (thing.kind()) {
      case NODE -> {
        NodeId id = new NodeId(thing.id());
        node(state, State.require(state.nodes.get(id), "node", id), now, events);
      }
      case ATTEMPT -> {
        AttemptId id = new AttemptId(thing.id());
        attempt(state, State.require(state.attempts.get(id), "attempt", id), now, events);
      }
      case JOB -> {
        JobId id = new JobId(thing.id());
        job(state, State.require(state.jobs.get(id), "job", id), now, events);
      }
      case CLUSTER -> events.add(new Event.GrowthBackOffEnded(new ClusterId(thing.id())));
      case WORKSPACE -> throw new IllegalStateException("workspaces have no deadlines");
    }
    return events;
  }

  private static void node(State state, Node node, long now, List<Event> events) {
    boolean outOfSight = node.unreachableUntil() != 0 && node.unreachableUntil() <= now;
    if (outOfSight && !node.isLeaving()) {
      Nodes.lose(state, node, ReleaseCause.LOST, "out of sight for too long", now, now, events);
      return;
    }
    switch (node.phase()) {
      case Node.Requested _, Node.Preparing _ ->
          Nodes.lose(state, node, ReleaseCause.BOOT_TIMEOUT, "not ready in time", now, now, events);
      case Node.Idle _ -> idle(state, node, now, events);
      case Node.Running _ -> throw new IllegalStateException("a running node has no deadline");
      case Node.Leaving leaving ->
          events.add(
              new Event.ReleaseOverdue(
                  node.id(), leaving.overdue() + 1, now + state.settings.leaveMillis()));
    }
  }

  private static void idle(State state, Node node, long now, List<Event> events) {
    Cluster cluster = state.clusterOf(node);
    KeepCause keep = keepCause(state, cluster, now);
    if (keep == null) {
      Nodes.release(
          state,
          node,
          ReleaseCause.IDLE_TIMEOUT,
          "idle for " + Rules.time(cluster.spec().idleMillis()),
          now,
          now,
          events);
      return;
    }
    long wait =
        keep == KeepCause.MINIMUM
            ? KEPT_FOR_MINIMUM_MILLIS
            : Math.max(KEPT_LEAST_MILLIS, cluster.spec().idleMillis());
    events.add(new Event.NodeKept(node.id(), keep, now + wait));
  }

  /// Why an idle node of this cluster stays; null if it may go.
  static @Nullable KeepCause keepCause(State state, Cluster cluster, long now) {
    ClusterLoad load = state.load(cluster.id());
    if (Guards.scaling(state, state.scopeOf(cluster)) != null) {
      return KeepCause.LOCKED;
    }
    if (load.staying() <= cluster.spec().min()) {
      return KeepCause.MINIMUM;
    }
    return Why.placement(state, cluster, now).needsIdle() ? KeepCause.CLAIMED : null;
  }

  private static void attempt(State state, Attempt attempt, long now, List<Event> events) {
    switch (attempt.phase()) {
      case Attempt.Starting _ ->
          events.add(
              Jobs.stopping(
                  state, attempt, EndCause.INFRASTRUCTURE, 0, "not started in time", now));
      case Attempt.Running _ ->
          events.add(
              Jobs.stopping(
                  state,
                  attempt,
                  EndCause.TIME_LIMIT,
                  0,
                  Rules.limitReached(attempt.limitMillis()),
                  now));
      case Attempt.Stopping stopping -> {
        Tasks.stuck(state, attempt, now, events);
        events.add(
            new Event.AttemptStopping(
                attempt.id(),
                stopping.cause(),
                stopping.code(),
                stopping.detail(),
                now + state.settings.leaveMillis()));
      }
    }
  }

  private static void job(State state, Job job, long now, List<Event> events) {
    switch (job.phase()) {
      case Job.Queued _ ->
          events.add(
              new Event.JobEnded(
                  job.id(), EndCause.QUEUE_LIMIT, 0, "waited in the queue for too long"));
      case Job.BackingOff _ ->
          events.add(new Event.BackOffEnded(job.id(), Jobs.queueDeadline(state, job, now)));
      case Job.Assembling _ -> {
        int failures = job.failures() + 1;
        events.add(
            new Event.JobBackedOff(
                job.id(),
                EndCause.INFRASTRUCTURE,
                job.used(),
                failures,
                now + Jobs.backOff(state, failures)));
      }
      case Job.Local local -> events.add(LocalJobs.lost(job, local));
      case Job.Active _, Job.Ended _ ->
          throw new IllegalStateException("no deadline in " + Why.phase(job));
    }
  }
}
