package ebb.kernel;

import ebb.kernel.access.AccessRules;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.ResourceGroups;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.collection.IdMap;
import ebb.kernel.collection.SortedBlocks;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.money.Charges;
import ebb.kernel.money.PriceBook;
import ebb.kernel.node.Node;
import ebb.kernel.placement.ClusterLoad;
import ebb.kernel.placement.QueueEntry;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.Thing;
import ebb.kernel.protocol.VmSize;
import ebb.kernel.protocol.WorkspaceId;
import ebb.kernel.quota.HostUsage;
import ebb.kernel.quota.Quotas;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// What is known. Maps of immutable records, changed by [Kernel#apply] alone, on one thread.
///
/// What is derived from the records (names, loads, usage, deadlines, outstanding work, the agenda)
/// is kept by the `put` methods below and nowhere else, never written down, and rebuilt by putting
/// the records again.
public final class State {
  // Facts: written to snapshots.

  String installation = "";
  long epoch;
  long nextCounter = 1;
  long sequence;
  long now;
  boolean safeMode;
  long observeUntil;
  Settings settings = Settings.DEFAULT;
  TreeMap<String, VmSize> sizes = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  PriceBook prices = PriceBook.EMPTY;
  boolean charged; // in the price book's currency, which stays then
  Host host = Host.UNBOUNDED;
  Storage storage = new Storage(false, 0, 0);
  AccessRules access = AccessRules.NOBODY;
  final TreeSet<NodeId> strayNodes = new TreeSet<>();
  final TreeSet<TaskId> strayTasks = new TreeSet<>();
  final TreeMap<Thing, String> quarantine = new TreeMap<>();
  ResourceGroups groups = ResourceGroups.NONE;
  final IdMap<WorkspaceId, Workspace> workspaces = new IdMap<>(WorkspaceId::new);
  final IdMap<ClusterId, Cluster> clusters = new IdMap<>(ClusterId::new);
  final IdMap<NodeId, Node> nodes = new IdMap<>(NodeId::new);
  final IdMap<JobId, Job> jobs = new IdMap<>(JobId::new);
  final IdMap<AttemptId, Attempt> attempts = new IdMap<>(AttemptId::new);
  final IdMap<ClusterId, Charges> clusterCharges = new IdMap<>(ClusterId::new);
  final IdMap<JobId, Charges> jobCharges = new IdMap<>(JobId::new);

  // Derived: rebuilt on load. The limits within `quotas` are facts.

  final Names names = new Names();
  final IdMap<ClusterId, ClusterLoad> loads = new IdMap<>(ClusterId::new);
  final IdMap<ClusterId, List<QuotaKey>> quotaKeys = new IdMap<>(ClusterId::new);
  final Quotas quotas = new Quotas();
  final HostUsage hostUsage = new HostUsage();
  final Deadlines deadlines = new Deadlines();
  final Outstanding outstanding = new Outstanding();
  final Agenda agenda = new Agenda();
  final SortedBlocks<EndedJob> ended = new SortedBlocks<>(EndedJob::sequence);
  final IdMap<WorkspaceId, Integer> waitingJobs = new IdMap<>(WorkspaceId::new);
  final TreeSet<WorkspaceId> deletingWorkspaces = new TreeSet<>();
  final Touched touched = new Touched();

  /// How much room the journal's disk has, and whether that is below the mark.
  public record Storage(boolean low, long freeBytes, long markBytes) {}

  // Reading.

  public String installation() {
    return installation;
  }

  public long epoch() {
    return epoch;
  }

  /// The sequence of the newest event.
  public long sequence() {
    return sequence;
  }

  /// The time of the newest decision.
  public long now() {
    return now;
  }

  public boolean safeMode() {
    return safeMode;
  }

  public Settings settings() {
    return settings;
  }

  public AccessRules access() {
    return access;
  }

  public PriceBook prices() {
    return prices;
  }

  public Host host() {
    return host;
  }

  public Storage storage() {
    return storage;
  }

  public @Nullable VmSize size(String name) {
    return sizes.get(name);
  }

  public List<VmSize> sizes() {
    return List.copyOf(sizes.values());
  }

  public Outstanding outstanding() {
    return outstanding;
  }

  public Touched touched() {
    return touched;
  }

  public @Nullable Workspace workspace(Scope scope) {
    WorkspaceId id = names.workspace(scope);
    return id == null ? null : workspaces.get(id);
  }

  public @Nullable Workspace workspace(WorkspaceId id) {
    return workspaces.get(id);
  }

  public @Nullable Cluster cluster(WorkspaceId workspace, String name) {
    ClusterId id = names.cluster(workspace, name);
    return id == null ? null : clusters.get(id);
  }

  public @Nullable Cluster cluster(ClusterId id) {
    return clusters.get(id);
  }

  public @Nullable Job job(WorkspaceId workspace, String name) {
    JobId id = names.job(workspace, name);
    return id == null ? null : jobs.get(id);
  }

  public @Nullable Job job(JobId id) {
    return jobs.get(id);
  }

  public @Nullable Node node(NodeId id) {
    return nodes.get(id);
  }

  public @Nullable Attempt attempt(AttemptId id) {
    return attempts.get(id);
  }

  public ResourceGroups groups() {
    return groups;
  }

  public Iterable<Workspace> allWorkspaces() {
    return workspaces.values();
  }

  public Iterable<Cluster> allClusters() {
    return clusters.values();
  }

  public Iterable<Node> allNodes() {
    return nodes.values();
  }

  public Iterable<Job> allJobs() {
    return jobs.values();
  }

  public Iterable<Attempt> allAttempts() {
    return attempts.values();
  }

  public Charges charges(JobId job) {
    return jobCharges.getOrDefault(job, Charges.NONE);
  }

  public Charges charges(ClusterId cluster) {
    return clusterCharges.getOrDefault(cluster, Charges.NONE);
  }

  public ClusterLoad load(ClusterId cluster) {
    return require(loads.get(cluster), "load of cluster", cluster);
  }

  public Quotas quotas() {
    return quotas;
  }

  /// When [Kernel#next] will have something to say because time has passed; [Deadlines#NEVER] if
  /// only a command can change anything.
  public long nextDeadline(long historyReached) {
    boolean answered = observeUntil == 0;
    long next = Math.min(deadlines.next(answered), answered ? Deadlines.NEVER : observeUntil);
    if (!ended.isEmpty() && ended.first().sequence() <= historyReached) {
      next = Math.min(next, ended.first().at() + settings.archiveMillis());
    }
    return next;
  }

  // Reading what must be there.

  Cluster clusterOf(Node node) {
    return require(clusters.get(node.cluster()), "cluster", node.cluster());
  }

  Cluster clusterOf(Job job) {
    return require(clusters.get(job.cluster()), "cluster", job.cluster());
  }

  Workspace workspaceOf(Cluster cluster) {
    return require(workspaces.get(cluster.workspace()), "workspace", cluster.workspace());
  }

  Scope scopeOf(Cluster cluster) {
    return workspaceOf(cluster).scope().cluster(cluster.name());
  }

  List<QuotaKey> quotaKeys(Cluster cluster) {
    return require(quotaKeys.get(cluster.id()), "quota keys of", cluster.id());
  }

  static List<QuotaKey> quotaKeys(Cluster cluster, Workspace workspace) {
    return Quotas.keys(
        workspace.scope(),
        cluster.spec().location(),
        cluster.spec().priority(),
        cluster.size().family());
  }

  /// What must be there by the kernel's own rules; its absence is a bug and stops the server.
  static <T> T require(@Nullable T value, String what, Object id) {
    if (value == null) {
      throw new IllegalStateException("no " + what + " " + id);
    }
    return value;
  }

  NewIds ids() {
    return new NewIds(epoch, nextCounter);
  }

  // Changing: by Kernel.apply and by loading a snapshot only.

  void usedId(long id) {
    nextCounter = Math.max(nextCounter, Id.counter(id) + 1);
  }

  void putWorkspace(WorkspaceId id, @Nullable Workspace after) {
    Workspace before = after == null ? workspaces.remove(id) : workspaces.put(id, after);
    touched.workspaces.add(id);
    if (before == null && after != null) {
      names.workspace(after.scope(), id, true);
    } else if (before != null && after == null) {
      names.workspace(before.scope(), id, false);
    }
    if (after != null && after.deleting()) {
      deletingWorkspaces.add(id);
    } else {
      deletingWorkspaces.remove(id);
    }
  }

  void putCluster(ClusterId id, @Nullable Cluster after) {
    Cluster before = after == null ? clusters.remove(id) : clusters.put(id, after);
    touched.clusters.add(id);
    if (before == null && after != null) {
      loads.put(id, new ClusterLoad());
      quotaKeys.put(id, quotaKeys(after, workspaceOf(after)));
      names.cluster(after.workspace(), after.name(), id, true);
    }
    deadlines.cluster(before, after, load(id), nodes);
    if (after == null && before != null) {
      names.cluster(before.workspace(), before.name(), id, false);
      loads.remove(id);
      quotaKeys.remove(id);
      clusterCharges.remove(id);
      agenda.forget(id);
    } else {
      look(id);
    }
  }

  void putNode(NodeId id, @Nullable Node after) {
    Node before = after == null ? nodes.remove(id) : nodes.put(id, after);
    Node either = require(after == null ? before : after, "node", id);
    Cluster cluster = clusterOf(either);
    touched.nodes.add(id);
    touched.clusters.add(cluster.id());
    load(cluster.id()).node(before, after);
    deadlines.node(before, after, cluster);
    outstanding.node(before, after);
    if ((before == null) != (after == null)) {
      countNode(cluster, either, after == null ? -1 : 1);
    }
    look(cluster.id());
  }

  private void countNode(Cluster cluster, Node node, int sign) {
    List<QuotaKey> keys = quotaKeys(cluster);
    quotas.count(cluster.id(), keys, sign * cluster.size().vcpus());
    if (!node.virtual()) {
      hostUsage.count(cluster.id(), cluster.size(), sign);
    }
    if (sign < 0) {
      keys.forEach(key -> wake(Agenda.Key.of(key)));
      wake(Agenda.Key.HOST);
    } else {
      wake(Agenda.Key.GROWTH);
    }
  }

  void putJob(JobId id, @Nullable Job after) {
    Job before = after == null ? jobs.remove(id) : jobs.put(id, after);
    Job either = require(after == null ? before : after, "job", id);
    touched.jobs.add(id);
    if (before == null) {
      names.job(either.workspace(), either.name(), id, true);
    } else if (after == null) {
      names.job(either.workspace(), either.name(), id, false);
      jobCharges.remove(id);
    }
    deadlines.job(before, after);
    countWaiting(either.workspace(), isWaiting(before), isWaiting(after));
    countEnded(before, -1);
    countEnded(after, 1);
    ClusterLoad load = loads.get(either.cluster());
    if (load != null) {
      load.job(before, after);
      touched.clusters.add(either.cluster());
      look(either.cluster());
    }
  }

  private void countEnded(@Nullable Job job, int sign) {
    if (job != null && job.phase() instanceof Job.Ended phase) {
      EndedJob entry = new EndedJob(phase.sequence(), phase.at(), job.id());
      boolean stays = quarantine.containsKey(new Thing(Thing.Kind.JOB, job.id().value()));
      boolean _ = sign < 0 ? ended.remove(entry) : !stays && ended.add(entry);
    }
  }

  private static boolean isWaiting(@Nullable Job job) {
    return job != null && (job.phase() instanceof Job.Queued || job.phase() instanceof Job.Local);
  }

  private void countWaiting(WorkspaceId workspace, boolean was, boolean is) {
    if (was != is) {
      waitingJobs.merge(workspace, is ? 1 : -1, (a, b) -> a + b == 0 ? null : a + b);
    }
  }

  void putAttempt(AttemptId id, @Nullable Attempt after) {
    Attempt before = after == null ? attempts.remove(id) : attempts.put(id, after);
    Attempt either = require(after == null ? before : after, "attempt", id);
    touched.attempts.add(id);
    ClusterLoad load = load(either.cluster());
    load.attempt(before, after);
    deadlines.attempt(before, after);
    outstanding.attempt(before, after);
    boolean otherEnd =
        before != null && after != null && before.expectedEnd() != after.expectedEnd();
    if (otherEnd && load.queued() + load.assembling() > 0) {
      look(either.cluster()); // backfill goes by when attempts must have ended
    }
  }

  void putStray(NodeId node, boolean present) {
    if (!present) {
      strayNodes.remove(node);
    } else if (strayNodes.add(node)) {
      outstanding.strayNode(node);
    }
  }

  void putStray(TaskId task, boolean present) {
    if (!present) {
      strayTasks.remove(task);
    } else if (strayTasks.add(task)) {
      outstanding.strayTask(task);
    }
  }

  void putInQuarantine(Thing thing, String incident) {
    boolean isJob = thing.kind() == Thing.Kind.JOB;
    Job job = isJob ? jobs.get(new JobId(thing.id())) : null;
    countEnded(job, -1);
    if (isJob && job == null) { // lost by a bug, and when it ended is not known
      ended.removeIf(each -> each.job().value() == thing.id());
    }
    quarantine.put(thing, incident);
    deadlines.quarantine(thing);
  }

  /// Puts a thing that was in quarantine back where its deadline and its cluster see it.
  void putBack(Thing thing) {
    quarantine.remove(thing);
    deadlines.endQuarantine(thing);
    switch (thing.kind()) {
      case NODE -> {
        Node node = nodes.get(new NodeId(thing.id()));
        if (node != null) {
          deadlines.node(null, node, clusterOf(node));
        }
      }
      case ATTEMPT -> deadlines.attempt(null, attempts.get(new AttemptId(thing.id())));
      case JOB -> {
        Job job = jobs.get(new JobId(thing.id()));
        deadlines.job(null, job);
        countEnded(job, 1);
      }
      case CLUSTER -> {
        ClusterId id = new ClusterId(thing.id());
        Cluster cluster = clusters.get(id);
        if (cluster != null) {
          deadlines.cluster(null, cluster, load(id), nodes);
          look(id);
        }
      }
      case WORKSPACE -> {}
    }
  }

  /// Of a state that was read and not decided, nothing is new: neither to be published, which
  /// begins with all of it, nor to be told to a backend.
  public void forgetChanges() {
    touched.clear();
    outstanding.takeFresh();
  }

  // The agenda.

  void look(ClusterId cluster) {
    QueueEntry head = load(cluster).head();
    agenda.look(
        cluster,
        head == null ? Integer.MIN_VALUE : head.priority(),
        head == null ? Long.MAX_VALUE : head.sequence());
  }

  void wake(Agenda.Key key) {
    for (ClusterId cluster : agenda.changed(key)) {
      if (clusters.containsKey(cluster)) {
        look(cluster);
      }
    }
  }

  void lookAtAll() {
    clusters.keySet().forEach(this::look);
  }

  String holderName(ClusterId id) {
    Cluster cluster = clusters.get(id);
    return cluster == null
        ? id.toString()
        : workspaceOf(cluster).scope().workspace() + "/" + cluster.name();
  }
}
