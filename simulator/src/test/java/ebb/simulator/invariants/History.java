package ebb.simulator.invariants;

import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.VmSize;
import ebb.kernel.protocol.WorkspaceId;
import ebb.kernel.quota.Quotas;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// What the durable events say, read by somebody who is not the kernel: a second, simple reading
/// that promises are held against.
public final class History {
  /// A node, also after it has gone.
  public static final class Node {
    public final Event.NodeRequested requested;
    public boolean accepted;
    public boolean ready;
    public boolean leaving;
    public boolean unreachable;
    public boolean gone;
    public TaskId task = TaskId.NONE;
    public long deadline;

    Node(Event.NodeRequested requested) {
      this.requested = requested;
      this.deadline = requested.deadline();
    }

    public boolean isFree() {
      return ready && !leaving && !unreachable && !gone && task.equals(TaskId.NONE);
    }

    public boolean isComing() {
      return !ready && !leaving && !gone;
    }
  }

  /// Where a job stands.
  public enum Stand {
    QUEUED,
    ASSEMBLING,
    BACKING_OFF,
    ACTIVE,
    ENDED
  }

  /// A job, also after it has ended.
  public static final class Job {
    public final Event.JobQueued queued;
    public final long sequence;
    public Stand stand = Stand.QUEUED;
    public Retries used = Retries.NONE;
    public int attempts;
    public int ends;
    public EndCause cause = EndCause.SUCCEEDED;
    public AttemptId attempt = AttemptId.NONE;

    /// Until when it may wait for its next start; 0 once that was ordered.
    public long queueDeadline;

    Job(Event.JobQueued queued, long sequence) {
      this.queued = queued;
      this.sequence = sequence;
      this.queueDeadline = queued.deadline();
    }

    private void queuedUntil(long deadline) {
      stand = Stand.QUEUED;
      queueDeadline = deadline;
    }

    public JobSpec spec() {
      return queued.spec();
    }

    public boolean waits() {
      return stand == Stand.QUEUED || stand == Stand.ASSEMBLING;
    }

    /// Whether this job comes before the other in its queue.
    public boolean before(Job other) {
      return spec().priority() != other.spec().priority()
          ? spec().priority() > other.spec().priority()
          : sequence < other.sequence;
    }
  }

  /// An attempt, also after it is over.
  public static final class Attempt {
    public final Event.AttemptOrdered ordered;
    public final TreeSet<Integer> live = new TreeSet<>();
    public boolean stopping;
    public boolean over;
    public long endsBy;

    Attempt(Event.AttemptOrdered ordered) {
      this.ordered = ordered;
      for (int rank = 0; rank < ordered.nodes().size(); rank++) {
        live.add(rank);
      }
    }
  }

  /// A cluster.
  public static final class Cluster {
    public final Event.ClusterCreated created;
    public final List<QuotaKey> keys;
    public ClusterSpec spec;
    public boolean deleting;
    public boolean deleted;

    Cluster(Event.ClusterCreated created, List<QuotaKey> keys) {
      this.created = created;
      this.spec = created.spec();
      this.keys = keys;
    }

    public VmSize size() {
      return created.size();
    }
  }

  public final TreeMap<NodeId, Node> nodes = new TreeMap<>();
  public final TreeMap<JobId, Job> jobs = new TreeMap<>();
  public final TreeMap<AttemptId, Attempt> attempts = new TreeMap<>();
  public final TreeMap<ClusterId, Cluster> clusters = new TreeMap<>();
  public final TreeMap<WorkspaceId, Scope> workspaces = new TreeMap<>();
  public final TreeMap<QuotaKey, Integer> limits = new TreeMap<>();
  public final TreeSet<NodeId> strayNodes = new TreeSet<>();
  public final TreeSet<TaskId> strayTasks = new TreeSet<>();
  public final TreeSet<String> requests = new TreeSet<>();
  public Settings settings = Settings.DEFAULT;
  public boolean observing;
  public long observeUntil;
  public long sequence;
  public long now;

  /// How many events of each kind there were.
  public final TreeMap<String, Integer> kinds = new TreeMap<>();

  void learn(Event event, long at) {
    now = at;
    sequence++;
    kinds.merge(event.getClass().getSimpleName(), 1, Integer::sum);
    switch (event) {
      case Event.SystemEvent system -> system(system);
      case Event.ScopeEvent scope -> {
        if (scope instanceof Event.WorkspaceCreated created) {
          workspaces.put(created.id(), created.scope());
        }
      }
      case Event.ClusterEvent cluster -> cluster(cluster);
      case Event.NodeEvent node -> node(node);
      case Event.JobEvent job -> job(job);
      case Event.AttemptEvent attempt -> attempt(attempt);
    }
  }

  private void system(Event.SystemEvent event) {
    switch (event) {
      case Event.ServerStarted started -> observeUntil(started.observeUntil());
      case Event.ClockJumped jumped -> observeUntil(jumped.observeUntil());
      case Event.BackendObserved _ -> observing = false;
      case Event.SettingsChanged changed -> settings = changed.settings();
      case Event.QuotaChanged changed -> limits.put(changed.key(), changed.limit());
      case Event.StrayNodeFound found -> strayNodes.add(found.node());
      case Event.StrayNodeGone gone -> strayNodes.remove(gone.node());
      case Event.StrayTaskFound found -> strayTasks.add(found.task());
      case Event.StrayTaskGone gone -> strayTasks.remove(gone.task());
      default -> {} // the others tell nothing that a promise asks for
    }
  }

  private void observeUntil(long until) {
    observing = true;
    observeUntil = until;
  }

  private void cluster(Event.ClusterEvent event) {
    switch (event) {
      case Event.ClusterCreated created ->
          clusters.put(created.id(), new Cluster(created, keys(created)));
      case Event.ClusterChanged changed -> clusters.get(changed.id()).spec = changed.spec();
      case Event.ClusterDeleting deleting -> clusters.get(deleting.id()).deleting = true;
      case Event.ClusterDeleted deleted -> clusters.get(deleted.id()).deleted = true;
      case Event.ClusterRepriced _, Event.GrowthBackOffEnded _ -> {}
    }
  }

  /// The keys are a pure function of the kernel's; what is counted under them is counted here.
  private List<QuotaKey> keys(Event.ClusterCreated created) {
    return Quotas.keys(
        workspaces.get(created.workspace()),
        created.spec().location(),
        created.spec().priority(),
        created.size().family());
  }

  private void node(Event.NodeEvent event) {
    Node node = nodes.get(event.node());
    switch (event) {
      case Event.NodeRequested requested -> nodes.put(event.node(), new Node(requested));
      case Event.NodeAccepted accepted -> {
        node.accepted = true;
        node.deadline = accepted.deadline();
      }
      case Event.NodeReady _ -> node.ready = true;
      case Event.NodeReleased _ -> node.leaving = true;
      case Event.NodeUnreachable _ -> node.unreachable = true;
      case Event.NodeReachable _ -> node.unreachable = false;
      case Event.NodeGone _ -> node.gone = true;
      case Event.GrowthFailed _,
          Event.ReleaseOverdue _,
          Event.NodeKept _,
          Event.SegmentClosed _ -> {}
    }
  }

  private void job(Event.JobEvent event) {
    switch (event) {
      case Event.JobQueued queued -> jobs.put(queued.job(), new Job(queued, sequence));
      case Event.JobAssembling assembling -> jobs.get(assembling.job()).stand = Stand.ASSEMBLING;
      case Event.JobBackedOff backedOff -> {
        jobs.get(backedOff.job()).stand = Stand.BACKING_OFF;
        jobs.get(backedOff.job()).used = backedOff.used();
      }
      case Event.BackOffEnded ended -> jobs.get(ended.job()).queuedUntil(ended.deadline());
      case Event.ClaimGivenBack back -> jobs.get(back.job()).queuedUntil(back.deadline());
      case Event.JobEnded ended -> {
        Job job = jobs.get(ended.job());
        job.stand = Stand.ENDED;
        job.ends++;
        job.cause = ended.cause();
      }
      case Event.LocalJobTaken taken -> jobs.get(taken.job()).stand = Stand.ACTIVE;
      case Event.LocalJobStarted _, Event.LocalJobAwaited _ -> {}
      case Event.CancelRequested _, Event.JobDeleted _, Event.JobDescribed _ -> {}
      case Event.JobsArchived _ -> {}
    }
  }

  private void attempt(Event.AttemptEvent event) {
    switch (event) {
      case Event.AttemptOrdered ordered -> {
        Attempt attempt = new Attempt(ordered);
        Job job = jobs.get(ordered.job());
        attempt.endsBy = now + job.queued.limitMillis();
        attempts.put(ordered.attempt(), attempt);
        job.stand = Stand.ACTIVE;
        job.queueDeadline = 0;
        job.attempts++;
        job.attempt = ordered.attempt();
        for (int rank = 0; rank < ordered.nodes().size(); rank++) {
          nodes.get(ordered.nodes().get(rank)).task = new TaskId(ordered.attempt(), rank);
        }
      }
      case Event.TaskStarted started -> {
        Attempt attempt = attempts.get(started.task().attempt());
        if (!attempt.stopping) {
          attempt.endsBy = started.limitAt();
        }
      }
      case Event.TaskEnded ended -> {
        Attempt attempt = attempts.get(ended.task().attempt());
        attempt.live.remove(ended.task().rank());
        nodes.get(attempt.ordered.nodes().get(ended.task().rank())).task = TaskId.NONE;
      }
      case Event.AttemptStopping stopping -> {
        attempts.get(stopping.attempt()).stopping = true;
        attempts.get(stopping.attempt()).endsBy = stopping.deadline();
      }
      case Event.AttemptEnded ended -> attempts.get(ended.attempt()).over = true;
    }
  }

  public int limit(QuotaKey key) {
    Integer set = limits.get(key);
    if (set != null) {
      return set;
    }
    return key.kind() == QuotaKind.FAMILY
        ? settings.familyQuota()
        : key.kind() == QuotaKind.REGIONAL_TOTAL
            ? settings.regionalQuota()
            : settings.lowPriorityQuota();
  }

  /// The nodes of the cluster that exist as far as anybody knows.
  public List<Node> nodesOf(ClusterId cluster) {
    List<Node> found = new ArrayList<>();
    for (Node node : nodes.values()) {
      if (!node.gone && node.requested.cluster().equals(cluster)) {
        found.add(node);
      }
    }
    return found;
  }
}
