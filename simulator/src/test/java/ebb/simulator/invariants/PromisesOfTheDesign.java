package ebb.simulator.invariants;

import java.util.List;

/// All promises, each new, for one run.
public final class PromisesOfTheDesign {
  private PromisesOfTheDesign() {}

  /// The promises of one run.
  ///
  /// @param clocksAgree whether the server's clock and the world's are the same in this run
  /// @param reasons who says why something waits
  public static List<Promise> all(boolean clocksAgree, Reasons reasons) {
    return List.of(
        new NothingActsBeforeItIsDurable(),
        new AnsweredIsNeverLost(),
        new RefusedChangesNothing(),
        new NoNodeIsForgotten(),
        new WhatNobodyOwnsIsReleased(),
        new ChargedUntilConfirmedGone(clocksAgree),
        new SegmentsTileEachNodesLife(),
        new LedgerAddsUp(),
        new NoJobRunsTwiceAtOnce(),
        new GangsAreAllOrNone(),
        new ClaimsAreKept(),
        new QuotaIsNeverExceeded(),
        new LocksStopScaling(),
        new NothingStartsWhenItMayNot(),
        new MinimumIsKept(),
        new NodesGoAndStayForTheReasonSaid(),
        new NodesSayHowTasksAreKeptApart(),
        new HeadIsNeverDelayedByBackfill(),
        new EveryWaitHasAReason(reasons),
        new EveryPhaseHasADeadline(),
        new ObserveBeforeExpire(),
        new RetryBudgetsAreKept(),
        new EndsAreWhatHappened(),
        new DerivedIndexesEqualRecomputation(),
        new AgendaForgetsNothing(),
        new LiveEqualsReplay(),
        new EveryJobEnds(),
        new OnlyKnownTransitionsHappen());
  }
}
