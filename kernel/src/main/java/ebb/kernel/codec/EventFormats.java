package ebb.kernel.codec;

import ebb.kernel.protocol.Event;
import java.util.List;

/// The numbers under which events are stored, for ever.
///
/// ```
/// 81 JobAssembling: 1 JobId job, 2 long deadline
/// ```
///
/// reads: the event `JobAssembling` has the number 81, its field 1 is the job's id, its field 2 the
/// deadline. A line that is too long goes on in the next, indented. Fields are numbered without
/// gaps, since their order is the order of the bytes. Once a version is released:
///
/// - A new event is a new line with the next free number of its group: `87 JobMoved since 2: …`. A
///   new field comes last and says since when, `3 int place since 2`, and [TableDraft#whenAbsent]
///   says what it means in older bytes.
/// - A field that is not needed any more keeps its number: `2 long deadline until 1`. What took its
///   place finds its value in [OldFields].
/// - A field or event that is only renamed keeps its number too: `2 long due was deadline`.
/// - An event that is not written any more keeps its line, `81 JobAssembling until 1: …`, and
///   [TableDraft#lifted] makes of it what is written instead.
/// - A constant that is gone says what it is read as: `3 SPOT as LOW`.
///
/// Numbers below 128 take one byte. A group that is full goes on behind the last group.
public final class EventFormats {
  static final String TEXT =
      """
      # System
      1 ServerStarted: 1 String installation, 2 long epoch, 3 long lastAlive, 4 boolean safeMode,
        5 long observeUntil
      2 ClockJumped: 1 long gapMillis, 2 long observeUntil
      3 BackendObserved:
      4 SettingsChanged: 1 Settings settings
      5 SizesChanged: 1 List<VmSize> sizes
      6 PricesChanged: 1 String currency, 2 List<Price> prices
      7 QuotaChanged: 1 QuotaKey key, 2 int limit
      8 HostChanged: 1 Host host
      9 StorageChanged: 1 boolean low, 2 long freeBytes, 3 long markBytes
      10 StrayNodeFound: 1 NodeId node
      11 StrayNodeGone: 1 NodeId node
      12 StrayTaskFound: 1 TaskId task
      13 StrayTaskGone: 1 TaskId task
      14 Quarantined: 1 Thing thing, 2 String incident
      15 QuarantineEnded: 1 Thing thing
      16 CommandRefused: 1 String command, 2 String scope, 3 String name, 4 String rejection,
        5 String numbers
      17 CancelHit: 1 JobId job, 2 String phase

      # Scopes
      30 RoleAssigned: 1 RoleAssignment assignment
      31 RoleRemoved: 1 RoleAssignment assignment
      32 LockPut: 1 Lock lock
      33 LockDeleted: 1 Scope scope, 2 String name
      34 WorkspaceCreated: 1 WorkspaceId id, 2 Scope scope, 3 String location
      35 WorkspaceDeleting: 1 WorkspaceId id
      36 WorkspaceDeleted: 1 WorkspaceId id
      37 WorkspaceTagged: 1 WorkspaceId id, 2 List<Tag> tags
      38 GroupPut: 1 Scope group, 2 String location, 3 List<Tag> tags
      39 GroupDeleted: 1 Scope group

      # Clusters
      40 ClusterCreated: 1 ClusterId id, 2 WorkspaceId workspace, 3 String name, 4 ClusterSpec spec,
        5 VmSize size, 6 Rates rates
      41 ClusterChanged: 1 ClusterId id, 2 ClusterSpec spec
      42 ClusterRepriced: 1 ClusterId id, 2 Rates rates
      43 ClusterDeleting: 1 ClusterId id
      44 ClusterDeleted: 1 ClusterId id
      45 GrowthBackOffEnded: 1 ClusterId cluster

      # Nodes
      50 NodeRequested: 1 NodeId node, 2 ClusterId cluster, 3 JobId askedFor, 4 Rates rates,
        5 boolean virtual, 6 Isolation isolation, 7 long deadline,
        8 List<Weakness> weaknesses
      51 NodeAccepted: 1 NodeId node, 2 long ack, 3 long from, 4 long deadline
      52 NodeReady: 1 NodeId node, 2 long ack, 3 long at
      53 GrowthFailed: 1 NodeId node, 2 ClusterId cluster, 3 String detail, 4 int failures,
        5 long retryAt
      54 NodeReleased: 1 NodeId node, 2 ReleaseCause cause, 3 String detail, 4 long at,
        5 long deadline
      55 ReleaseOverdue: 1 NodeId node, 2 int times, 3 long deadline
      56 NodeUnreachable: 1 NodeId node, 2 long deadline
      57 NodeReachable: 1 NodeId node
      58 NodeKept: 1 NodeId node, 2 KeepCause cause, 3 long until
      59 NodeGone: 1 NodeId node, 2 long at
      60 SegmentClosed: 1 NodeId node, 2 ClusterId cluster, 3 JobId payer, 4 SegmentKind kind,
        5 long from, 6 long to, 7 Rates rates, 8 boolean virtual

      # Jobs
      80 JobQueued: 1 JobId job, 2 WorkspaceId workspace, 3 ClusterId cluster, 4 String name,
        5 String submitter, 6 JobSpec spec, 7 Retries retries, 8 long limitMillis, 9 long deadline
      81 JobAssembling: 1 JobId job, 2 long deadline
      82 JobBackedOff: 1 JobId job, 2 EndCause cause, 3 Retries used, 4 int failures, 5 long until
      83 BackOffEnded: 1 JobId job, 2 long deadline
      84 CancelRequested: 1 JobId job
      85 JobEnded: 1 JobId job, 2 EndCause cause, 3 int code, 4 String detail
      86 JobsArchived: 1 List<JobId> jobs
      87 LocalJobTaken: 1 JobId job, 2 long deadline
      88 LocalJobStarted: 1 JobId job, 2 long deadline
      89 LocalJobAwaited: 1 JobId job, 2 long deadline
      90 JobDeleted: 1 JobId job
      91 JobDescribed: 1 JobId job, 2 Description description
      92 ClaimGivenBack: 1 JobId job, 2 long deadline

      # Attempts
      95 AttemptOrdered: 1 AttemptId attempt, 2 JobId job, 3 int number, 4 List<NodeId> nodes,
        5 long deadline
      96 TaskStarted: 1 TaskId task, 2 long ack, 3 long acceptedAt, 4 long preparedAt, 5 long at,
        6 long limitAt
      97 TaskEnded: 1 TaskId task, 2 TaskReport report, 3 long at
      98 AttemptStopping: 1 AttemptId attempt, 2 EndCause cause, 3 int code, 4 String detail,
        5 long deadline
      99 AttemptEnded: 1 AttemptId attempt, 2 EndCause cause, 3 int code, 4 String detail
      """;

  /// Homes that no released version has made know nothing of weaknesses, and are read too.
  static final FormatTable TABLE =
      FormatTable.draft(TEXT, ValueFormats.TEXT, Event.class)
          .whenAbsent("NodeRequested", "weaknesses", _ -> List.of())
          .whenAbsent("HostIsolation", "unlimited", _ -> List.of())
          .build();

  private EventFormats() {}
}
