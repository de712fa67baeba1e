package ebb.simulator.invariants;

import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.Thing;
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

    /// Since when it has had nothing to do, for a node that is free.
    public long idleSince;

    /// Until when it was kept though its idle time was over.
    public long keptUntil;

    /// Until when it may be out of sight.
    public long unreachableUntil;

    /// Why it was let go; null while it stays.
    public @Nullable ReleaseCause released;

    Node(Event.NodeRequested requested) {
      this.requested = requested;
      this.deadline = requested.deadline();
    }

    public boolean isFree() {
      return isIdle() && !unreachable;
    }

    boolean isIdleOutOfSight() {
      return isIdle() && unreachable;
    }

    private boolean isIdle() {
      return ready && !leaving && !gone && task.equals(TaskId.NONE);
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

    public boolean cancelRequested;

    /// Until when it may wait for its next start; 0 once that was ordered.
    public long queueDeadline;

    /// Until when it may hold its claim, for a job that does.
    public long claimDeadline;

    /// Why and until when it backs off, for a job that does.
    public Event.@Nullable JobBackedOff backedOff;

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

    /// When its time is over; 0 until its first task has started.
    public long limitAt;

    /// What it is stopped for; null until it is.
    public @Nullable EndCause stoppedFor;

    /// How it ended; null until it has.
    public @Nullable EndCause ended;

    Attempt(Event.AttemptOrdered ordered) {
      this.ordered = ordered;
      for (int rank = 0; rank < ordered.nodes().size(); rank++) {
        live.add(rank);
      }
    }

    /// When it is stopped if nothing comes of it: not begun in time, or its time is over.
    long dueBy() {
      return limitAt == 0 ? ordered.deadline() : limitAt;
    }
  }

  /// A cluster.
  public static final class Cluster {
    public final Event.ClusterCreated created;
    public final List<QuotaKey> keys;
    public ClusterSpec spec;
    public boolean deleting;
    public boolean deleted;

    /// Until when it asks for no more nodes, after one could not be had.
    public long growthNotBefore;

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
  public final TreeMap<String, Lock> locks = new TreeMap<>();
  public final TreeMap<Thing, String> quarantine = new TreeMap<>();
  public Host host = Host.UNBOUNDED;
  public boolean storageLow;
  public boolean safeMode;
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
      case Event.ScopeEvent scope -> scope(scope);
      case Event.ClusterEvent cluster -> cluster(cluster);
      case Event.NodeEvent node -> node(node);
      case Event.JobEvent job -> job(job);
      case Event.AttemptEvent attempt -> attempt(attempt);
    }
  }

  private void system(Event.SystemEvent event) {
    switch (event) {
      case Event.ServerStarted started -> {
        observeUntil(started.observeUntil());
        safeMode = started.safeMode();
      }
      case Event.HostChanged changed -> host = changed.host();
      case Event.StorageChanged changed -> storageLow = changed.low();
      case Event.Quarantined in -> quarantine.put(in.thing(), in.incident());
      case Event.QuarantineEnded ended -> quarantine.remove(ended.thing());
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

  private void scope(Event.ScopeEvent event) {
    switch (event) {
      case Event.WorkspaceCreated created -> workspaces.put(created.id(), created.scope());
      case Event.LockPut put ->
          locks.put(put.lock().scope().key() + " " + put.lock().name(), put.lock());
      case Event.LockDeleted deleted -> locks.remove(deleted.scope().key() + " " + deleted.name());
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
      case Event.ClusterChanged changed -> {
        clusters.get(changed.id()).spec = changed.spec();
        nodesOf(changed.id()).forEach(node -> node.keptUntil = 0);
      }
      case Event.ClusterDeleting deleting -> clusters.get(deleting.id()).deleting = true;
      case Event.ClusterDeleted deleted -> clusters.get(deleted.id()).deleted = true;
      case Event.GrowthBackOffEnded ended -> clusters.get(ended.cluster()).growthNotBefore = 0;
      case Event.ClusterRepriced _ -> {}
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
      case Event.NodeReady ready -> {
        node.ready = true;
        node.idleSince = ready.at();
        clusters.get(node.requested.cluster()).growthNotBefore = 0;
      }
      case Event.NodeReleased released -> {
        node.leaving = true;
        node.released = released.cause();
      }
      case Event.NodeUnreachable unreachable -> {
        node.unreachable = true;
        node.unreachableUntil = unreachable.deadline();
      }
      case Event.NodeReachable _ -> node.unreachable = false;
      case Event.NodeGone _ -> node.gone = true;
      case Event.NodeKept kept -> node.keptUntil = kept.until();
      case Event.GrowthFailed failed ->
          clusters.get(failed.cluster()).growthNotBefore = failed.retryAt();
      case Event.ReleaseOverdue _, Event.SegmentClosed _ -> {}
    }
  }

  private void job(Event.JobEvent event) {
    switch (event) {
      case Event.JobQueued queued -> jobs.put(queued.job(), new Job(queued, sequence));
      case Event.JobAssembling assembling -> {
        jobs.get(assembling.job()).stand = Stand.ASSEMBLING;
        jobs.get(assembling.job()).claimDeadline = assembling.deadline();
      }
      case Event.JobBackedOff backedOff -> {
        jobs.get(backedOff.job()).stand = Stand.BACKING_OFF;
        jobs.get(backedOff.job()).used = backedOff.used();
        jobs.get(backedOff.job()).backedOff = backedOff;
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
      case Event.CancelRequested requested -> jobs.get(requested.job()).cancelRequested = true;
      case Event.JobDeleted _, Event.JobDescribed _ -> {}
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
        attempt.limitAt = started.limitAt();
        if (!attempt.stopping) {
          attempt.endsBy = started.limitAt();
        }
      }
      case Event.TaskEnded ended -> {
        Attempt attempt = attempts.get(ended.task().attempt());
        attempt.live.remove(ended.task().rank());
        Node node = nodes.get(attempt.ordered.nodes().get(ended.task().rank()));
        node.task = TaskId.NONE;
        node.idleSince = ended.at();
        node.keptUntil = 0;
      }
      case Event.AttemptStopping stopping -> {
        attempts.get(stopping.attempt()).stopping = true;
        attempts.get(stopping.attempt()).endsBy = stopping.deadline();
        attempts.get(stopping.attempt()).stoppedFor = stopping.cause();
      }
      case Event.AttemptEnded ended -> {
        attempts.get(ended.attempt()).over = true;
        attempts.get(ended.attempt()).ended = ended.cause();
      }
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

  /// How many nodes of the cluster do not leave.
  int staying(ClusterId cluster) {
    return (int) nodesOf(cluster).stream().filter(node -> !node.leaving).count();
  }

  /// How many nodes the cluster's jobs have a claim on.
  int claimed(ClusterId cluster) {
    return jobs.values().stream()
        .filter(job -> job.stand == Stand.ASSEMBLING && job.queued.cluster().equals(cluster))
        .mapToInt(job -> job.spec().nodes())
        .sum();
  }

  Scope scopeOf(Cluster cluster) {
    return workspaces.get(cluster.created.workspace()).cluster(cluster.created.name());
  }

  boolean isLocked(Cluster cluster) {
    Scope scope = scopeOf(cluster);
    return locks.values().stream().anyMatch(lock -> lock.scope().contains(scope));
  }
}
