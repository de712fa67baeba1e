package ebb.simulator.invariants;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.engine.Batch;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.KeepCause;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.SegmentKind;
import ebb.kernel.protocol.VmSize;
import ebb.kernel.protocol.WorkspaceId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Promises about the state itself, each held against a state that breaks it. What the world and
/// the journal may break is in `MutantsAreCaughtTest`.
class PromisesBiteTest {
  private static final long NOW = 1_000_000;
  private static final long LATER = NOW + 60_000;
  private static final WorkspaceId WORKSPACE = new WorkspaceId(1);
  private static final ClusterId CLUSTER = new ClusterId(2);
  private static final Rates RATES = new Rates(3_600_000, Rates.UNPRICED, Rates.UNPRICED);

  private final State state = new State();

  /// Makes events true for the state, and shows them to the promise if it is to see them.
  private void given(Promise promise, boolean seen, Event... events) {
    Envelope envelope = new Envelope(NOW, 0, Actor.KERNEL, "", "test", List.of(events));
    Kernel.apply(state, envelope);
    if (seen) {
      watch = watch == null ? new Watch(List.of(promise)) : watch;
      watch.durable(
          new Batch(
              1, state.sequence() - events.length + 1, events.length, NOW, List.of(envelope)));
    }
  }

  private Watch watch;

  private void givenACluster(Promise promise) {
    given(
        promise,
        true,
        new Event.WorkspaceCreated(WORKSPACE, Scope.workspace("s", "g", "w"), "here"),
        new Event.ClusterCreated(
            CLUSTER, WORKSPACE, "cluster", spec(4), new VmSize("size", "family", 1, 1, 0), RATES));
  }

  private static ClusterSpec spec(int max) {
    return new ClusterSpec("size", Priority.DEDICATED, 0, max, 1_000, "here", true, List.of());
  }

  private static Event job(long id, int priority, int nodes, long limitMillis, long deadline) {
    return new Event.JobQueued(
        new JobId(id),
        WORKSPACE,
        CLUSTER,
        "job" + id,
        "user",
        new JobSpec("cluster", "account", priority, nodes, limitMillis, Retries.NONE, ""),
        Retries.NONE,
        limitMillis,
        deadline);
  }

  private static Event[] node(long id) {
    NodeId node = new NodeId(id);
    return new Event[] {
      new Event.NodeRequested(
          node, CLUSTER, JobId.NONE, RATES, false, Isolation.SANDBOX, List.of(), LATER),
      new Event.NodeAccepted(node, id, NOW, LATER),
      new Event.NodeReady(node, id, NOW)
    };
  }

  private void isBroken() {
    assertThatThrownBy(() -> watch.settled(state, NOW)).isInstanceOf(Broken.class);
  }

  private void isBrokenWhenSampled() {
    assertThatThrownBy(() -> watch.sampled(state, NOW)).isInstanceOf(Broken.class);
  }

  private void holds() {
    assertThatCode(
            () -> {
              watch.settled(state, NOW);
              watch.sampled(state, NOW);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void aPhaseWithoutADeadlineIsSeen() {
    Promise promise = new EveryPhaseHasADeadline();
    givenACluster(promise);
    given(promise, true, job(9, 0, 1, 1_000, LATER));
    holds();
    given(promise, false, job(10, 0, 1, 1_000, Long.MAX_VALUE));
    isBroken();
  }

  @Test
  void aNodeThatIsKeptForAgesIsSeen() {
    Promise promise = new EveryPhaseHasADeadline();
    givenACluster(promise);
    given(promise, true, node(5));
    holds();
    given(promise, false, new Event.NodeKept(new NodeId(5), KeepCause.MINIMUM, NOW * NOW));
    isBroken();
  }

  @Test
  void aDeletionThatStandsStillIsSeen() {
    Promise promise = new EveryPhaseHasADeadline();
    givenACluster(promise);
    given(promise, true, node(5));
    holds();
    given(promise, true, new Event.ClusterDeleting(CLUSTER));
    isBroken();
  }

  @Test
  void aWorkspaceWhoseDeletionStandsStillIsSeen() {
    Promise promise = new EveryPhaseHasADeadline();
    givenACluster(promise);
    holds();
    given(promise, true, new Event.WorkspaceDeleting(WORKSPACE));
    isBroken();
  }

  @Test
  void anIndexThatIsNotWhatTheFactsSayIsSeen() {
    Promise promise = new DerivedIndexesEqualRecomputation();
    givenACluster(promise);
    given(promise, true, node(5));
    holds();
    Node node = state.node(new NodeId(5));
    state.load(CLUSTER).node(node, node.with(new Node.Idle(NOW + 1, 0)));
    isBrokenWhenSampled();
  }

  @Test
  void aUsageThatIsNotWhatTheFactsSayIsSeen() {
    Promise promise = new DerivedIndexesEqualRecomputation();
    givenACluster(promise);
    given(promise, true, node(5));
    state.quotas().count(CLUSTER, List.of(), 0);
    holds();
    state.outstanding().takeFresh();
    state.charges(CLUSTER);
    state
        .quotas()
        .count(
            CLUSTER,
            ebb.kernel.quota.Quotas.keys(
                Scope.workspace("s", "g", "w"), "here", Priority.DEDICATED, "family"),
            1);
    isBrokenWhenSampled();
  }

  @Test
  void aClusterThatIsNotLookedAtIsSeen() {
    Promise promise = new AgendaForgetsNothing();
    givenACluster(promise);
    holds();
    given(promise, true, job(9, 0, 1, 1_000, LATER));
    isBrokenWhenSampled();
  }

  @Test
  void aJobThatWaitsForNothingIsSeen() {
    Promise promise = new EveryWaitHasAReason(Kernel::why);
    givenACluster(promise);
    given(promise, true, job(9, 0, 5, 1_000, LATER));
    holds();
    given(promise, true, job(10, 0, 1, 1_000, LATER));
    isBrokenWhenSampled();
  }

  @Test
  void aChargeThatNoSegmentGaveIsSeen() {
    Promise promise = new LedgerAddsUp();
    givenACluster(promise);
    given(promise, true, node(5));
    given(promise, true, segment(NOW, NOW + 7));
    holds();
    given(promise, false, segment(NOW + 7, NOW + 8));
    isBrokenWhenSampled();
  }

  static List<Rates> ratesOfOneKind() {
    long none = Rates.UNPRICED;
    return List.of(new Rates(9, none, none), new Rates(none, 9, none), new Rates(none, none, 9));
  }

  @ParameterizedTest
  @MethodSource("ratesOfOneKind")
  void aChargeByOneKindOfPriceAloneIsSeen(Rates charged) {
    Promise promise = new LedgerAddsUp();
    givenACluster(promise);
    given(promise, true, node(5));
    promise.event(envelope(), segment(NOW, NOW + 7, Rates.NONE), watch.history());
    given(promise, false, segment(NOW, NOW + 7, charged));
    isBrokenWhenSampled();
  }

  private static Event segment(long from, long to) {
    return segment(from, to, RATES);
  }

  private static Event segment(long from, long to, Rates rates) {
    return new Event.SegmentClosed(
        new NodeId(5), CLUSTER, JobId.NONE, SegmentKind.IDLE, from, to, rates, false);
  }

  @Test
  void aJobThatDelaysTheHeadIsSeen() {
    Promise promise = new HeadIsNeverDelayedByBackfill();
    givenACluster(promise);
    given(promise, true, node(5));
    given(
        promise,
        true,
        new Event.NodeRequested(
            new NodeId(6), CLUSTER, JobId.NONE, RATES, false, Isolation.SANDBOX, List.of(), LATER));
    givenAHeadAndTwoBehindIt(promise, 5);
    given(promise, true, new Event.JobAssembling(new JobId(9), LATER));
    onlyTheLongerDelaysTheHead(promise);
  }

  /// The head, 9, needs two nodes; 10 ends when it could start, and 11 a millisecond later.
  private void givenAHeadAndTwoBehindIt(Promise promise, int priority) {
    given(
        promise,
        true,
        job(9, priority, 2, 1_000, LATER),
        job(10, 0, 1, 60_000, LATER),
        job(11, 0, 1, 60_001, LATER));
  }

  private void onlyTheLongerDelaysTheHead(Promise promise) {
    given(promise, true, ordered(20, 10));
    Promise other = new HeadIsNeverDelayedByBackfill();
    assertThatThrownBy(() -> other.event(envelope(), ordered(21, 11), before(watch.history())))
        .isInstanceOf(Broken.class);
  }

  /// Both nodes of a full cluster exist, one of them is busy until LATER, and the head of the queue
  /// needs both.
  @Test
  void aJobThatDelaysAHeadWithoutAClaimIsSeen() {
    Promise promise = new HeadIsNeverDelayedByBackfill();
    givenACluster(promise);
    given(promise, true, new Event.ClusterChanged(CLUSTER, spec(2)));
    given(promise, true, node(5));
    given(promise, true, node(6));
    given(promise, true, job(8, 0, 1, 60_000, LATER));
    given(
        promise,
        true,
        new Event.AttemptOrdered(
            new AttemptId(19), new JobId(8), 1, List.of(new NodeId(6)), LATER));
    givenAHeadAndTwoBehindIt(promise, 0);
    onlyTheLongerDelaysTheHead(promise);
  }

  /// The history in which node 5 is free again.
  private static History before(History history) {
    history.nodes.get(new NodeId(5)).task = ebb.kernel.protocol.TaskId.NONE;
    return history;
  }

  private static Envelope envelope() {
    return new Envelope(NOW, 0, Actor.KERNEL, "", "test", List.of());
  }

  private static Event ordered(long attempt, long job) {
    return new Event.AttemptOrdered(
        new AttemptId(attempt), new JobId(job), 1, List.of(new NodeId(5)), LATER);
  }
}
