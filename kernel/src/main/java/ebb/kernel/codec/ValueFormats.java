package ebb.kernel.codec;

/// The lines for ids, constants and values, which events and entities are both made of. A value has
/// a number of its own if a snapshot also stores it for itself.
final class ValueFormats {
  static final String TEXT =
      """
      id WorkspaceId
      id ClusterId
      id NodeId
      id JobId
      id AttemptId
      TaskId: 1 AttemptId attempt, 2 int rank
      Thing: 1 Thing.Kind kind, 2 long id
      enum Thing.Kind: 1 NODE, 2 ATTEMPT, 3 JOB, 4 CLUSTER, 5 WORKSPACE

      Scope: 1 String subscription, 2 String group, 3 String workspace, 4 String cluster
      Lock: 1 Scope scope, 2 String name, 3 LockLevel level
      enum LockLevel: 1 CANNOT_DELETE, 2 READ_ONLY
      RoleAssignment: 1 String principal, 2 Role role, 3 Scope scope
      enum Role: 1 OWNER, 2 CONTRIBUTOR, 3 READER

      1011 Settings: 1 long bootMillis, 2 long startMillis, 3 long graceMillis, 4 long stopMillis,
        5 long leaveMillis, 6 long assemblyMillis, 7 long unreachableMillis, 8 long observeMillis,
        9 long backOffMillis, 10 long backOffMaxMillis, 11 long lifetimeMillis,
        12 long lifetimeLowMillis, 13 long queueMillis, 14 long archiveMillis, 15 Retries retries,
        16 int familyQuota, 17 int regionalQuota, 18 int lowPriorityQuota, 19 int queuedJobs,
        20 int clusters, 21 long defaultIdleMillis, 22 int backfillCandidates
      1012 VmSize: 1 String name, 2 String family, 3 int vcpus, 4 int memoryMebibytes, 5 int gpus
      Price: 1 String size, 2 String location, 3 Priority priority, 4 Rates rates
      Rates: 1 long list, 2 long internal, 3 long invoice
      QuotaKey: 1 QuotaKind kind, 2 String subscription, 3 String location, 4 String family
      enum QuotaKind: 1 FAMILY, 2 REGIONAL_TOTAL, 3 LOW_PRIORITY
      1014 Host: 1 int cores, 2 int memoryMebibytes, 3 int gpus, 4 boolean virtualNodes,
        5 HostIsolation isolation
      HostIsolation: 1 String sandboxMissing, 2 String containerMissing, 3 String filterMissing,
        4 boolean mayGoWithout, 5 List<Weakness> unlimited
      enum Weakness: 1 NETWORK_UNFILTERED, 2 MEMORY_UNLIMITED, 3 PROCESSORS_UNLIMITED,
        4 PROCESSES_UNLIMITED

      ClusterSpec: 1 String size, 2 Priority priority, 3 int min, 4 int max, 5 long idleMillis,
        6 String location, 7 boolean internodeCommunication, 8 List<Tag> tags, 9 Isolation isolation,
        10 boolean network
      enum Isolation: 1 SANDBOX, 2 CONTAINER, 3 NONE
      enum Priority: 1 DEDICATED, 2 LOW
      Tag: 1 String name, 2 String value
      enum ReleaseCause: 1 IDLE_TIMEOUT, 2 ABOVE_MAX, 3 CLUSTER_DELETED, 4 PREEMPTED, 5 UNUSABLE,
        6 BOOT_TIMEOUT, 7 LOST, 8 STUCK_TASK
      enum KeepCause: 1 MINIMUM, 2 CLAIMED, 3 LOCKED
      enum SegmentKind: 1 BOOT, 2 RUN, 3 IDLE, 4 LEAVE

      JobSpec: 1 String cluster, 2 String account, 3 int priority, 4 int nodes, 5 long limitMillis,
        6 Retries retries, 7 String specHash
      Description: 1 String wordsHash, 2 boolean hidden
      Retries: 1 int preempted, 2 int infrastructure, 3 int failed
      enum EndCause: 1 SUCCEEDED, 2 FAILED, 3 CANCELED, 4 TIME_LIMIT, 5 PREEMPTED,
        6 INFRASTRUCTURE, 7 QUEUE_LIMIT, 8 CLUSTER_DELETED
      TaskReport: 1 TaskEnd end, 2 int code, 3 long cpuMillis, 4 long peakMemoryKibibytes,
        5 long bytesRead, 6 long bytesWritten, 7 String checkpoint, 8 String detail
      enum TaskEnd: 1 EXITED, 2 LIMIT, 3 STOPPED, 4 NEVER_STARTED, 5 REFUSED, 6 LOST, 7 DISK
      """;

  private ValueFormats() {}
}
