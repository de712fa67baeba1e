package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.ResourceGroup;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.money.Charges;
import ebb.kernel.money.PriceBook;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.VmSize;
import java.util.List;
import java.util.TreeMap;

/// Makes events true. Changes, and decides nothing: what an event does follows from the event and
/// the record it concerns alone. Never changed in meaning, because every journal ever written is
/// read by it.
final class Apply {
  private Apply() {}

  static void event(State state, Event event, long at) {
    switch (event) {
      case Event.AttemptEvent attempt -> attempt(state, attempt, at);
      case Event.NodeEvent node -> node(state, node, at);
      case Event.JobEvent job -> job(state, job, at);
      case Event.ClusterEvent cluster -> cluster(state, cluster, at);
      case Event.ScopeEvent scope -> scope(state, scope, at);
      case Event.SystemEvent system -> system(state, system);
    }
  }

  private static void system(State state, Event.SystemEvent event) {
    switch (event) {
      case Event.ServerStarted started -> {
        state.installation = started.installation();
        state.epoch = started.epoch();
        state.safeMode = started.safeMode();
        state.observeUntil = started.observeUntil();
        state.lookAtAll();
      }
      case Event.ClockJumped jumped -> state.observeUntil = jumped.observeUntil();
      case Event.BackendObserved _ -> state.observeUntil = 0;
      case Event.SettingsChanged changed -> {
        state.settings = changed.settings();
        state.lookAtAll();
      }
      case Event.SizesChanged changed -> {
        state.sizes = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (VmSize size : changed.sizes()) {
          state.sizes.put(size.name(), size);
        }
      }
      case Event.PricesChanged changed ->
          state.prices = new PriceBook(changed.currency(), changed.prices());
      case Event.QuotaChanged changed -> {
        state.quotas.setLimit(changed.key(), changed.limit());
        state.lookAtAll(); // a lower limit takes a job from the head, and others may then go
      }
      case Event.HostChanged changed -> {
        state.host = changed.host();
        state.lookAtAll();
      }
      case Event.StorageChanged changed -> {
        state.storage = new State.Storage(changed.low(), changed.freeBytes(), changed.markBytes());
        state.wake(Agenda.Key.STORAGE);
      }
      case Event.StrayNodeFound found -> state.putStray(found.node(), true);
      case Event.StrayNodeGone gone -> state.putStray(gone.node(), false);
      case Event.StrayTaskFound found -> state.putStray(found.task(), true);
      case Event.StrayTaskGone gone -> state.putStray(gone.task(), false);
      case Event.Quarantined quarantined ->
          state.putInQuarantine(quarantined.thing(), quarantined.incident());
      case Event.QuarantineEnded ended -> state.putBack(ended.thing());
      case Event.CommandRefused _, Event.CancelHit _ -> {} // history only
    }
  }

  private static void scope(State state, Event.ScopeEvent event, long at) {
    switch (event) {
      case Event.RoleAssigned assigned -> state.access = state.access.with(assigned.assignment());
      case Event.RoleRemoved removed -> state.access = state.access.without(removed.assignment());
      case Event.LockPut put -> {
        state.access = state.access.with(put.lock());
        state.lookAtAll();
      }
      case Event.LockDeleted deleted -> {
        state.access = state.access.without(deleted.scope(), deleted.name());
        state.wake(Agenda.Key.LOCKS);
      }
      case Event.WorkspaceCreated created -> {
        state.usedId(created.id().value());
        state.putWorkspace(
            created.id(),
            new Workspace(created.id(), created.scope(), created.location(), false, at, List.of()));
      }
      case Event.WorkspaceTagged tagged ->
          state.putWorkspace(
              tagged.id(),
              State.require(state.workspaces.get(tagged.id()), "workspace", tagged.id())
                  .with(tagged.tags()));
      case Event.GroupPut put -> {
        ResourceGroup before = state.groups.find(put.group());
        long since = before == null ? at : before.createdAt();
        state.groups =
            state.groups.with(new ResourceGroup(put.group(), put.location(), put.tags(), since));
      }
      case Event.GroupDeleted deleted -> state.groups = state.groups.without(deleted.group());
      case Event.WorkspaceDeleting deleting ->
          state.putWorkspace(
              deleting.id(),
              State.require(state.workspaces.get(deleting.id()), "workspace", deleting.id())
                  .asDeleting());
      case Event.WorkspaceDeleted deleted -> state.putWorkspace(deleted.id(), null);
    }
  }

  private static void cluster(State state, Event.ClusterEvent event, long at) {
    switch (event) {
      case Event.ClusterCreated created -> {
        state.usedId(created.id().value());
        state.putCluster(created.id(), Cluster.of(created, at));
      }
      case Event.ClusterChanged changed -> {
        Cluster cluster = cluster(state, changed.id());
        state.putCluster(changed.id(), cluster.with(changed.spec(), at));
        for (NodeId id : List.copyOf(state.load(changed.id()).nodes())) {
          Node node = node(state, id);
          if (node.phase() instanceof Node.Idle idle && idle.keptUntil() != 0) {
            state.putNode(id, node.with(new Node.Idle(idle.at(), 0)));
          }
        }
      }
      case Event.ClusterRepriced repriced ->
          state.putCluster(repriced.id(), cluster(state, repriced.id()).with(repriced.rates()));
      case Event.ClusterDeleting deleting ->
          state.putCluster(deleting.id(), cluster(state, deleting.id()).asDeleting(at));
      case Event.ClusterDeleted deleted -> state.putCluster(deleted.id(), null);
      case Event.GrowthBackOffEnded ended -> {
        Cluster cluster = cluster(state, ended.cluster());
        state.putCluster(ended.cluster(), cluster.withGrowth(cluster.growthFailures(), 0));
      }
    }
  }

  private static void node(State state, Event.NodeEvent event, long at) {
    NodeId id = event.node();
    switch (event) {
      case Event.SegmentClosed closed -> segment(state, closed);
      case Event.NodeRequested requested -> {
        state.usedId(id.value());
        state.putNode(
            id,
            new Node(
                id,
                requested.cluster(),
                requested.askedFor(),
                requested.rates(),
                requested.virtual(),
                requested.isolation(),
                requested.weaknesses(),
                new Node.Requested(at, requested.deadline()),
                0,
                0,
                0));
      }
      case Event.NodeAccepted accepted -> {
        Node node = node(state, id).withAck(accepted.ack()).meteredFrom(accepted.from());
        state.putNode(
            id, node.isLeaving() ? node : node.with(new Node.Preparing(at, accepted.deadline())));
      }
      case Event.NodeReady ready -> {
        Node node = node(state, id).withAck(ready.ack());
        state.putNode(id, node.with(new Node.Idle(ready.at(), 0)));
        Cluster cluster = cluster(state, node.cluster());
        if (cluster.growthFailures() != 0 || cluster.growthNotBefore() != 0) {
          state.putCluster(cluster.id(), cluster.withGrowth(0, 0));
        }
      }
      case Event.GrowthFailed failed -> {
        Cluster cluster = cluster(state, failed.cluster());
        state.putCluster(cluster.id(), cluster.withGrowth(failed.failures(), failed.retryAt()));
      }
      case Event.NodeReleased released -> {
        Node node = node(state, id);
        state.putNode(
            id,
            node.with(
                new Node.Leaving(
                    released.at(),
                    released.cause(),
                    released.detail(),
                    node.task(),
                    released.deadline(),
                    0)));
      }
      case Event.ReleaseOverdue overdue -> releaseOverdue(state, overdue);
      case Event.NodeKept kept -> {
        Node node = node(state, id);
        state.putNode(id, node.with(new Node.Idle(node.phase().at(), kept.until())));
      }
      case Event.NodeUnreachable unreachable ->
          state.putNode(id, node(state, id).withUnreachableUntil(unreachable.deadline()));
      case Event.NodeReachable _ -> state.putNode(id, node(state, id).withUnreachableUntil(0));
      case Event.NodeGone _ -> state.putNode(id, null);
    }
  }

  private static void releaseOverdue(State state, Event.ReleaseOverdue overdue) {
    Node node = node(state, overdue.node());
    if (node.phase() instanceof Node.Leaving leaving) {
      state.putNode(
          node.id(),
          node.with(
              new Node.Leaving(
                  leaving.at(),
                  leaving.cause(),
                  leaving.detail(),
                  leaving.task(),
                  overdue.deadline(),
                  overdue.times())));
    }
  }

  private static void segment(State state, Event.SegmentClosed closed) {
    NodeId id = closed.node();
    state.putNode(id, node(state, id).meteredFrom(closed.to()));
    state.charged |= !closed.rates().equals(Rates.NONE);
    long millis = closed.to() - closed.from();
    Charges cluster = state.charges(closed.cluster());
    state.clusterCharges.put(closed.cluster(), cluster.plus(closed.kind(), millis, closed.rates()));
    if (state.jobs.containsKey(closed.payer())) {
      state.jobCharges.put(
          closed.payer(),
          state.charges(closed.payer()).plus(closed.kind(), millis, closed.rates()));
      state.touched.jobs.add(closed.payer());
    }
  }

  private static void job(State state, Event.JobEvent event, long at) {
    switch (event) {
      case Event.JobQueued queued -> {
        state.usedId(queued.job().value());
        state.putJob(
            queued.job(),
            new Job(
                queued.job(),
                queued.workspace(),
                queued.cluster(),
                queued.name(),
                queued.submitter(),
                queued.spec(),
                state.sequence,
                at,
                queued.retries(),
                Retries.NONE,
                queued.limitMillis(),
                0,
                0,
                false,
                new Job.Queued(at, queued.deadline()),
                Description.AS_SUBMITTED));
      }
      case Event.JobAssembling assembling -> {
        Job job = job(state, assembling.job());
        state.putJob(
            job.id(), job.with(new Job.Assembling(at, assembling.deadline(), job.queueDeadline())));
      }
      case Event.JobBackedOff backedOff -> {
        Job job = job(state, backedOff.job());
        Job.BackingOff next =
            new Job.BackingOff(at, backedOff.cause(), backedOff.until(), job.queueDeadline());
        state.putJob(job.id(), job.backedOff(backedOff.used(), backedOff.failures(), next));
      }
      case Event.BackOffEnded ended ->
          state.putJob(
              ended.job(), job(state, ended.job()).with(new Job.Queued(at, ended.deadline())));
      case Event.ClaimGivenBack back ->
          state.putJob(
              back.job(), job(state, back.job()).with(new Job.Queued(at, back.deadline())));
      case Event.CancelRequested requested ->
          state.putJob(requested.job(), job(state, requested.job()).asCancelRequested());
      case Event.JobEnded ended -> ended(state, ended, at);
      case Event.JobDeleted deleted -> deleted(state, deleted);
      case Event.JobDescribed described -> described(state, described);
      case Event.LocalJobTaken taken ->
          state.putJob(
              taken.job(),
              job(state, taken.job()).attempted(1, new Job.Local(at, 0, taken.deadline())));
      case Event.LocalJobStarted started ->
          state.putJob(
              started.job(),
              job(state, started.job()).with(new Job.Local(at, at, started.deadline())));
      case Event.LocalJobAwaited awaited -> {
        Job job = job(state, awaited.job());
        if (job.phase() instanceof Job.Local local) {
          Job.Local next = new Job.Local(local.at(), local.startedAt(), awaited.deadline());
          state.putJob(job.id(), job.with(next));
        }
      }
      case Event.JobsArchived archived -> {
        for (JobId id : archived.jobs()) {
          state.putJob(id, null);
        }
      }
    }
  }

  private static void ended(State state, Event.JobEnded ended, long at) {
    Job.Ended phase =
        new Job.Ended(at, ended.cause(), ended.code(), ended.detail(), state.sequence, false);
    state.putJob(ended.job(), job(state, ended.job()).with(phase));
  }

  /// One that has left memory is history's alone.
  private static void deleted(State state, Event.JobDeleted deleted) {
    Job job = state.jobs.get(deleted.job());
    if (job != null && job.phase() instanceof Job.Ended ended) {
      state.putJob(job.id(), job.with(ended.asDeleted(state.sequence)));
    }
  }

  private static void described(State state, Event.JobDescribed described) {
    Job job = state.jobs.get(described.job());
    if (job != null) {
      state.putJob(job.id(), job.described(described.description(), state.sequence));
    }
  }

  private static void attempt(State state, Event.AttemptEvent event, long at) {
    switch (event) {
      case Event.AttemptOrdered ordered -> {
        state.usedId(ordered.attempt().value());
        Job job = job(state, ordered.job());
        Job.Active active = new Job.Active(at, ordered.attempt());
        state.putJob(job.id(), job.attempted(ordered.number(), active));
        state.putAttempt(
            ordered.attempt(),
            Attempt.ordered(
                ordered.attempt(), job, ordered.number(), ordered.nodes(), at, ordered.deadline()));
        for (int rank = 0; rank < ordered.nodes().size(); rank++) {
          NodeId id = ordered.nodes().get(rank);
          TaskId task = new TaskId(ordered.attempt(), rank);
          state.putNode(id, node(state, id).with(new Node.Running(at, task)));
        }
      }
      case Event.TaskStarted started -> taskStarted(state, started);
      case Event.TaskEnded ended -> taskEnded(state, ended);
      case Event.AttemptStopping stopping -> {
        Attempt attempt = attemptOf(state, stopping.attempt());
        long limitAt =
            switch (attempt.phase()) {
              case Attempt.Starting _ -> 0;
              case Attempt.Running running -> running.deadline();
              case Attempt.Stopping before -> before.limitAt();
            };
        state.putAttempt(
            attempt.id(),
            attempt.with(
                new Attempt.Stopping(
                    at,
                    stopping.cause(),
                    stopping.code(),
                    stopping.detail(),
                    limitAt,
                    stopping.deadline())));
      }
      case Event.AttemptEnded ended -> state.putAttempt(ended.attempt(), null);
    }
  }

  private static void taskStarted(State state, Event.TaskStarted started) {
    Attempt attempt = attemptOf(state, started.task().attempt());
    Attempt next =
        attempt.withTask(started.task().rank(), new Attempt.Started(started.at(), started.ack()));
    state.putAttempt(
        attempt.id(),
        attempt.phase() instanceof Attempt.Starting
            ? next.with(new Attempt.Running(started.at(), started.limitAt()))
            : next);
    state.touched.jobs.add(attempt.job());
  }

  /// The node of a task that ended is idle, or leaves with nothing left to account for.
  private static void taskEnded(State state, Event.TaskEnded ended) {
    Attempt attempt = attemptOf(state, ended.task().attempt());
    int rank = ended.task().rank();
    state.putAttempt(
        attempt.id(), attempt.withTask(rank, new Attempt.Ended(ended.at(), ended.report())));
    Node node = node(state, attempt.task(rank).node());
    Node.Phase next =
        switch (node.phase()) {
          case Node.Leaving leaving ->
              new Node.Leaving(
                  leaving.at(),
                  leaving.cause(),
                  leaving.detail(),
                  TaskId.NONE,
                  leaving.deadline(),
                  leaving.overdue());
          case Node.Running _ -> new Node.Idle(ended.at(), 0);
          case Node.Requested _, Node.Preparing _, Node.Idle _ ->
              throw new IllegalStateException("no task on " + node);
        };
    state.putNode(node.id(), node.with(next));
  }

  private static Cluster cluster(State state, ClusterId id) {
    return State.require(state.clusters.get(id), "cluster", id);
  }

  private static Node node(State state, NodeId id) {
    return State.require(state.nodes.get(id), "node", id);
  }

  private static Job job(State state, JobId id) {
    return State.require(state.jobs.get(id), "job", id);
  }

  private static Attempt attemptOf(State state, ebb.kernel.protocol.AttemptId id) {
    return State.require(state.attempts.get(id), "attempt", id);
  }
}
