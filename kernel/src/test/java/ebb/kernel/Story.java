package ebb.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.LockLevel;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Thing;
import ebb.kernel.protocol.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// A kernel with a past, told in sentences: given what happened, when somebody asks or something is
/// reported, then these events follow, or this refusal.
///
/// `when` decides one command and applies what it decided; `then` speaks of those events, and
/// policy has not spoken yet. Everything else (`after`, `given`, the world's own verbs) lets policy
/// speak until it has nothing to say, and `policy` speaks of what it said last.
public final class Story {
  public static final long START = 1_700_000_000_000L;

  /// Policy that still speaks after so many decisions is taken to speak for ever.
  private static final int DECISIONS_MOST = 100_000;

  private final State state = new State();
  private final Transitions transitions;
  private final List<Event> all = new ArrayList<>();
  private long now = START;
  private long acknowledged;
  private Actor actor = World.OWNER;
  private Verdict verdict = Verdict.NOTHING_NEW;
  private List<Event> policy = List.of();

  private Story(Transitions transitions) {
    this.transitions = transitions;
  }

  /// Nothing has happened yet, not even a start.
  public static Story nothing() {
    return new Story(new Transitions());
  }

  static Story nothing(Transitions transitions) {
    return new Story(transitions);
  }

  /// The events of a past, applied as they stand.
  public static Story given(Event... past) {
    return nothing().and(past);
  }

  /// The usual world: an owner, a workspace, sizes, prices, a backend that has answered.
  public static Story usual() {
    return usual(new Transitions());
  }

  static Story usual(Transitions transitions) {
    return nothing(transitions)
        .given(new Command.StartServer("ebb-1", 1, 0, World.OWNER.principal(), false))
        .given(new Command.BackendListed(List.of(), List.of(), 0))
        .given(World.SIZES)
        .given(World.PRICES)
        .given(new Command.PutWorkspace(World.WORKSPACE, World.LOCATION));
  }

  public Story and(Event... past) {
    Kernel.apply(state, new Envelope(now, 0, Actor.SHELL, "", "given", List.of(past)));
    return this;
  }

  /// What somebody did or the world reported, which must be accepted; policy speaks after it.
  public Story given(Command... commands) {
    for (Command command : commands) {
      when(command);
      assertThat(verdict).as("given %s", command).isInstanceOf(Verdict.Accepted.class);
      policySpeaks();
    }
    return this;
  }

  public Story given(UnaryOperator<Story> situation) {
    return situation.apply(this);
  }

  public Story as(Actor somebody) {
    actor = somebody;
    return this;
  }

  public Story as(String principal) {
    return as(new Actor(principal, "", "test"));
  }

  public Story settings(UnaryOperator<Settings> change) {
    return given(new Command.ChangeSettings(change.apply(state.settings())));
  }

  // When.

  public Story when(Command command) {
    Actor sender = command instanceof Command.Wish ? actor : Actor.SHELL;
    verdict = Kernel.decide(state, new Order(now, sender, "request", command));
    if (verdict instanceof Verdict.Accepted(List<Event> events)) {
      make(new Envelope(now, 0, sender, "request", "test", events));
    }
    return this;
  }

  /// Time passes without anybody stepping: what fell due falls due at once.
  public Story after(long millis) {
    now += millis;
    return policySpeaks();
  }

  /// Time passes, with a step at each deadline on the way.
  public Story passes(long millis) {
    long until = now + millis;
    List<Event> said = new ArrayList<>();
    for (long next = due(); next <= until; next = due()) {
      now = Math.max(now, next);
      policySpeaks();
      said.addAll(policy);
    }
    now = until;
    policySpeaks();
    said.addAll(policy);
    policy = said;
    return this;
  }

  /// The clock jumps and nobody has stepped yet.
  public Story jumps(long millis) {
    now += millis;
    return this;
  }

  private long due() {
    return state.nextDeadline(0);
  }

  public Story policySpeaks() {
    List<Event> said = new ArrayList<>();
    Kernel.Moment moment = new Kernel.Moment(now, 0);
    for (int i = 0; ; i++) {
      Envelope decision = Kernel.next(state, moment);
      if (decision == null) {
        policy = said;
        return this;
      }
      assertThat(i)
          .as("decisions of policy without an end: %s", decision)
          .isLessThan(DECISIONS_MOST);
      make(decision);
      said.addAll(decision.events());
    }
  }

  /// History has everything so far, and ended jobs may leave memory.
  public Story historyCatchesUp() {
    List<Event> said = new ArrayList<>();
    Kernel.Moment moment = new Kernel.Moment(now, state.sequence());
    for (Envelope next = Kernel.next(state, moment);
        next != null;
        next = Kernel.next(state, moment)) {
      make(next);
      said.addAll(next.events());
    }
    policy = said;
    return this;
  }

  void make(Envelope envelope) {
    transitions.make(state, envelope);
    all.addAll(envelope.events());
  }

  // Then.

  /// The command was accepted and made exactly this true.
  public Story then(Event... expected) {
    assertThat(verdict).isEqualTo(new Verdict.Accepted(List.of(expected)));
    return this;
  }

  public Story thenNothing() {
    return then();
  }

  /// The command was accepted, and these kinds of events are true, in order.
  public Story thenKinds(Class<?>... kinds) {
    assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
    assertThat(kinds(decided())).isEqualTo(List.of(kinds));
    return this;
  }

  public Story rejected(Rejection expected) {
    assertThat(verdict).isEqualTo(new Verdict.Refused(expected));
    return this;
  }

  public Story rejected(Class<? extends Rejection> kind) {
    assertThat(rejection()).isInstanceOf(kind);
    return this;
  }

  /// Policy said exactly this when it spoke last.
  public Story policy(Event... expected) {
    assertThat(policy).containsExactly(expected);
    return this;
  }

  public Story policyKinds(Class<?>... kinds) {
    assertThat(kinds(policy)).isEqualTo(List.of(kinds));
    return this;
  }

  private static List<Class<?>> kinds(List<Event> events) {
    List<Class<?>> kinds = new ArrayList<>();
    events.forEach(event -> kinds.add(event.getClass()));
    return kinds;
  }

  public List<Event> policySaid() {
    return policy;
  }

  public Verdict verdict() {
    return verdict;
  }

  public Rejection rejection() {
    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    return ((Verdict.Refused) verdict).rejection();
  }

  public List<Event> decided() {
    return ((Verdict.Accepted) verdict).events();
  }

  /// Everything that was decided so far, of one kind.
  public <E extends Event> List<E> happened(Class<E> kind) {
    return all.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  public State state() {
    return state;
  }

  public long now() {
    return now;
  }

  // What people do.

  public Story cluster(String name, World.Cluster cluster) {
    return given(cluster.put(name));
  }

  public Story job(String name, World.Job job) {
    return given(submission(name, job));
  }

  public Command.SubmitJob submission(String name, World.Job job) {
    return new Command.SubmitJob(World.WORKSPACE, name, job.spec(), now);
  }

  public static Command.DeleteJob deletion(String name, JobId past) {
    return new Command.DeleteJob(World.WORKSPACE, name, past);
  }

  /// The words are those of `wordsHash`; lists show the job.
  public static Command.DescribeJob description(String name, JobId past, String wordsHash) {
    return new Command.DescribeJob(World.WORKSPACE, name, past, new Description(wordsHash, false));
  }

  public static Command.CancelJob cancel(String name) {
    return new Command.CancelJob(World.WORKSPACE, name);
  }

  public static Command.ReportLocalStart localStart(String name) {
    return new Command.ReportLocalStart(World.WORKSPACE, name);
  }

  public static Command.ReportLocalSending localSending(String name) {
    return new Command.ReportLocalSending(World.WORKSPACE, name);
  }

  public static Command.ReportLocalEnd localEnd(String name, TaskEnd end, int code) {
    return new Command.ReportLocalEnd(World.WORKSPACE, name, new TaskReport(end, code, 0, 0, ""));
  }

  public static Command.DeleteCluster delete(String cluster) {
    return new Command.DeleteCluster(World.WORKSPACE, cluster);
  }

  public static Command.ScaleCluster scale(String cluster, int min, int max) {
    return new Command.ScaleCluster(World.WORKSPACE, cluster, min, max, -1);
  }

  public static Lock lock(Scope scope) {
    return new Lock(scope, "keep", LockLevel.CANNOT_DELETE);
  }

  // What the world does.

  /// Every node on its way becomes ready.
  public Story nodesComeUp() {
    for (Node node : List.copyOf(state.nodes.values())) {
      if (node.isComing()) {
        given(new Command.NodeReady(node.id(), ++acknowledged, 0));
      }
    }
    return this;
  }

  public Story nodesAccepted() {
    for (Node node : List.copyOf(state.nodes.values())) {
      if (node.phase() instanceof Node.Requested) {
        given(new Command.NodeAccepted(node.id(), ++acknowledged, 0));
      }
    }
    return this;
  }

  /// Every node that leaves is gone.
  public Story nodesGo() {
    for (Node node : List.copyOf(state.nodes.values())) {
      if (node.isLeaving()) {
        given(new Command.NodeGone(node.id(), 0));
      }
    }
    return this;
  }

  /// Every task that was ordered starts.
  public Story tasksStart() {
    for (Attempt attempt : List.copyOf(state.attempts.values())) {
      for (int rank = 0; rank < attempt.tasks().size(); rank++) {
        if (attempt.task(rank).phase() instanceof Attempt.Ordered) {
          given(started(new TaskId(attempt.id(), rank)));
        }
      }
    }
    return this;
  }

  /// Nodes come and tasks start until everything that can run does.
  public Story settles() {
    return nodesComeUp().tasksStart();
  }

  public Story ends(String job, int code) {
    for (TaskId task : tasksOf(job)) {
      given(exited(task, code));
    }
    return this;
  }

  public Command.TaskStarted started(TaskId task) {
    return new Command.TaskStarted(task, ++acknowledged, 0, 0, 0);
  }

  public static Command.TaskExited exited(TaskId task, int code) {
    return exited(task, TaskEnd.EXITED, code);
  }

  public static Command.TaskExited exited(TaskId task, TaskEnd end, int code) {
    return new Command.TaskExited(task, new TaskReport(end, code, 0, 0, ""), 0);
  }

  // What is known.

  public Job job(String name) {
    Job job = state.job(workspace(), name);
    assertThat(job).as("job %s", name).isNotNull();
    return job;
  }

  public JobId jobId(String name) {
    return job(name).id();
  }

  public Cluster cluster(String name) {
    Cluster cluster = state.cluster(workspace(), name);
    assertThat(cluster).as("cluster %s", name).isNotNull();
    return cluster;
  }

  public ClusterId clusterId(String name) {
    return cluster(name).id();
  }

  private ebb.kernel.protocol.WorkspaceId workspace() {
    return State.require(state.workspace(World.WORKSPACE), "workspace", "").id();
  }

  public List<Node> nodes(String cluster) {
    ClusterId id = clusterId(cluster);
    return state.nodes.values().stream().filter(node -> node.cluster().equals(id)).toList();
  }

  /// The cluster's only node.
  public NodeId node(String cluster) {
    List<Node> nodes = nodes(cluster);
    assertThat(nodes).as("nodes of %s", cluster).hasSize(1);
    return nodes.getFirst().id();
  }

  public Attempt attempt(String job) {
    assertThat(job(job).phase()).as("phase of %s", job).isInstanceOf(Job.Active.class);
    AttemptId id = ((Job.Active) job(job).phase()).attempt();
    return State.require(state.attempt(id), "attempt", id);
  }

  public TaskId task(String job) {
    return new TaskId(attempt(job).id(), 0);
  }

  public List<TaskId> tasksOf(String job) {
    Attempt attempt = attempt(job);
    List<TaskId> tasks = new ArrayList<>();
    for (int rank = 0; rank < attempt.tasks().size(); rank++) {
      if (attempt.isLive(rank)) {
        tasks.add(new TaskId(attempt.id(), rank));
      }
    }
    return tasks;
  }

  public List<NodeId> nodesOf(String job) {
    return attempt(job).tasks().stream().map(Attempt.Task::node).toList();
  }

  /// The name of the phase the job is in.
  public String phase(String job) {
    return Why.phase(job(job));
  }

  public List<String> phases(String cluster) {
    return nodes(cluster).stream().map(Why::phase).toList();
  }

  public Rejection why(String job) {
    return why(new Thing(Thing.Kind.JOB, jobId(job).value()));
  }

  /// The job's place in the queue; 0 if it is in none.
  public int place(String job) {
    return Kernel.place(state, jobId(job));
  }

  public Rejection whyCluster(String cluster) {
    return why(new Thing(Thing.Kind.CLUSTER, clusterId(cluster).value()));
  }

  public Rejection why(Thing thing) {
    return Kernel.why(state, thing, now);
  }
}
