package ebb.kernel;

import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Thing;
import java.util.List;
import java.util.function.UnaryOperator;
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
    List<Rejection.Holder> runs = List.of(new Rejection.Holder("runs", 1));

    assertThat(story.why("first"))
        .isEqualTo(new Rejection.ClusterFull(1, 1, 0, 1, "", story.now() + HOUR, runs));
    assertThat(story.why("second"))
        .as("no node is free, so that no limit would help")
        .isEqualTo(new Rejection.ClusterFull(1, 1, 0, 1, "first", story.now() + HOUR, runs));
    assertThat(story.place("first")).isEqualTo(1);
    assertThat(story.place("second")).isEqualTo(2);
  }

  @Test
  void jobsOfASecondInAFullClusterWaitForNodesAsTheFirstDoes() {
    Story story = of(1).job("runs", job().limit(HOUR)).settles();
    for (int place = 1; place <= 3; place++) {
      story.job("q" + place, job().limit(SECOND));
    }

    for (int place = 1; place <= 3; place++) {
      String head = place == 1 ? "" : "q1";
      assertThat(story.why("q" + place))
          .isEqualTo(
              new Rejection.ClusterFull(
                  1, 1, 0, 1, head, story.now() + HOUR, List.of(new Rejection.Holder("runs", 1))));
      assertThat(story.place("q" + place)).isEqualTo(place);
    }
  }

  @Test
  void aJobWhoseClustersOnlyNodeIsOutOfSightSaysSo() {
    Story story = of(1).job("a", job()).settles().ends("a", 0);
    NodeId node = story.node("gpu");
    story.given(new Command.NodeUnreachable(node, 0)).job("waits", job());

    assertThat(story.why("waits"))
        .isEqualTo(new Rejection.ClusterFull(1, 0, 1, 1, "", 0, List.of()));
    story.given(new Command.NodeReachable(node, 0));
    assertThat(story.phase("waits")).isEqualTo("Active");
  }

  /// What counts against the maximum and is of no use: a gang's claim, and a node that leaves.
  @Test
  void claimedAndLeavingNodesAreTakenToo() {
    Story story = of(3).job("old", job()).settles().ends("old", 0).passes(2 * MINUTE);
    assertThat(story.phases("gpu")).containsExactly("Leaving");
    story.job("gang", job().nodes(2)).job("next", job());

    assertThat(story.phase("gang")).isEqualTo("Assembling");
    Rejection.ClusterFull full = (Rejection.ClusterFull) story.why("next");
    assertThat(full.taken()).isEqualTo(3);
    assertThat(full.holders()).containsExactly(new Rejection.Holder("gang", 2));
  }

  @Test
  void aJobBehindTheHeadWaitsForTheFullHostAsTheHeadDoes() {
    Story story = of(4).given(new Command.HostFound(new Host(6, 64_000, 1, false)));
    story.job("w1", job()).settles().job("w2", job().limit(SECOND)).job("w3", job().limit(SECOND));

    assertThat(story.why("w2")).isInstanceOf(Rejection.HostFull.class);
    assertThat(story.why("w3")).isEqualTo(story.why("w2"));
  }

  @Test
  void aJobBehindTheHeadWaitsForTheQuotaAsTheHeadDoes() {
    Story story = of(4).given(new Command.SetQuota(World.NC_QUOTA, 6));
    story.job("w1", job()).settles().job("w2", job().limit(SECOND)).job("w3", job().limit(MINUTE));

    assertThat(story.why("w2")).isInstanceOf(Rejection.QuotaExceeded.class);
    assertThat(story.why("w3")).isEqualTo(story.why("w2"));
  }

  @Test
  void aJobThatOnlyItsLimitKeepsFromAFreeNodeIsToldTheLimitThatWouldDo() {
    Story story = of(2).job("filler", job()).job("runs", job().limit(HOUR)).settles();
    story.job("head", job().nodes(2)).ends("filler", 0).job("long", job().limit(2 * HOUR));

    Rejection.WouldDelayHead why = (Rejection.WouldDelayHead) story.why("long");
    assertThat(why).isEqualTo(new Rejection.WouldDelayHead("head", story.now() + HOUR, HOUR));
    story.job("longer", job().limit(why.longestLimitMillis() + 1));
    assertThat(story.phase("longer")).isEqualTo("Queued");
    story.job("fits", job().limit(why.longestLimitMillis()));
    assertThat(story.phase("fits")).isEqualTo("Active");
  }

  @Test
  void aJobThatIsKeptFromClaimedNodesIsToldWhoHasTheClaim() {
    Story story = of(2).job("old", job()).settles().ends("old", 0).job("gang", job().nodes(2));
    story.job("long", job().limit(HOUR));

    long bootedBy = story.now() + 15 * MINUTE;
    assertThat(story.why("long"))
        .isEqualTo(new Rejection.WouldDelayHead("gang", bootedBy, 15 * MINUTE));
    story.given(Story.cancel("long")).job("fits", job().limit(15 * MINUTE));
    assertThat(story.phase("fits")).isEqualTo("Active");
  }

  /// A node that is asked for now would come after the head could have started.
  @Test
  void whereNoLimitIsShortEnoughNoneIsNamed() {
    Story story = of(3).job("runs", job().nodes(2).limit(10 * MINUTE)).settles();
    story.job("head", job().nodes(2)).job("small", job().limit(SECOND));

    assertThat(story.why("small"))
        .isEqualTo(new Rejection.WouldDelayHead("head", story.now() + 10 * MINUTE, 0));
  }

  @Test
  void aPlaceInALongQueueIsCounted() {
    Story story = of(1).job("runs", job()).settles();
    for (int i = 0; i < 20; i++) {
      story.job("waits-" + i, job().limit(HOUR + i % 3));
    }

    assertThat(story.place("waits-19")).isEqualTo(20);
    story.job("urgent", job().priority(1));
    assertThat(story.place("urgent")).isEqualTo(1);
    assertThat(story.place("waits-19")).isEqualTo(21);
  }

  @Test
  void whateverAQueuedJobWaitsForItHasAPlace() {
    Story plain = of(2).job("runs", job()).settles().job("a", job());
    for (UnaryOperator<Story> way : WAYS_TO_BLOCK) {
      Story story = of(1).given(way).job("first", job()).job("second", job());

      assertThat(story.place("first")).isEqualTo(1);
      assertThat(story.place("second")).isEqualTo(2);
      assertThat(story.why("second")).isEqualTo(story.why("first"));
    }
    assertThat(plain.place("runs")).as("waits in no queue").isZero();
    assertThat(plain.place("a")).as("has a claim").isZero();
    assertThat(Kernel.place(plain.state(), new JobId(4_711))).isZero();
  }

  private static final List<UnaryOperator<Story>> WAYS_TO_BLOCK =
      List.of(
          story -> story.given(new Command.SetQuota(World.NC_QUOTA, 0)),
          story ->
              story
                  .given(new Command.HostFound(new Host(6, 64_000, 1, false)))
                  .cluster("cpu", cluster().size(World.D3))
                  .job("other", job().on("cpu")),
          story -> story.given(new Command.PutLock(Story.lock(World.WORKSPACE))));

  @Test
  void inSafeModeAQueuedJobHasItsPlace() {
    Story story = of(1).job("runs", job()).settles().job("first", job()).job("second", job());
    story.given(new Command.StartServer("ebb-1", 2, 0, "", true));

    assertThat(story.why("second")).isEqualTo(new Rejection.SafeMode());
    assertThat(story.place("second")).isEqualTo(2);
  }

  @Test
  void noMoreHoldersAreToldThanSomebodyWouldRead() {
    Story story = of(30);
    for (int i = 0; i < 30; i++) {
      story.job("runs-" + i, job().limit(HOUR + (30 - i) * MINUTE));
    }
    story.settles().job("waits", job());

    List<Rejection.Holder> holders = ((Rejection.ClusterFull) story.why("waits")).holders();
    assertThat(holders).hasSize(Rejection.Holder.MOST);
    assertThat(holders.getFirst()).as("ends first").isEqualTo(new Rejection.Holder("runs-29", 1));
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
