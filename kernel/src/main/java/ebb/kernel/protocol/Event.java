package ebb.kernel.protocol;

import java.util.List;

/// All that can be true from some moment on. Events carry resolved values: absolute deadlines,
/// rates in force, effective limits. Meaning changes by a new event, never by a changed `apply`.
///
/// The numbers under which events and fields are stored are in the table of `EventFormats`.
public sealed interface Event {

  /// Where and what the server is, and what decisions read.
  sealed interface SystemEvent extends Event {}

  /// Scopes and permissions.
  sealed interface ScopeEvent extends Event {}

  sealed interface ClusterEvent extends Event {}

  sealed interface NodeEvent extends Event {
    NodeId node();
  }

  sealed interface JobEvent extends Event {}

  sealed interface AttemptEvent extends Event {}

  // System.

  /// `observeUntil`: deadlines of what a backend answers for wait until it has answered, or until
  /// then.
  record ServerStarted(
      String installation, long epoch, long lastAlive, boolean safeMode, long observeUntil)
      implements SystemEvent {}

  record ClockJumped(long gapMillis, long observeUntil) implements SystemEvent {}

  /// The backend has answered for everything: deadlines fire again.
  record BackendObserved() implements SystemEvent {}

  record SettingsChanged(Settings settings) implements SystemEvent {}

  record SizesChanged(List<VmSize> sizes) implements SystemEvent {
    public SizesChanged {
      sizes = List.copyOf(sizes);
    }
  }

  record PricesChanged(String currency, List<Price> prices) implements SystemEvent {
    public PricesChanged {
      prices = List.copyOf(prices);
    }
  }

  record QuotaChanged(QuotaKey key, int limit) implements SystemEvent {}

  record HostChanged(Host host) implements SystemEvent {}

  record StorageChanged(boolean low, long freeBytes, long markBytes) implements SystemEvent {}

  /// The backend has something of ours that nobody here knows; it is being let go.
  record StrayNodeFound(NodeId node) implements SystemEvent {}

  record StrayNodeGone(NodeId node) implements SystemEvent {}

  record StrayTaskFound(TaskId task) implements SystemEvent {}

  record StrayTaskGone(TaskId task) implements SystemEvent {}

  record Quarantined(Thing thing, String incident) implements SystemEvent {}

  record QuarantineEnded(Thing thing) implements SystemEvent {}

  /// History only: what was asked and why it was refused.
  record CommandRefused(String command, String scope, String name, String rejection, String numbers)
      implements SystemEvent {}

  /// History only: a cancel, and the phase it hit.
  record CancelHit(JobId job, String phase) implements SystemEvent {}

  // Scopes.

  record RoleAssigned(RoleAssignment assignment) implements ScopeEvent {}

  record RoleRemoved(RoleAssignment assignment) implements ScopeEvent {}

  record LockPut(Lock lock) implements ScopeEvent {}

  record LockDeleted(Scope scope, String name) implements ScopeEvent {}

  record GroupPut(Scope group, String location, List<Tag> tags) implements ScopeEvent {
    public GroupPut {
      tags = List.copyOf(tags);
    }
  }

  record GroupDeleted(Scope group) implements ScopeEvent {}

  record WorkspaceCreated(WorkspaceId id, Scope scope, String location) implements ScopeEvent {}

  record WorkspaceTagged(WorkspaceId id, List<Tag> tags) implements ScopeEvent {
    public WorkspaceTagged {
      tags = List.copyOf(tags);
    }
  }

  record WorkspaceDeleting(WorkspaceId id) implements ScopeEvent {}

  record WorkspaceDeleted(WorkspaceId id) implements ScopeEvent {}

  // Clusters.

  record ClusterCreated(
      ClusterId id, WorkspaceId workspace, String name, ClusterSpec spec, VmSize size, Rates rates)
      implements ClusterEvent {}

  record ClusterChanged(ClusterId id, ClusterSpec spec) implements ClusterEvent {}

  /// New nodes of the cluster cost this from now on; nodes that exist keep their rates.
  record ClusterRepriced(ClusterId id, Rates rates) implements ClusterEvent {}

  record ClusterDeleting(ClusterId id) implements ClusterEvent {}

  record ClusterDeleted(ClusterId id) implements ClusterEvent {}

  // Nodes.

  /// `askedFor`: the job that pays for the boot; empty id 0 when the cluster itself wants the node.
  /// `isolation`: what the node gives, which is less than the cluster asks for where the host has
  /// no sandbox and may go without; `weaknesses`: what that lacks.
  record NodeRequested(
      NodeId node,
      ClusterId cluster,
      JobId askedFor,
      Rates rates,
      boolean virtual,
      Isolation isolation,
      List<Weakness> weaknesses,
      long deadline)
      implements NodeEvent {}

  /// The backend has claimed the node: it costs from `from` on.
  record NodeAccepted(NodeId node, long ack, long from, long deadline) implements NodeEvent {}

  record NodeReady(NodeId node, long ack, long at) implements NodeEvent {}

  /// The node could not be had: the cluster asks for no other before `retryAt`.
  record GrowthFailed(NodeId node, ClusterId cluster, String detail, int failures, long retryAt)
      implements NodeEvent {}

  /// The cluster may ask for nodes again.
  record GrowthBackOffEnded(ClusterId cluster) implements ClusterEvent {}

  record NodeReleased(NodeId node, ReleaseCause cause, String detail, long at, long deadline)
      implements NodeEvent {}

  /// The release takes longer than it may. The node is charged on.
  record ReleaseOverdue(NodeId node, int times, long deadline) implements NodeEvent {}

  record NodeUnreachable(NodeId node, long deadline) implements NodeEvent {}

  record NodeReachable(NodeId node) implements NodeEvent {}

  /// The idle timer fired and the node stays all the same, for the reason given; asked again at
  /// `until`.
  record NodeKept(NodeId node, KeepCause cause, long until) implements NodeEvent {}

  record NodeGone(NodeId node, long at) implements NodeEvent {}

  /// A stretch of a node's life, half-open, at one rate. `payer` is the job it belongs to, 0 for
  /// the cluster.
  record SegmentClosed(
      NodeId node,
      ClusterId cluster,
      JobId payer,
      SegmentKind kind,
      long from,
      long to,
      Rates rates,
      boolean virtual)
      implements NodeEvent {}

  // Jobs.

  /// Asked and effective limits both, for later questions. `submitter`: on whose behalf it runs,
  /// whoever it is charged to.
  record JobQueued(
      JobId job,
      WorkspaceId workspace,
      ClusterId cluster,
      String name,
      String submitter,
      JobSpec spec,
      Retries retries,
      long limitMillis,
      long deadline)
      implements JobEvent {}

  /// The job has a claim on nodes that are not all there yet.
  record JobAssembling(JobId job, long deadline) implements JobEvent {}

  /// Back to the queue, not before `until`; `used` is what is used of the retry budget with this
  /// one.
  record JobBackedOff(JobId job, EndCause cause, Retries used, int failures, long until)
      implements JobEvent {}

  record BackOffEnded(JobId job, long deadline) implements JobEvent {}

  /// The job waits in the queue again, in its old place and at once: its cluster may not have as
  /// many nodes any more. Nothing failed, so no retry is used.
  record ClaimGivenBack(JobId job, long deadline) implements JobEvent {}

  record CancelRequested(JobId job) implements JobEvent {}

  record JobEnded(JobId job, EndCause cause, int code, String detail) implements JobEvent {}

  /// The machine of whoever submitted the job has it; a sign of life is due until `deadline`.
  record LocalJobTaken(JobId job, long deadline) implements JobEvent {}

  /// Its command runs; its end is due until `deadline`.
  record LocalJobStarted(JobId job, long deadline) implements JobEvent {}

  /// What is due of a local job is due at another time: sooner after a cancel, later after a start
  /// of the server, which may have missed it, and while what the job has left is on its way.
  record LocalJobAwaited(JobId job, long deadline) implements JobEvent {}

  /// Nobody is shown the job any more, here or in history. What it cost stays in the ledger, and
  /// its name is never used again.
  record JobDeleted(JobId job) implements JobEvent {}

  /// Something else is said about the job, here or in history.
  record JobDescribed(JobId job, Description description) implements JobEvent {}

  /// History has these; they leave memory.
  record JobsArchived(List<JobId> jobs) implements JobEvent {
    public JobsArchived {
      jobs = List.copyOf(jobs);
    }
  }

  // Attempts.

  /// One task on each node, in rank order. `number` counts the attempts of the job from 1.
  record AttemptOrdered(AttemptId attempt, JobId job, int number, List<NodeId> nodes, long deadline)
      implements AttemptEvent {
    public AttemptOrdered {
      nodes = List.copyOf(nodes);
    }
  }

  /// The first of an attempt's tasks that starts sets `limitAt`; the others repeat it.
  record TaskStarted(TaskId task, long ack, long acceptedAt, long preparedAt, long at, long limitAt)
      implements AttemptEvent {}

  /// The task's end is confirmed and its node is idle again, unless it is leaving.
  record TaskEnded(TaskId task, TaskReport report, long at) implements AttemptEvent {}

  /// The attempt's tasks are told to stop. Said again, with a later deadline, when they do not.
  record AttemptStopping(AttemptId attempt, EndCause cause, int code, String detail, long deadline)
      implements AttemptEvent {}

  record AttemptEnded(AttemptId attempt, EndCause cause, int code, String detail)
      implements AttemptEvent {}
}
