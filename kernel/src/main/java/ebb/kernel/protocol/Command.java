package ebb.kernel.protocol;

import java.util.List;

/// All that can be asked of the kernel, and all that the world can report to it.
///
/// A command carries no time and no actor of its own: both come with it in an [Order], stamped by
/// the engine.
public sealed interface Command {

  /// What somebody wants. May be refused; is always checked for permission first.
  sealed interface Wish extends Command {}

  /// What the world says. Never refused for lack of permission; one that no longer fits is answered
  /// with [Rejection.NotExpected] and changes nothing.
  sealed interface Report extends Command {
    /// When the reporter saw it, in the engine's milliseconds; 0 if it cannot say.
    default long observed() {
      return 0;
    }
  }

  // Scopes.

  /// Creates the group, or changes its tags.
  record PutGroup(Scope group, String location, List<Tag> tags) implements Wish {}

  /// With all workspaces in it.
  record DeleteGroup(Scope group) implements Wish {}

  /// Creates the workspace, or changes its tags; null leaves them as they are.
  record PutWorkspace(Scope workspace, String location, @Nullable List<Tag> tags) implements Wish {
    public PutWorkspace(Scope workspace, String location) {
      this(workspace, location, null);
    }
  }

  record DeleteWorkspace(Scope workspace) implements Wish {}

  record PutLock(Lock lock) implements Wish {}

  record DeleteLock(Scope scope, String name) implements Wish {}

  record AssignRole(RoleAssignment assignment) implements Wish {}

  record RemoveRole(RoleAssignment assignment) implements Wish {}

  // What decisions read.

  record ChangeSettings(Settings settings) implements Wish {}

  record ChangeSizes(List<VmSize> sizes) implements Wish {}

  record ChangePrices(String currency, List<Price> prices) implements Wish {}

  record SetQuota(QuotaKey key, int limit) implements Wish {}

  // Clusters.

  /// Creates the cluster, or changes what may change of it: numbers of nodes, idle time, tags.
  record PutCluster(Scope workspace, String name, ClusterSpec spec) implements Wish {}

  /// Changes the numbers only; -1 leaves one as it is.
  record ScaleCluster(Scope workspace, String name, int min, int max, long idleMillis)
      implements Wish {}

  record DeleteCluster(Scope workspace, String name) implements Wish {}

  // Jobs.

  /// `nameCheckedAt`: when the shell last saw, in the engine's milliseconds, that history holds no
  /// job of this name. `serverless`: the job wants nodes of this kind, and `spec` names the cluster
  /// that Ebb keeps for them; null for a job on a cluster of the user's own.
  record SubmitJob(
      Scope workspace,
      String name,
      JobSpec spec,
      @Nullable Serverless serverless,
      long nameCheckedAt)
      implements Wish {
    public SubmitJob(Scope workspace, String name, JobSpec spec, long nameCheckedAt) {
      this(workspace, name, spec, null, nameCheckedAt);
    }
  }

  record CancelJob(Scope workspace, String name) implements Wish {}

  /// Nobody is shown the ended job any more. `past`: the id that the shell saw, for a job that has
  /// left memory meanwhile.
  record DeleteJob(Scope workspace, String name, JobId past) implements Wish {}

  /// Says something else about the job, whatever has become of it, and whether lists leave it out.
  /// `past` as in [DeleteJob].
  record DescribeJob(Scope workspace, String name, JobId past, Description description)
      implements Wish {}

  // Local jobs: what the machine that has one says, on behalf of whoever submitted it.

  /// The command of the local job runs.
  record ReportLocalStart(Scope workspace, String name) implements Wish {}

  /// The command of the local job has ended, and what it has left is on its way to the server.
  record ReportLocalSending(Scope workspace, String name) implements Wish {}

  record ReportLocalEnd(Scope workspace, String name, TaskReport report) implements Wish {}

  // The shell's reports.

  /// The first command of every start. `owner` becomes owner of everything if nobody is.
  record StartServer(
      String installation, long epoch, long lastAlive, String owner, boolean safeMode)
      implements Report {}

  /// The wall clock and the engine's time came apart, or the machine slept.
  record ClockJumped(long gapMillis) implements Report {}

  record HostFound(Host host) implements Report {}

  record StorageMeasured(long freeBytes, long markBytes) implements Report {}

  // The backend's reports.

  /// The backend has durably claimed the node. `ack` numbers what it has claimed.
  record NodeAccepted(NodeId node, long ack, long observed) implements Report {}

  record NodeReady(NodeId node, long ack, long observed) implements Report {}

  /// The node cannot be had, or broke.
  record NodeFailed(NodeId node, String detail, long observed) implements Report {}

  /// The backend takes the node back.
  record NodePreempted(NodeId node, long observed) implements Report {}

  record NodeUnreachable(NodeId node, long observed) implements Report {}

  record NodeReachable(NodeId node, long observed) implements Report {}

  /// The node does not exist any more, or never did.
  record NodeGone(NodeId node, long observed) implements Report {}

  /// The task's first instruction. `acceptedAt` and `preparedAt` as the backend saw them; 0 if it
  /// cannot say.
  record TaskStarted(TaskId task, long ack, long acceptedAt, long preparedAt, long observed)
      implements Report {}

  record TaskExited(TaskId task, TaskReport report, long observed) implements Report {}

  /// Everything of ours that the backend has. Complete for whatever it acknowledged up to
  /// `completeTo`.
  record BackendListed(List<NodeId> nodes, List<TaskId> tasks, long completeTo) implements Report {}

  /// The engine's own: a throw while deciding about a thing.
  record QuarantineThing(Thing thing, String incident) implements Report {}

  record EndQuarantine(Thing thing) implements Wish {}
}
