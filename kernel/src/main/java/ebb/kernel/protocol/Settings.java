package ebb.kernel.protocol;

/// Every number that a decision reads and an owner may change. Durations are in milliseconds.
///
/// @param bootMillis how long a node may take from request to ready
/// @param startMillis how long a task may take from order to first instruction
/// @param graceMillis how long a task may take to end after it was asked to
/// @param stopMillis how long after the grace a backend may take to confirm the end
/// @param leaveMillis how long a release may take before it counts as overdue
/// @param assemblyMillis how long a job may hold a claim on nodes that are not there
/// @param unreachableMillis how long a node may be out of sight before it is let go
/// @param observeMillis how long deadlines wait for a backend's first word after a start or a jump
/// @param backOffMillis the first wait after a failure; doubled each time up to backOffMaxMillis
/// @param lifetimeMillis the longest run on dedicated nodes (Azure: 21 days)
/// @param lifetimeLowMillis the longest run on low-priority nodes (Azure: 7 days)
/// @param queueMillis how long a job may wait from its submission, or from the end of the back-off
///   after an attempt, until it starts
/// @param archiveMillis how long an ended job stays in memory after history has it
/// @param retries the budget of a job that names none
/// @param familyQuota vCPUs of a family where no limit was set
/// @param regionalQuota vCPUs of a location where no limit was set
/// @param lowPriorityQuota low-priority vCPUs of a location where no limit was set
/// @param queuedJobs how many jobs may wait in one workspace, or be local in it
/// @param clusters how many clusters a workspace may have
/// @param defaultIdleMillis idle time of a cluster that names none (Azure: 120 s)
/// @param backfillCandidates how many groups of equal demand one look at a queue considers
public record Settings(
    long bootMillis,
    long startMillis,
    long graceMillis,
    long stopMillis,
    long leaveMillis,
    long assemblyMillis,
    long unreachableMillis,
    long observeMillis,
    long backOffMillis,
    long backOffMaxMillis,
    long lifetimeMillis,
    long lifetimeLowMillis,
    long queueMillis,
    long archiveMillis,
    Retries retries,
    int familyQuota,
    int regionalQuota,
    int lowPriorityQuota,
    int queuedJobs,
    int clusters,
    long defaultIdleMillis,
    int backfillCandidates) {
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long DAY = 24 * 60 * MINUTE;

  /// The numbers of Azure's documents where they name one.
  public static final Settings DEFAULT =
      new Settings(
          15 * MINUTE,
          60 * MINUTE,
          30 * SECOND,
          60 * SECOND,
          10 * MINUTE,
          20 * MINUTE,
          5 * MINUTE,
          60 * SECOND,
          5 * SECOND,
          10 * MINUTE,
          21 * DAY,
          7 * DAY,
          30 * DAY,
          10 * SECOND,
          new Retries(1000, 3, 0),
          300,
          300,
          3000,
          2_000_000,
          200,
          2 * MINUTE,
          64);
}
