package ebb.kernel;

import ebb.kernel.protocol.Settings;

/// The usual settings but for one number.
public final class Settled {
  private Settled() {}

  public static Settings withArchiveMillis(Settings it, long archiveMillis) {
    return with(it, archiveMillis, it.queuedJobs(), it.clusters());
  }

  public static Settings withQueuedJobs(Settings it, int queuedJobs) {
    return with(it, it.archiveMillis(), queuedJobs, it.clusters());
  }

  public static Settings withClusters(Settings it, int clusters) {
    return with(it, it.archiveMillis(), it.queuedJobs(), clusters);
  }

  private static Settings with(Settings it, long archiveMillis, int queuedJobs, int clusters) {
    return new Settings(
        it.bootMillis(),
        it.startMillis(),
        it.graceMillis(),
        it.stopMillis(),
        it.leaveMillis(),
        it.assemblyMillis(),
        it.unreachableMillis(),
        it.observeMillis(),
        it.backOffMillis(),
        it.backOffMaxMillis(),
        it.lifetimeMillis(),
        it.lifetimeLowMillis(),
        it.queueMillis(),
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
