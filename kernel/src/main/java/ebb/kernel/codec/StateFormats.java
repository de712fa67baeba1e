package ebb.kernel.codec;

import ebb.kernel.access.AccessRules;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.ResourceGroup;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.VmSize;
import java.util.List;

/// The numbers under which snapshots store what the state is made of. They start at 1000, so that
/// none is an event's; those of `Settings`, `VmSize` and `Host` are in [ValueFormats], since events
/// hold these too. How a line reads, and what may be done to it, is said in [EventFormats].
public final class StateFormats {
  static final String TEXT =
      """
      1000 Workspace: 1 WorkspaceId id, 2 Scope scope, 3 String location, 4 boolean deleting,
        5 long createdAt, 6 List<Tag> tags

      1005 ResourceGroup: 1 Scope scope, 2 String location, 3 List<Tag> tags, 4 long createdAt

      1001 Cluster: 1 ClusterId id, 2 WorkspaceId workspace, 3 String name, 4 ClusterSpec spec,
        5 VmSize size, 6 Rates rates, 7 boolean deleting, 8 int growthFailures,
        9 long growthNotBefore, 10 long createdAt, 11 long changedAt

      1002 Node: 1 NodeId id, 2 ClusterId cluster, 3 JobId askedFor, 4 Rates rates,
        5 boolean virtual, 6 Isolation isolation, 7 Node.Phase phase, 8 long ack, 9 long meterFrom,
        10 long unreachableUntil, 11 List<Weakness> weaknesses
      1 Node.Requested: 1 long at, 2 long deadline
      2 Node.Preparing: 1 long at, 2 long deadline
      3 Node.Idle: 1 long at, 2 long keptUntil
      4 Node.Running: 1 long at, 2 TaskId task
      5 Node.Leaving: 1 long at, 2 ReleaseCause cause, 3 String detail, 4 TaskId task,
        5 long deadline, 6 int overdue

      1003 Job: 1 JobId id, 2 WorkspaceId workspace, 3 ClusterId cluster, 4 String name,
        5 String submitter, 6 JobSpec spec, 7 long sequence, 8 long queuedAt, 9 Retries retries,
        10 Retries used, 11 long limitMillis, 12 int attempts, 13 int failures,
        14 boolean cancelRequested, 15 Job.Phase phase, 16 Description description
      1 Job.Queued: 1 long at, 2 long deadline
      2 Job.BackingOff: 1 long at, 2 EndCause cause, 3 long until, 4 long queueDeadline
      3 Job.Assembling: 1 long at, 2 long deadline, 3 long queueDeadline
      4 Job.Active: 1 long at, 2 AttemptId attempt
      5 Job.Ended: 1 long at, 2 EndCause cause, 3 int code, 4 String detail, 5 long sequence,
        6 boolean deleted
      6 Job.Local: 1 long at, 2 long startedAt, 3 long deadline

      1004 Attempt: 1 AttemptId id, 2 JobId job, 3 ClusterId cluster, 4 int number,
        5 long orderedAt, 6 long limitMillis, 7 List<Attempt.Task> tasks, 8 int live,
        9 Attempt.Phase phase
      1 Attempt.Starting: 1 long deadline
      2 Attempt.Running: 1 long at, 2 long deadline
      3 Attempt.Stopping: 1 long at, 2 EndCause cause, 3 int code, 4 String detail, 5 long limitAt,
        6 long deadline
      Attempt.Task: 1 NodeId node, 2 Attempt.TaskPhase phase
      1 Attempt.Ordered:
      2 Attempt.Started: 1 long at, 2 long ack
      3 Attempt.Ended: 1 long at, 2 TaskReport report

      1010 Position: 1 String installation, 2 long epoch, 3 long nextCounter, 4 long sequence,
        5 long now, 6 boolean safeMode, 7 long observeUntil
      1013 PricesInForce: 1 String currency, 2 List<Price> prices, 3 boolean charged
      1015 StorageRoom: 1 boolean low, 2 long freeBytes, 3 long markBytes
      1016 QuotaLimit: 1 QuotaKey key, 2 int limit
      1017 AccessRules: 1 List<RoleAssignment> assignments, 2 List<Lock> locks
      1018 StrayNode: 1 NodeId node
      1019 StrayTask: 1 TaskId task
      1020 InQuarantine: 1 Thing thing, 2 String incident
      1021 ClusterCharges: 1 ClusterId cluster, 2 Charges charges
      1022 JobCharges: 1 JobId job, 2 Charges charges
      Charges: 1 long bootMillis, 2 long runMillis, 3 long idleMillis, 4 long leaveMillis,
        5 long unpricedMillis, 6 Cost list, 7 Cost internal, 8 Cost invoice
      Cost: 1 long high, 2 long low
      """;

  static final FormatTable TABLE =
      FormatTable.draft(
              TEXT,
              ValueFormats.TEXT,
              ResourceGroup.class,
              Workspace.class,
              Cluster.class,
              Node.class,
              Job.class,
              Attempt.class,
              Fact.class,
              Settings.class,
              VmSize.class,
              Host.class,
              AccessRules.class)
          .whenAbsent("Node", "weaknesses", _ -> List.of())
          .whenAbsent("HostIsolation", "unlimited", _ -> List.of())
          .build();

  private StateFormats() {}
}
