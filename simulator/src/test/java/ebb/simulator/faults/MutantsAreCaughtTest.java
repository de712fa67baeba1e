package ebb.simulator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.KeepCause;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.SegmentKind;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.Thing;
import ebb.simulator.invariants.Broken;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Tests of the tests: a kernel with a planted bug is caught, by the promise that the bug breaks.
/// The bugs are planted between the engine and the world, never in the kernel.
class MutantsAreCaughtTest {
  /// A bug has to show itself within so many seeds.
  private static final int SEEDS = 200;

  private static final Event NOTHING = new Event.CancelHit(JobId.NONE, "");

  private static void isCaughtBy(String promise, Tampering mutant) {
    TreeSet<String> broken = new TreeSet<>();
    for (long seed = 1; seed <= SEEDS && !broken.contains(promise); seed++) {
      try {
        FaultRun.of(seed, mutant);
      } catch (Broken found) {
        broken.add(found.promise());
      } catch (RuntimeException _) {
        // A journal that was tampered with may also fail to replay.
      }
    }
    assertThat(broken).contains(promise);
  }

  private static Tampering events(UnaryOperator<Event> change) {
    return new Tampering() {
      @Override
      public Batch appended(Batch batch) {
        return new Batch(
            batch.epoch(),
            batch.firstSequence(),
            batch.count(),
            batch.at(),
            batch.envelopes().stream().map(each -> changed(each, change)).toList());
      }
    };
  }

  private static Envelope changed(Envelope envelope, UnaryOperator<Event> change) {
    return new Envelope(
        envelope.at(),
        envelope.observed(),
        envelope.actor(),
        envelope.requestId(),
        envelope.cause(),
        envelope.events().stream().map(change).toList());
  }

  private static Tampering dropped(Predicate<Event> dropped) {
    return events(event -> dropped.test(event) ? NOTHING : event);
  }

  private static Tampering batchesLost(Predicate<Batch> lost) {
    return new Tampering() {
      @Override
      public boolean kept(Batch batch) {
        return !lost.test(batch);
      }
    };
  }

  private static Tampering told(
      java.util.function.Function<Backend.Instruction, List<Backend.Instruction>> told) {
    return new Tampering() {
      @Override
      public List<Backend.Instruction> told(Backend.Instruction instruction) {
        return told.apply(instruction);
      }
    };
  }

  private static boolean has(Batch batch, Class<? extends Event> kind) {
    return batch.envelopes().stream()
        .flatMap(each -> each.events().stream())
        .anyMatch(kind::isInstance);
  }

  private static boolean nobodyWaits(Batch batch) {
    return batch.envelopes().stream().allMatch(each -> each.requestId().isEmpty());
  }

  @Test
  void aSegmentThatIsLeftOut() {
    isCaughtBy(
        "SegmentsTileEachNodesLife",
        dropped(event ->
            event instanceof Event.SegmentClosed closed && closed.kind() == SegmentKind.IDLE));
  }

  @Test
  void aSegmentThatSomebodyElsePays() {
    isCaughtBy(
        "SegmentsTileEachNodesLife",
        events(event ->
            event instanceof Event.SegmentClosed closed
                ? new Event.SegmentClosed(
                    closed.node(),
                    closed.cluster(),
                    JobId.NONE,
                    closed.kind(),
                    closed.from(),
                    closed.to(),
                    closed.rates(),
                    closed.virtual())
                : event));
  }

  @Test
  void aSegmentThatIsChargedOtherwiseThanWritten() {
    isCaughtBy(
        "LedgerAddsUp",
        events(event ->
            event instanceof Event.SegmentClosed closed && closed.kind() == SegmentKind.LEAVE
                ? new Event.SegmentClosed(
                    closed.node(),
                    closed.cluster(),
                    closed.payer(),
                    closed.kind(),
                    closed.from(),
                    closed.to() + 1,
                    closed.rates(),
                    closed.virtual())
                : event instanceof Event.NodeGone gone
                    ? new Event.NodeGone(gone.node(), gone.at() + 1)
                    : event));
  }

  @Test
  void aMeterThatStopsBeforeTheNodeIsGone() {
    isCaughtBy(
        "ChargedUntilConfirmedGone",
        events(event ->
            event instanceof Event.SegmentClosed closed
                    && closed.kind() == SegmentKind.LEAVE
                    && closed.to() > closed.from() + 1
                ? new Event.SegmentClosed(
                    closed.node(),
                    closed.cluster(),
                    closed.payer(),
                    closed.kind(),
                    closed.from(),
                    closed.to() - 1,
                    closed.rates(),
                    closed.virtual())
                : event));
  }

  @Test
  void aStartThatNobodyOrdered() {
    isCaughtBy(
        "NoJobRunsTwiceAtOnce",
        told(instruction ->
            instruction instanceof Backend.StartTask start
                ? List.of(
                    start,
                    new Backend.StartTask(
                        new TaskId(
                            new AttemptId(start.task().attempt().value() + (1L << 39)),
                            start.task().rank()),
                        start.node(),
                        start.confinement(),
                        start.job(),
                        start.jobName(),
                        start.submitter(),
                        start.attemptNumber(),
                        start.nodes(),
                        start.specHash(),
                        start.limitMillis(),
                        start.graceMillis()))
                : List.of(instruction)));
  }

  @Test
  void aNodeThatIsNeverTold() {
    isCaughtBy(
        "NoNodeIsForgotten",
        told(instruction ->
            instruction instanceof Backend.StopNode ? List.of() : List.of(instruction)));
  }

  @Test
  void aNodeThatNobodyKnows() {
    isCaughtBy(
        "NoNodeIsForgotten",
        told(instruction ->
            instruction instanceof Backend.StartNode start
                ? List.of(
                    start,
                    new Backend.StartNode(
                        new NodeId(Id.of(77, Id.counter(start.node().value()))),
                        start.cluster(),
                        start.size(),
                        start.spec(),
                        start.virtual()))
                : List.of(instruction)));
  }

  @Test
  void aStrayThatIsNotToldToGo() {
    isCaughtBy(
        "WhatNobodyOwnsIsReleased",
        told(instruction ->
            instruction instanceof Backend.StopNode stop && Strays.isOne(stop.node())
                ? List.of()
                : List.of(instruction)));
  }

  @Test
  void aBackendThatIsNeverAskedWhatThereIs() {
    isCaughtBy(
        "WhatNobodyOwnsIsReleased",
        told(instruction ->
            instruction instanceof Backend.ListAll ? List.of() : List.of(instruction)));
  }

  @Test
  void actingOnWhatIsNotDurable() {
    isCaughtBy(
        "NothingActsBeforeItIsDurable",
        batchesLost(batch -> has(batch, Event.AttemptOrdered.class) && nobodyWaits(batch)));
  }

  @Test
  void answeringWhatIsLost() {
    isCaughtBy("AnsweredIsNeverLost", batchesLost(batch -> has(batch, Event.JobQueued.class)));
  }

  @Test
  void aQuotaThatIsNotKept() {
    isCaughtBy(
        "QuotaIsNeverExceeded",
        events(event ->
            event instanceof Event.QuotaChanged set
                ? new Event.QuotaChanged(set.key(), 0)
                : event));
  }

  @Test
  void aGangThatIsStartedInPart() {
    isCaughtBy(
        "GangsAreAllOrNone",
        events(event ->
            event instanceof Event.AttemptOrdered ordered && ordered.nodes().size() > 1
                ? new Event.AttemptOrdered(
                    ordered.attempt(),
                    ordered.job(),
                    ordered.number(),
                    ordered.nodes().subList(1, ordered.nodes().size()),
                    ordered.deadline())
                : event));
  }

  @Test
  void aLockThatIsPassed() {
    isCaughtBy("LocksStopScaling", dropped(Event.LockDeleted.class::isInstance));
  }

  @Test
  void aDeadlineThatFiresBeforeTheBackendHasAnswered() {
    isCaughtBy("ObserveBeforeExpire", dropped(Event.BackendObserved.class::isInstance));
  }

  @Test
  void aNodeThatStaysOutOfSightThoughTheBackendHasAnswered() {
    isCaughtBy("ObserveBeforeExpire", dropped(Event.NodeReachable.class::isInstance));
  }

  @Test
  void aRetryThatIsNotCounted() {
    isCaughtBy(
        "RetryBudgetsAreKept",
        events(event ->
            event instanceof Event.JobBackedOff backedOff
                ? new Event.JobBackedOff(
                    backedOff.job(),
                    backedOff.cause(),
                    Retries.NONE,
                    backedOff.failures(),
                    backedOff.until())
                : event));
  }

  @Test
  void aClaimThatIsGivenBackForNothing() {
    isCaughtBy(
        "ClaimsAreKept",
        events(event ->
            event instanceof Event.AttemptOrdered ordered
                ? new Event.ClaimGivenBack(ordered.job(), ordered.deadline())
                : event));
  }

  @Test
  void aClaimWhoseFailureBeginsTheTimeInTheQueueAnew() {
    isCaughtBy(
        "ClaimsAreKept",
        events(event ->
            event instanceof Event.BackOffEnded ended
                ? new Event.BackOffEnded(ended.job(), ended.deadline() + 1)
                : event));
  }

  @Test
  void aCurrencyThatChangesUnderWhatIsCharged() {
    int[] changes = {0};
    isCaughtBy(
        "LedgerAddsUp",
        events(event ->
            event instanceof Event.PricesChanged changed
                ? new Event.PricesChanged("C" + changes[0]++, changed.prices())
                : event));
  }

  @Test
  void aFailureThatIsCalledSuccess() {
    isCaughtBy(
        "EndsAreWhatHappened",
        events(event ->
            event instanceof Event.AttemptEnded ended && ended.cause() == EndCause.FAILED
                ? new Event.AttemptEnded(ended.attempt(), EndCause.SUCCEEDED, 0, ended.detail())
                : event));
  }

  @Test
  void aJobThatNeverEnds() {
    isCaughtBy("EveryJobEnds", dropped(Event.JobEnded.class::isInstance));
  }

  @Test
  void aJobThatIsDeletedBeforeItsEnd() {
    isCaughtBy(
        "EveryJobEnds",
        events(event ->
            event instanceof Event.CancelRequested canceled
                ? new Event.JobDeleted(canceled.job())
                : event));
  }

  @Test
  void aJournalThatSaysOtherwise() {
    isCaughtBy(
        "LiveEqualsReplay",
        events(event ->
            event instanceof Event.PricesChanged changed
                ? new Event.PricesChanged("EUR", changed.prices())
                : event));
  }

  @Test
  void aRefusalThatChangesSomething() {
    isCaughtBy(
        "RefusedChangesNothing",
        events(event ->
            event instanceof Event.CommandRefused ? new Event.StorageChanged(false, 1, 1) : event));
  }

  @Test
  void aPreemptionThatIsCalledAFault() {
    isCaughtBy(
        "EndsAreWhatHappened",
        events(event ->
            event instanceof Event.AttemptStopping stopping
                    && stopping.cause() == EndCause.PREEMPTED
                ? new Event.AttemptStopping(
                    stopping.attempt(),
                    EndCause.INFRASTRUCTURE,
                    stopping.code(),
                    stopping.detail(),
                    stopping.deadline())
                : event));
  }

  @Test
  void aJobThatEndsForAnotherCauseThanItsAttempt() {
    isCaughtBy(
        "EndsAreWhatHappened",
        events(event ->
            event instanceof Event.JobEnded ended && ended.cause() == EndCause.FAILED
                ? new Event.JobEnded(ended.job(), EndCause.TIME_LIMIT, ended.code(), ended.detail())
                : event));
  }

  @Test
  void aJobThatEndsThoughItMayBeTriedAgain() {
    isCaughtBy(
        "RetryBudgetsAreKept",
        events(event ->
            event instanceof Event.JobBackedOff backedOff
                ? new Event.JobEnded(backedOff.job(), backedOff.cause(), 0, "")
                : event));
  }

  @Test
  void aReasonThatIsNotTrue() {
    isCaughtBy(
        "EveryWaitHasAReason",
        new Tampering() {
          @Override
          public Rejection why(State state, Thing thing, long now) {
            Rejection why = Kernel.why(state, thing, now);
            boolean waits = thing.kind() == Thing.Kind.JOB && why instanceof Rejection.ClusterFull;
            return waits
                ? new Rejection.HostFull(Places.SIZES.getFirst(), 1, 0, 0, 0, List.of())
                : why;
          }
        });
  }

  @Test
  void aStartBelowTheMarkOfFreeSpace() {
    isCaughtBy(
        "NothingStartsWhenItMayNot",
        events(event ->
            event instanceof Event.StorageChanged changed
                ? new Event.StorageChanged(true, changed.freeBytes(), changed.markBytes())
                : event));
  }

  @Test
  void aStartInSafeMode() {
    isCaughtBy(
        "NothingStartsWhenItMayNot",
        events(event ->
            event instanceof Event.ServerStarted started
                ? new Event.ServerStarted(
                    started.installation(),
                    started.epoch(),
                    started.lastAlive(),
                    true,
                    started.observeUntil())
                : event));
  }

  @Test
  void aStartInAClusterInQuarantine() {
    isCaughtBy("NothingStartsWhenItMayNot", dropped(Event.QuarantineEnded.class::isInstance));
  }

  @Test
  void anIdleNodeThatIsSaidToBeOneTooMany() {
    isCaughtBy(
        "NodesGoAndStayForTheReasonSaid",
        events(event ->
            event instanceof Event.NodeReleased released
                    && released.cause() == ReleaseCause.IDLE_TIMEOUT
                ? new Event.NodeReleased(
                    released.node(),
                    ReleaseCause.ABOVE_MAX,
                    released.detail(),
                    released.at(),
                    released.deadline())
                : event));
  }

  @Test
  void aNodeThatIsKeptForTheMinimumAndSaidToBeClaimed() {
    isCaughtBy(
        "NodesGoAndStayForTheReasonSaid",
        events(event ->
            event instanceof Event.NodeKept kept && kept.cause() == KeepCause.MINIMUM
                ? new Event.NodeKept(kept.node(), KeepCause.CLAIMED, kept.until())
                : event));
  }

  @Test
  void aNodeOfTheMinimumThatIsLetGo() {
    isCaughtBy(
        "MinimumIsKept",
        events(event ->
            event instanceof Event.NodeKept kept && kept.cause() == KeepCause.MINIMUM
                ? new Event.NodeReleased(
                    kept.node(), ReleaseCause.IDLE_TIMEOUT, "", kept.until(), kept.until())
                : event));
  }

  @Test
  void aMinimumThatIsNeverThere() {
    isCaughtBy(
        "MinimumIsKept",
        events(event ->
            event instanceof Event.ClusterCreated created
                ? new Event.ClusterCreated(
                    created.id(),
                    created.workspace(),
                    created.name(),
                    created.spec().scaledTo(1, created.spec().max(), created.spec().idleMillis()),
                    created.size(),
                    created.rates())
                : event));
  }

  @Test
  void aNodeThatDoesNotSayWhatItsTasksLack() {
    isCaughtBy(
        "NodesSayHowTasksAreKeptApart",
        events(event ->
            event instanceof Event.NodeRequested requested
                ? new Event.NodeRequested(
                    requested.node(),
                    requested.cluster(),
                    requested.askedFor(),
                    requested.rates(),
                    requested.virtual(),
                    requested.isolation(),
                    List.of(),
                    requested.deadline())
                : event));
  }

  @Test
  void aNodeThatIsKeptForAges() {
    isCaughtBy(
        "EveryPhaseHasADeadline",
        events(event ->
            event instanceof Event.NodeKept kept
                ? new Event.NodeKept(kept.node(), kept.cause(), kept.until() * 2)
                : event));
  }

  @Test
  void aBackOffThatEndsThoughNoneHadBegun() {
    isCaughtBy(
        "OnlyKnownTransitionsHappen",
        events(event ->
            event instanceof Event.ClusterRepriced repriced
                ? new Event.GrowthBackOffEnded(repriced.id())
                : event));
  }

  @Test
  void nothingPlantedIsNothingCaught() {
    for (long seed = 1; seed <= 20; seed++) {
      FaultRun.of(seed, events(event -> event));
    }
  }
}
