package ebb.simulator.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.engine.EngineTime;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Settings;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the fault simulation found, each as a story of its own.
class FoundByFaultsTest {
  private static final long MINUTE = 60_000;
  private static final long NANOS = 1_000_000;

  @Test
  void aClusterWithAKeptNodeMayBeChanged() {
    Story story = new Story(4, 10_000);
    story.submit("first", 2, MINUTE);
    story.allReady();
    story.began("first");
    story.ended("first");
    story.wish(new Command.ScaleCluster(Story.WORKSPACE, Story.CLUSTER, 2, -1, -1));
    story.timePasses(MINUTE);
    assertThat(story.state().allNodes())
        .allSatisfy(
            node -> assertThat(((Node.Idle) node.phase()).keptUntil()).isGreaterThan(story.now));
    story.wish(new Command.ScaleCluster(Story.WORKSPACE, Story.CLUSTER, 0, -1, 5_000));
    story.timePasses(MINUTE);
    assertThat(story.state().allNodes()).allSatisfy(node -> assertThat(node.isLeaving()).isTrue());
  }

  @Test
  void aClusterMayBeMadeBeforeAnybodyNamedAPrice() {
    Story story = new Story(4, 10_000);
    assertThat(story.state().prices().prices()).isEmpty();
    assertThat(story.state().allClusters())
        .singleElement()
        .satisfies(cluster -> assertThat(cluster.rates()).isEqualTo(Rates.NONE));
  }

  @Test
  void aJobBeyondTheKindsThatOneLookConsidersIsToldSo() {
    Story story = new Story(2, MINUTE);
    story.settings(withCandidates(1));
    story.submit("running", 1, 60 * MINUTE);
    story.allReady();
    story.began("running");
    story.submit("head", 2, 10 * MINUTE);
    story.submit("small", 1, MINUTE);
    assertThat(story.phase("small")).isEqualTo("Queued");
    assertThat(story.why("small"))
        .isEqualTo(
            new Rejection.TooMany(
                "kinds of jobs ahead of it that one look at the queue considers", 1));
  }

  private static Settings withCandidates(int candidates) {
    Settings all = Settings.DEFAULT;
    return new Settings(
        all.bootMillis(),
        all.startMillis(),
        all.graceMillis(),
        all.stopMillis(),
        all.leaveMillis(),
        all.assemblyMillis(),
        all.unreachableMillis(),
        all.observeMillis(),
        all.backOffMillis(),
        all.backOffMaxMillis(),
        all.lifetimeMillis(),
        all.lifetimeLowMillis(),
        all.queueMillis(),
        all.archiveMillis(),
        all.retries(),
        all.familyQuota(),
        all.regionalQuota(),
        all.lowPriorityQuota(),
        all.queuedJobs(),
        all.clusters(),
        all.defaultIdleMillis(),
        candidates);
  }

  /// Two nodes are claimed by a pair; one is there, and a running job gives back another before
  /// those on their way must be there. A job that lasts longer must not take the one that is there.
  @Test
  void theReservationOfAClaimCountsEndsAndBootsInTheOrderOfTime() {
    Story story = new Story(4, MINUTE);
    story.submit("short", 1, MINUTE);
    story.allReady();
    story.began("short");
    story.submit("pair", 2, 10 * MINUTE);
    story.submit("long", 1, 20 * MINUTE);
    story.ready(story.nodes().get(1));
    assertThat(story.phase("pair")).isEqualTo("Assembling");
    assertThat(story.phase("long")).isEqualTo("Assembling");
    assertThat(story.state().node(story.nodes().get(1)).isFree()).isTrue();
  }

  /// A head of two nodes finds one idle and waits for the one that "single" must give back within
  /// the hour: nothing is to spare. When "pair" is canceled, two nodes come back before that, so
  /// that one is.
  @Test
  void aClusterIsLookedAtAgainWhenAnAttemptsEndMoves() {
    Story story = new Story(4, 30 * MINUTE);
    story.submit("pair", 2, 200 * MINUTE);
    story.submit("single", 1, 60 * MINUTE);
    story.submit("short", 1, 5 * MINUTE);
    story.allReady();
    story.began("pair");
    story.began("single");
    story.began("short");
    story.ended("short");
    story.submit("head", 2, 10 * MINUTE);
    story.submit("filler", 1, 100 * MINUTE);
    assertThat(story.phase("head")).isEqualTo("Queued");
    assertThat(story.phase("filler")).isEqualTo("Queued");
    story.cancel("pair");
    assertThat(story.phase("filler")).isEqualTo("Active");
  }

  @Test
  void timeGoesOnWhileTheWallClockIsBehindHoweverOftenItIsAsked() {
    EngineTime time = new EngineTime(0, 1_000_000, 0);
    long behind = -30_000;
    for (long millis = 1; millis <= 100_000; millis++) {
      time.now(1_000_000 + millis + behind, millis * NANOS);
    }
    assertThat(time.now(1_100_000 + behind, 100_000 * NANOS)).isEqualTo(1_100_000 - 500);
  }

  @Test
  void aWallClockThatStaysBehindIsToldOfOnce() {
    EngineTime time = new EngineTime(0, 10_000_000, 0);
    time.now(10_001_000 - 3_600_000, 1_000 * NANOS);
    assertThat(time.hasJumped()).isTrue();
    time.acceptJump();
    for (long seconds = 2; seconds < 100_000; seconds++) {
      time.now(10_000_000 + seconds * 1_000 - 3_600_000, seconds * 1_000 * NANOS);
      assertThat(time.hasJumped()).as("after %d s", seconds).isFalse();
    }
    assertThat(List.of(time.wallDifference())).first().isEqualTo(-3_100_010L);
  }
}
