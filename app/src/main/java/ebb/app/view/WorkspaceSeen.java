package ebb.app.view;

import ebb.kernel.cluster.Workspace;
import ebb.kernel.protocol.JobId;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/// A workspace with its clusters and live jobs, in the orders in which lists are paged.
public final class WorkspaceSeen {
  private volatile Workspace workspace;
  final ConcurrentSkipListMap<String, ClusterSeen> clusters = new ConcurrentSkipListMap<>();
  final ConcurrentHashMap<String, JobSeen> jobs = new ConcurrentHashMap<>();
  final ConcurrentSkipListMap<JobId, JobSeen> jobsById = new ConcurrentSkipListMap<>();

  WorkspaceSeen(Workspace workspace) {
    this.workspace = workspace;
  }

  void set(Workspace now) {
    workspace = now;
  }

  public Workspace workspace() {
    return workspace;
  }

  public @Nullable ClusterSeen cluster(String name) {
    return clusters.get(key(name));
  }

  public @Nullable JobSeen job(String name) {
    return jobs.get(key(name));
  }

  public int jobsInMemory() {
    return jobs.size();
  }

  /// The clusters whose names come after `name`.
  public ConcurrentNavigableMap<String, ClusterSeen> clustersAfter(String name) {
    return clusters.tailMap(key(name), false);
  }

  /// The live jobs that were submitted before this one, newest first.
  public Collection<JobSeen> jobsBefore(JobId id) {
    return jobsById.headMap(id, false).descendingMap().values();
  }

  /// Names that differ only in case are one name, as with Azure.
  public static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
