package ebb.kernel;

import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Thing;
import org.junit.jupiter.api.Test;

/// Each reason to wait, with its numbers. The reasons of quotas, hosts, locks, storage and
/// quarantine stand with those.
class WhyTest {
  private static Story of(int nodes) {
    return Story.usual().cluster("gpu", cluster().nodes(0, nodes));
  }

  @Test
  void aJobWhoseNodesAreOnTheirWaySaysHowManyAreThere() {
    Story story = of(3).job("a", job()).settles().ends("a", 0).job("gang", job().nodes(3));

    assertThat(story.why("gang"))
        .isEqualTo(new Rejection.NodesComing(1, 3, story.now() + 20 * MINUTE));
  }

  @Test
  void aJobInAFullClusterSaysHowFullItsPlaceAndWhenItShouldStart() {
    Story story = of(1).job("runs", job().limit(HOUR)).settles();
    story.job("first", job()).job("second", job().limit(MINUTE));

    assertThat(story.why("first"))
        .isEqualTo(new Rejection.ClusterFull(1, 1, 1, 1, story.now() + HOUR));
    assertThat(story.why("second"))
        .isEqualTo(new Rejection.WouldDelayHead("first", 2, story.now() + HOUR));
  }

  @Test
  void aPlaceInALongQueueIsCounted() {
    Story story = of(1).job("runs", job()).settles();
    for (int i = 0; i < 20; i++) {
      story.job("waits-" + i, job().limit(HOUR + i % 3));
    }

    assertThat(((Rejection.WouldDelayHead) story.why("waits-19")).place()).isEqualTo(20);
    story.job("urgent", job().priority(1));
    assertThat(((Rejection.ClusterFull) story.why("urgent")).place()).isEqualTo(1);
    assertThat(((Rejection.WouldDelayHead) story.why("waits-19")).place()).isEqualTo(21);
  }

  @Test
  void aJobThatBacksOffSaysForWhatAndUntilWhen() {
    Story story = of(1).job("a", job().retries(0, 0, 2)).settles().ends("a", 1);

    assertThat(story.why("a"))
        .isEqualTo(new Rejection.BackingOff(EndCause.FAILED, 1, story.now() + 5 * SECOND));
  }

  @Test
  void aJobWhoseClusterCannotGrowForAWhileSaysSo() {
    Story story = of(3).job("a", job());
    story.given(new Command.NodeFailed(story.node("gpu"), "no capacity", 0));
    story.job("b", job());

    assertThat(story.why("b"))
        .isEqualTo(new Rejection.GrowthBackingOff(1, story.now() + 5 * SECOND));
  }

  @Test
  void aJobThatRunsWaitsForItsLimit() {
    Story story = of(1).job("a", job().limit(HOUR)).settles();

    assertThat(story.why("a")).isEqualTo(new Rejection.NotWaiting("Running", story.now() + HOUR));
    assertThat(story.why(new Thing(Thing.Kind.ATTEMPT, story.attempt("a").id().value())))
        .isEqualTo(new Rejection.NotWaiting("Running", story.now() + HOUR));
  }

  @Test
  void aJobThatEndedSaysHow() {
    Story story = of(1).job("a", job()).settles().ends("a", 0);

    assertThat(story.why("a")).isEqualTo(new Rejection.AlreadyEnded("a", EndCause.SUCCEEDED));
  }

  @Test
  void anEndedJobOfAClusterThatIsGoneStillSaysHow() {
    Story story = of(1).job("a", job()).given(Story.delete("gpu")).nodesGo();

    assertThat(story.state().allClusters()).isEmpty();
    assertThat(story.why("a")).isEqualTo(new Rejection.AlreadyEnded("a", EndCause.CLUSTER_DELETED));
  }

  @Test
  void aClusterThatHasWhatItNeedsIsSteady() {
    assertThat(of(1).whyCluster("gpu")).isEqualTo(new Rejection.NotWaiting("steady", 0));
  }

  @Test
  void aClusterWaitsForWhatItsFirstJobWaitsFor() {
    Story story = of(1).job("runs", job().limit(HOUR)).settles().job("a", job());

    assertThat(story.whyCluster("gpu")).isEqualTo(story.why("a"));
  }

  @Test
  void aNodeSaysItsPhaseAndItsDeadline() {
    Story story = of(1).job("a", job());
    Thing node = new Thing(Thing.Kind.NODE, story.node("gpu").value());

    assertThat(story.why(node))
        .isEqualTo(new Rejection.NotWaiting("Requested", story.now() + 15 * MINUTE));
    story.settles();
    assertThat(story.why(node)).isEqualTo(new Rejection.NotWaiting("Running", 0));
    story.ends("a", 0);
    assertThat(story.why(node))
        .isEqualTo(new Rejection.NotWaiting("Idle", story.now() + 2 * MINUTE));
  }

  @Test
  void whatIsNotThereIsNotFound() {
    for (Thing.Kind kind : Thing.Kind.values()) {
      assertThat(Story.usual().why(new Thing(kind, 4_711))).isInstanceOf(Rejection.NotFound.class);
    }
  }

  @Test
  void askingChangesNothing() {
    Story story = of(1).job("runs", job()).settles().job("a", job()).job("b", job().nodes(1));
    String before = Recount.facts(story.state()) + Recount.derived(story.state());

    story.why("a");
    story.why("b");
    story.whyCluster("gpu");

    assertThat(Recount.facts(story.state()) + Recount.derived(story.state())).isEqualTo(before);
    story.policySpeaks().policy();
  }
}
