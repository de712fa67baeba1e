package ebb.app.view;

import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.engine.Batch;
import ebb.kernel.engine.Publisher;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/// Where readers look. Written by the engine's thread alone, read by any.
public final class View implements Publisher {
  /// Everything, so that reading the state again replaces all of it at one instant.
  private static final class Content {
    volatile Rules rules;
    volatile long sequence;
    final ConcurrentSkipListMap<String, WorkspaceSeen> workspaces = new ConcurrentSkipListMap<>();
    final ConcurrentHashMap<WorkspaceId, WorkspaceSeen> workspacesById = new ConcurrentHashMap<>();
    final ConcurrentHashMap<ClusterId, ClusterSeen> clusters = new ConcurrentHashMap<>();
    final ConcurrentHashMap<JobId, JobSeen> jobs = new ConcurrentHashMap<>();
    final ConcurrentSkipListMap<NodeId, NodeSeen> nodes = new ConcurrentSkipListMap<>();
    final ConcurrentHashMap<AttemptId, Attempt> attempts = new ConcurrentHashMap<>();
    final Meters meters = new Meters();

    /// How many jobs of a cluster back off, if any do.
    final ConcurrentHashMap<ClusterId, Integer> backingOff = new ConcurrentHashMap<>();

    /// How often jobs that are not deleted name each, as what they run or what is said of them.
    final ConcurrentHashMap<String, Integer> specifications = new ConcurrentHashMap<>();

    Content(Rules rules) {
      this.rules = rules;
    }
  }

  private volatile Content content = new Content(Rules.of(new State()));
  private final Watches watches = new Watches();

  /// Waits for changes of a job: of its phase, and of its attempt's.
  public interface JobWatch extends AutoCloseable {
    /// Returns after the next change, at once if there was one since the last time, or when so much
    /// time has passed.
    void await(long mostMillis) throws InterruptedException;

    @Override
    void close();
  }

  /// Notices from now on when the job changes.
  public JobWatch watch(JobId job) {
    return watches.begin(job);
  }

  // Reading.

  public Rules rules() {
    return content.rules;
  }

  /// The last event of whose batch all is shown. What the next ones changed may be shown too.
  public long sequence() {
    return content.sequence;
  }

  public @Nullable WorkspaceSeen workspace(Scope scope) {
    return content.workspaces.get(scope.key());
  }

  /// Null once it is gone, whatever has its name then.
  public @Nullable WorkspaceSeen workspace(WorkspaceId id) {
    return content.workspacesById.get(id);
  }

  /// Which workspace has the name now: one that is made again under it is another.
  public WorkspaceId idOf(Scope workspace) {
    WorkspaceSeen seen = workspace(workspace);
    return seen == null ? WorkspaceId.NONE : seen.workspace().id();
  }

  /// In the order of their paths, in lower case.
  public Collection<WorkspaceSeen> workspaces() {
    return content.workspaces.values();
  }

  /// Those within a subscription, a group, or [Scope#ALL], in the same order.
  public Collection<WorkspaceSeen> workspacesIn(Scope scope) {
    if (scope.equals(Scope.ALL)) {
      return workspaces();
    }
    String within = scope.key() + "/";
    return content.workspaces.subMap(within, within + Character.MAX_VALUE).values();
  }

  public @Nullable ClusterSeen cluster(ClusterId id) {
    return content.clusters.get(id);
  }

  /// How many of a cluster's jobs wait after a fault, until they may go back to the queue.
  public int backingOff(ClusterId id) {
    return content.backingOff.getOrDefault(id, 0);
  }

  public @Nullable JobSeen job(JobId id) {
    return content.jobs.get(id);
  }

  /// Whether a job is here that is not deleted and names this, as what it runs or what is said of
  /// it.
  public boolean hasJobOf(String hash) {
    return content.specifications.containsKey(hash);
  }

  public @Nullable Attempt attempt(AttemptId id) {
    return content.attempts.get(id);
  }

  public @Nullable NodeSeen node(NodeId id) {
    return content.nodes.get(id);
  }

  /// The nodes that exist with ids after this one, oldest first.
  public ConcurrentNavigableMap<NodeId, NodeSeen> nodesAfter(NodeId id) {
    return content.nodes.tailMap(id, false);
  }

  // Writing: the engine's thread.

  /// Shows the whole of a state that was just read.
  public void load(State state) {
    Content next = new Content(Rules.of(state));
    for (Workspace workspace : state.allWorkspaces()) {
      put(next, workspace.id(), workspace);
    }
    for (Node node : state.allNodes()) {
      next.meters.changed(state, node.id(), new HashSet<>(), new HashSet<>());
    }
    for (Cluster cluster : state.allClusters()) {
      put(state, next, cluster.id());
    }
    for (Attempt attempt : state.allAttempts()) {
      next.attempts.put(attempt.id(), attempt);
    }
    for (Job job : state.allJobs()) {
      put(state, next, job.id());
    }
    for (Node node : state.allNodes()) {
      put(state, next, node.id());
    }
    next.sequence = state.sequence();
    content = next;
    watches.changed();
  }

  @Override
  public void publish(State state, Batch batch) {
    Content now = content;
    if (concernsRules(batch)) {
      now.rules = Rules.of(state);
    }
    for (WorkspaceId id : state.touched().workspaces) {
      put(now, id, state.workspace(id));
    }
    for (AttemptId id : state.touched().attempts) {
      Attempt attempt = state.attempt(id);
      if (attempt == null) {
        now.attempts.remove(id);
      } else {
        now.attempts.put(id, attempt);
      }
    }
    Set<ClusterId> clusters = new HashSet<>(state.touched().clusters);
    Set<JobId> jobs = new HashSet<>(state.touched().jobs);
    for (NodeId id : state.touched().nodes) {
      now.meters.changed(state, id, jobs, clusters);
    }
    for (ClusterId id : clusters) {
      put(state, now, id);
    }
    for (JobId id : jobs) {
      put(state, now, id);
    }
    for (NodeId id : state.touched().nodes) {
      put(state, now, id);
    }
    now.sequence = batch.lastSequence();
    if (!watches.isEmpty()) {
      tellWatches(state);
    }
  }

  private void tellWatches(State state) {
    state.touched().jobs.forEach(watches::changed);
    for (AttemptId id : state.touched().attempts) {
      Attempt attempt = state.attempt(id);
      if (attempt != null) { // one that is over has touched its job
        watches.changed(attempt.job());
      }
    }
  }

  private static boolean concernsRules(Batch batch) {
    for (Envelope envelope : batch.envelopes()) {
      for (Event event : envelope.events()) {
        if (event instanceof Event.SystemEvent || event instanceof Event.ScopeEvent) {
          return true;
        }
      }
    }
    return false;
  }

  private static void put(Content content, WorkspaceId id, @Nullable Workspace workspace) {
    WorkspaceSeen before = content.workspacesById.get(id);
    if (workspace == null) {
      if (before != null) {
        content.workspaces.remove(before.workspace().scope().key());
        content.workspacesById.remove(id);
      }
    } else if (before == null) {
      WorkspaceSeen seen = new WorkspaceSeen(workspace);
      content.workspacesById.put(id, seen);
      content.workspaces.put(workspace.scope().key(), seen);
    } else {
      before.set(workspace);
    }
  }

  private static void put(State state, Content content, ClusterId id) {
    Cluster cluster = state.cluster(id);
    if (cluster == null) {
      ClusterSeen before = content.clusters.remove(id);
      WorkspaceSeen of =
          before == null ? null : content.workspacesById.get(before.cluster().workspace());
      if (before != null && of != null) {
        of.clusters.remove(WorkspaceSeen.key(before.cluster().name()), before);
      }
      return;
    }
    WorkspaceSeen of = require(content, cluster.workspace());
    ClusterSeen.Counts counts = ClusterSeen.Counts.of(state.load(id));
    ClusterSeen seen =
        new ClusterSeen(
            of.workspace().scope(), cluster, counts, state.charges(id), content.meters.of(id));
    content.clusters.put(id, seen);
    of.clusters.put(WorkspaceSeen.key(cluster.name()), seen);
  }

  private static void put(State state, Content content, JobId id) {
    Job job = state.job(id);
    JobSeen before = content.jobs.get(id);
    countBackingOff(content, before == null ? null : before.job(), -1);
    countBackingOff(content, job, 1);
    List<String> was = before == null ? List.of() : stored(before.job());
    List<String> is = job == null ? List.of() : stored(job);
    if (!was.equals(is)) {
      is.forEach(hash -> content.specifications.merge(hash, 1, Integer::sum));
      was.forEach(hash -> forget(content, hash));
    }
    if (job == null) {
      content.jobs.remove(id);
      WorkspaceSeen of =
          before == null ? null : content.workspacesById.get(before.job().workspace());
      if (before != null && of != null) {
        of.jobsById.remove(id);
        of.jobs.computeIfPresent(
            WorkspaceSeen.key(before.job().name()),
            (_, seen) -> seen.job().id().equals(id) ? null : seen);
      }
      return;
    }
    WorkspaceSeen of = require(content, job.workspace());
    JobSeen seen =
        new JobSeen(of.workspace().scope(), job, state.charges(id), content.meters.of(id));
    content.jobs.put(id, seen);
    of.jobsById.put(id, seen);
    of.jobs.put(WorkspaceSeen.key(job.name()), seen);
  }

  private static void countBackingOff(Content content, @Nullable Job job, int sign) {
    if (job != null && job.phase() instanceof Job.BackingOff) {
      content.backingOff.merge(job.cluster(), sign, (a, b) -> a + b == 0 ? null : a + b);
    }
  }

  private static List<String> stored(Job job) {
    String words = job.description().wordsHash();
    return job.isDeleted()
        ? List.of()
        : words.isEmpty() ? List.of(job.spec().specHash()) : List.of(job.spec().specHash(), words);
  }

  private static void forget(Content content, String hash) {
    content.specifications.computeIfPresent(hash, (_, count) -> count == 1 ? null : count - 1);
  }

  private static void put(State state, Content content, NodeId id) {
    Node node = state.node(id);
    if (node == null) {
      content.nodes.remove(id);
      return;
    }
    ClusterSeen cluster = content.clusters.get(node.cluster());
    if (cluster == null) {
      throw new IllegalStateException("no cluster " + node.cluster() + " of node " + id);
    }
    content.nodes.put(
        id,
        new NodeSeen(
            cluster.workspace(), cluster.cluster().name(), node, Kernel.openStretch(state, node)));
  }

  private static WorkspaceSeen require(Content content, WorkspaceId id) {
    WorkspaceSeen seen = content.workspacesById.get(id);
    if (seen == null) {
      throw new IllegalStateException("no workspace " + id);
    }
    return seen;
  }
}
