package ebb.kernel;

import ebb.kernel.protocol.Settings;

/// The usual settings but for one number.
public final class Settled {
  private Settled() {}

  public static Settings withArchiveMillis(Settings it, long archiveMillis) {
    return with(
        it, it.leaveMillis(), it.queueMillis(), archiveMillis, it.queuedJobs(), it.clusters());
  }

  public static Settings withQueueMillis(Settings it, long queueMillis) {
    return with(
        it, it.leaveMillis(), queueMillis, it.archiveMillis(), it.queuedJobs(), it.clusters());
  }

  public static Settings withQueuedJobs(Settings it, int queuedJobs) {
    return with(
        it, it.leaveMillis(), it.queueMillis(), it.archiveMillis(), queuedJobs, it.clusters());
  }

  public static Settings withClusters(Settings it, int clusters) {
    return with(
        it, it.leaveMillis(), it.queueMillis(), it.archiveMillis(), it.queuedJobs(), clusters);
  }

  public static Settings withLeaveMillis(Settings it, long leaveMillis) {
    return with(
        it, leaveMillis, it.queueMillis(), it.archiveMillis(), it.queuedJobs(), it.clusters());
  }

  private static Settings with(
      Settings it,
      long leaveMillis,
      long queueMillis,
      long archiveMillis,
      int queuedJobs,
      int clusters) {
    return new Settings(
        it.bootMillis(),
        it.startMillis(),
        it.graceMillis(),
        it.stopMillis(),
        leaveMillis,
        it.assemblyMillis(),
        it.unreachableMillis(),
        it.observeMillis(),
        it.backOffMillis(),
        it.backOffMaxMillis(),
        it.lifetimeMillis(),
        it.lifetimeLowMillis(),
        queueMillis,
        archiveMillis,
        it.retries(),
        it.familyQuota(),
        it.regionalQuota(),
        it.lowPriorityQuota(),
        queuedJobs,
        clusters,
        it.defaultIdleMillis(),
        it.backfillCandidates());
  }
}
