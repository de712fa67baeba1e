package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.placement.ClusterLoad;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.Thing;

/// Whatever waits, waits until a time: no phase of a node, attempt or unended job is without one,
/// and each is set within the bound that the settings give it. What is being deleted waits for
/// nothing but ends that have deadlines of their own, or for the end of a quarantine.
final class EveryPhaseHasADeadline implements Promise {
  /// Farther off than any setting of these worlds.
  private static final long FAR = 30L * 24 * 3600 * 1000;

  /// A node that is kept is asked again at least once an hour, or once in its idle time.
  private static final long KEPT_MOST = 3600 * 1000;

  @Override
  public void event(Envelope envelope, Event event, History history) {
    Settings bounds = history.settings;
    switch (event) {
      case Event.ServerStarted e -> set(e, e.observeUntil(), envelope, bounds.observeMillis());
      case Event.ClockJumped e -> set(e, e.observeUntil(), envelope, bounds.observeMillis());
      case Event.NodeRequested e -> set(e, e.deadline(), envelope, bounds.bootMillis());
      case Event.NodeAccepted e -> set(e, e.deadline(), envelope, bounds.bootMillis());
      case Event.NodeReleased e -> set(e, e.deadline(), envelope, bounds.leaveMillis());
      case Event.ReleaseOverdue e -> set(e, e.deadline(), envelope, bounds.leaveMillis());
      case Event.NodeUnreachable e -> set(e, e.deadline(), envelope, bounds.unreachableMillis());
      case Event.NodeKept e -> set(e, e.until(), envelope, keptMost(e, history));
      case Event.GrowthFailed e -> {
        long open = history.clusters.get(e.cluster()).growthNotBefore - envelope.at();
        set(e, e.retryAt(), envelope, Math.max(open, bounds.backOffMaxMillis()));
      }
      case Event.JobQueued e ->
          set(e, e.deadline(), envelope, Math.max(bounds.queueMillis(), bounds.startMillis()));
      case Event.JobAssembling e -> set(e, e.deadline(), envelope, bounds.assemblyMillis());
      case Event.JobBackedOff e -> set(e, e.until(), envelope, bounds.backOffMaxMillis());
      case Event.AttemptOrdered e -> set(e, e.deadline(), envelope, bounds.startMillis());
      case Event.AttemptStopping e -> {
        long grace = bounds.graceMillis() + bounds.stopMillis();
        set(e, e.deadline(), envelope, Math.max(grace, bounds.leaveMillis()));
      }
      case Event.TaskStarted e -> {
        History.Attempt attempt = history.attempts.get(e.task().attempt());
        long limit = history.jobs.get(attempt.ordered.job()).queued.limitMillis();
        check(e.limitAt() <= Math.max(attempt.limitAt, e.at() + limit), e, ", limit ", limit);
      }
      case Event.BackOffEnded e -> queued(e, e.job(), e.deadline(), envelope, history);
      case Event.ClaimGivenBack e -> queued(e, e.job(), e.deadline(), envelope, history);
      default -> {} // those of local jobs are looked at once settled; the others set no deadline
    }
  }

  private void set(Event event, long deadline, Envelope envelope, long mostMillis) {
    long at = envelope.at();
    check(deadline >= at && deadline <= at + mostMillis, event, " at ", at, ": ", mostMillis);
  }

  /// Until the same time as before, which may have passed, if it has not run since; else anew.
  private void queued(Event event, JobId job, long deadline, Envelope envelope, History history) {
    long open = history.jobs.get(job).queueDeadline;
    if (open == 0) {
      set(event, deadline, envelope, history.settings.queueMillis());
    } else {
      check(deadline == open, event, ", and before ", open);
    }
  }

  private static long keptMost(Event.NodeKept kept, History history) {
    ClusterId cluster = history.nodes.get(kept.node()).requested.cluster();
    return Math.max(KEPT_MOST, history.clusters.get(cluster).spec.idleMillis());
  }

  @Override
  public void settled(State state, long now, History history) {
    for (Node node : state.allNodes()) {
      boolean bounded =
          switch (node.phase()) {
            case Node.Requested requested -> within(requested.deadline(), now);
            case Node.Preparing preparing -> within(preparing.deadline(), now);
            case Node.Idle idle -> isBounded(idle, state.cluster(node.cluster()), now);
            case Node.Running running -> state.attempt(running.task().attempt()) != null;
            case Node.Leaving leaving -> within(leaving.deadline(), now);
          };
      check(bounded, node);
    }
    for (Attempt attempt : state.allAttempts()) {
      check(within(attempt.phase().deadline(), now), attempt);
    }
    for (Cluster cluster : state.allClusters()) {
      Thing thing = new Thing(Thing.Kind.CLUSTER, cluster.id().value());
      boolean waits = history.quarantine.containsKey(thing);
      check(!cluster.deleting() || waits || isComingDown(cluster, state), cluster);
    }
    for (Workspace workspace : state.allWorkspaces()) {
      Thing thing = new Thing(Thing.Kind.WORKSPACE, workspace.id().value());
      boolean waits = history.quarantine.containsKey(thing);
      check(!workspace.deleting() || waits || isComingDown(workspace, state), workspace);
    }
    for (Job job : state.allJobs()) {
      boolean bounded =
          switch (job.phase()) {
            case Job.Queued queued -> within(queued.deadline(), now);
            case Job.BackingOff backingOff -> within(backingOff.until(), now);
            case Job.Assembling assembling -> within(assembling.deadline(), now);
            case Job.Local local -> within(local.deadline(), now);
            case Job.Active active -> state.attempt(active.attempt()) != null;
            case Job.Ended _ -> true; // history takes it
          };
      check(bounded, job);
    }
  }

  private static boolean within(long deadline, long now) {
    return deadline > 0 && deadline < now + FAR;
  }

  private static boolean isBounded(Node.Idle idle, Cluster cluster, long now) {
    long idleMillis = cluster.spec().idleMillis();
    return idle.at() <= now && idle.keptUntil() <= now + Math.max(KEPT_MOST, idleMillis);
  }

  /// Something of it is still there, and all that is there is on its way out.
  private static boolean isComingDown(Cluster cluster, State state) {
    ClusterLoad load = state.load(cluster.id());
    boolean ending = true;
    for (Job job : state.allJobs()) {
      Attempt attempt =
          job.phase() instanceof Job.Active active ? state.attempt(active.attempt()) : null;
      ending &=
          job.isEnded()
              || !job.cluster().equals(cluster.id())
              || (attempt != null && attempt.isStopping());
    }
    for (NodeId id : load.nodes()) {
      Node.Phase phase = state.node(id).phase();
      ending &= phase instanceof Node.Leaving || phase instanceof Node.Running;
    }
    return ending && load.unended() + load.existing() > 0;
  }

  /// Jobs that have ended keep a workspace until history has them.
  private static boolean isComingDown(Workspace workspace, State state) {
    boolean ending = true;
    boolean clustersLeft = false;
    for (Cluster cluster : state.allClusters()) {
      if (cluster.workspace().equals(workspace.id())) {
        clustersLeft = true;
        ending &= cluster.deleting();
      }
    }
    boolean jobsLeft = false;
    for (Job job : state.allJobs()) {
      if (job.workspace().equals(workspace.id())) {
        jobsLeft = true;
        ending &= clustersLeft || job.isEnded();
      }
    }
    return ending && (clustersLeft || jobsLeft);
  }
}
