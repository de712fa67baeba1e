package ebb.simulator.faults;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/// Seeds that found a bug, by what was wrong. They keep their worlds as long as the generators draw
/// as they do; what was wrong is also held by the kernel's own tests.
class FoundSeedsTest {
  private static void holds(long... seeds) {
    for (long seed : seeds) {
      assertThatCode(() -> FaultRun.of(seed))
          .as("%s", Faults.rerun(seed))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aClusterWithAKeptNodeMayBeChanged() {
    holds(13, 26, 28, 29, 50);
  }

  @Test
  void aJobBeyondTheKindsThatOneLookConsidersIsToldSo() {
    holds(39, 46, 63, 72);
  }

  @Test
  void theReservationOfAClaimCountsEndsAndBootsInTheOrderOfTime() {
    holds(70, 158, 353, 406);
  }

  @Test
  void aWallClockThatIsBehindNeitherStopsTimeNorHoldsDeadlinesForEver() {
    holds(1610, 1613, 1749, 2020);
  }

  @Test
  void aJobIsLookedAtAgainWhenAnAttemptsEndMoves() {
    holds(2346, 5514, 5553);
  }
}
