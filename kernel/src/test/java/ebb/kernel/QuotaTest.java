package ebb.kernel;

import static ebb.kernel.World.D3;
import static ebb.kernel.World.DV2_QUOTA;
import static ebb.kernel.World.LOW_PRIORITY;
import static ebb.kernel.World.NC_QUOTA;
import static ebb.kernel.World.REGIONAL;
import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rejection;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuotaTest {
  private static Command limit(QuotaKey key, int vcpus) {
    return new Command.SetQuota(key, vcpus);
  }

  @Test
  void aNodeCountsItsVcpusAgainstItsFamilyAndTheRegion() {
    Story story = Story.usual().cluster("gpu", cluster()).cluster("cpu", cluster().size(D3));
    story.job("a", job().nodes(2)).job("b", job().on("cpu").nodes(3));

    assertThat(story.state().quotas().used(NC_QUOTA)).isEqualTo(12);
    assertThat(story.state().quotas().used(DV2_QUOTA)).isEqualTo(12);
    assertThat(story.state().quotas().used(REGIONAL)).isEqualTo(24);
    assertThat(story.state().quotas().used(LOW_PRIORITY)).isZero();
  }

  @Test
  void lowPriorityIsOneNumberAcrossFamiliesAndNothingElse() {
    Story story = Story.usual().given(limit(NC_QUOTA, 0)).given(limit(REGIONAL, 0));
    story.cluster("gpu", cluster().low()).cluster("cpu", cluster().size(D3).low());
    story.job("a", job()).job("b", job().on("cpu"));

    assertThat(story.state().quotas().used(LOW_PRIORITY)).isEqualTo(10);
    assertThat(story.phase("a")).isEqualTo("Assembling");
  }

  @Test
  void theFamilysLimitHoldsEvenWhereTheRegionHasRoom() {
    Story story = Story.usual().cluster("gpu", cluster()).given(limit(NC_QUOTA, 11));
    story.job("a", job()).job("b", job());

    assertThat(story.why("b"))
        .isEqualTo(
            new Rejection.QuotaExceeded(
                NC_QUOTA, 11, 6, 6, List.of(new Rejection.Holder("lab/gpu", 6))));
  }

  @Test
  void theRegionsLimitHoldsEvenWhereTheFamilyHasRoom() {
    Story story = Story.usual().cluster("gpu", cluster()).cluster("cpu", cluster().size(D3));
    story.given(limit(REGIONAL, 9)).job("a", job()).job("b", job().on("cpu"));

    assertThat(story.why("b"))
        .isEqualTo(
            new Rejection.QuotaExceeded(
                REGIONAL, 9, 6, 4, List.of(new Rejection.Holder("lab/gpu", 6))));
  }

  @Test
  void aGangsQuotaIsClaimedWholeInOneDecisionOrNotAtAll() {
    Story story = Story.usual().cluster("gpu", cluster()).given(limit(NC_QUOTA, 17));

    story.job("gang", job().nodes(3));

    assertThat(story.nodes("gpu")).isEmpty();
    assertThat(story.phase("gang")).isEqualTo("Queued");
    story.given(limit(NC_QUOTA, 18));
    assertThat(story.state().quotas().used(NC_QUOTA)).isEqualTo(18);
    assertThat(story.phase("gang")).isEqualTo("Assembling");
  }

  @Test
  void aWaitingJobStartsWhenTheLimitRises() {
    Story story = Story.usual().cluster("gpu", cluster()).given(limit(NC_QUOTA, 0));
    story.job("a", job());

    story.given(limit(NC_QUOTA, 6));

    assertThat(story.phases("gpu")).containsExactly("Requested");
  }

  @Test
  void aWaitingJobStartsWhenAnotherClustersNodeIsGoneAndNotWhenItLeaves() {
    Story story = Story.usual().cluster("one", cluster().idle(0)).cluster("two", cluster());
    story.given(limit(NC_QUOTA, 6)).job("a", job().on("one")).settles().job("b", job().on("two"));
    story.ends("a", 0);
    assertThat(story.phases("one")).containsExactly("Leaving");
    assertThat(story.phase("b")).isEqualTo("Queued");

    story.nodesGo();

    assertThat(story.phase("b")).isEqualTo("Assembling");
  }

  @Test
  void theHighestPriorityAndThenTheLongestWaitingGetsTheFreedQuotaAcrossClusters() {
    Story story = Story.usual().given(limit(NC_QUOTA, 6));
    for (String name : List.of("one", "two", "three", "four")) {
      story.cluster(name, cluster().idle(0));
    }
    story.job("a", job().on("four")).settles();
    story.job("third", job().on("one")).job("fourth", job().on("two"));
    story.job("second", job().on("three").priority(7));
    List<String> order = new java.util.ArrayList<>();
    for (String name : List.of("a", "second", "third", "fourth")) {
      order.add(name);
      assertThat(story.phase(name)).isEqualTo("Active");
      story.ends(name, 0).nodesGo().settles();
    }
    assertThat(order).hasSize(4);
  }

  @Test
  void aJobThatComesInTheSameBatchAsTheFreedQuotaIsOrderedByItsPriorityToo() {
    Story story = Story.usual().given(limit(NC_QUOTA, 6));
    for (String name : List.of("one", "two", "three")) {
      story.cluster(name, cluster().idle(0));
    }
    story.job("runs", job().on("one")).settles().job("waits", job().on("two")).ends("runs", 0);

    story.when(new Command.NodeGone(story.node("one"), 0));
    story.when(story.submission("usual", job().on("three")));
    story.when(story.submission("urgent", job().on("three").priority(9)));
    story.policySpeaks();

    assertThat(story.phase("urgent")).isEqualTo("Assembling");
    assertThat(story.phase("waits")).isEqualTo("Queued");
  }

  @Test
  void aLoweredLimitTakesNothingAwayAndLetsNothingNewStart() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job().nodes(2)).settles();

    story.given(limit(NC_QUOTA, 6)).job("b", job());

    assertThat(story.phase("a")).isEqualTo("Active");
    assertThat(story.why("b")).isInstanceOf(Rejection.QuotaExceeded.class);
  }

  @Test
  void aLimitHoldsInWhateverCaseItIsSpelled() {
    Story story = Story.usual().cluster("gpu", cluster());

    story
        .given(limit(new QuotaKey(QuotaKind.FAMILY, "SUB", "EastUS", "standardNCFamily"), 0))
        .job("a", job());

    assertThat(story.nodes("gpu")).isEmpty();
  }

  @Test
  void aLimitThatCouldHoldForNothingIsRefused() {
    Story story = Story.usual();
    for (QuotaKey wrong :
        List.of(
            new QuotaKey(QuotaKind.FAMILY, "sub", "eastus", ""),
            new QuotaKey(QuotaKind.REGIONAL_TOTAL, "sub", "eastus", "family"),
            new QuotaKey(QuotaKind.LOW_PRIORITY, "sub", "", ""),
            new QuotaKey(QuotaKind.LOW_PRIORITY, "", "eastus", ""))) {
      story.when(limit(wrong, 5)).rejected(Rejection.InvalidValue.class);
    }
    story.when(limit(NC_QUOTA, -1)).rejected(Rejection.InvalidValue.class);
    story.when(limit(NC_QUOTA, 5)).then(new Event.QuotaChanged(NC_QUOTA, 5));
    story.when(limit(NC_QUOTA, 5)).thenNothing();
  }

  @Test
  void fixedNodesThatAloneExceedTheQuotaAreRefusedWithTheNumbers() {
    Story story = Story.usual().given(limit(NC_QUOTA, 12)).cluster("gpu", cluster());
    Rejection refusal = new Rejection.MinNodesExceedQuota(NC_QUOTA, 12, 0, 18);

    story.when(cluster().nodes(3, 4).put("two")).rejected(refusal);
    story.when(Story.scale("gpu", 3, 4)).rejected(refusal);
  }

  @Test
  void aMinimumThatDoesNotFitAtOnceGrowsNodeByNode() {
    Story story = Story.usual().given(limit(NC_QUOTA, 12)).cluster("one", cluster().idle(0));
    story.job("a", job().on("one")).settles().cluster("two", cluster().nodes(2, 2));
    assertThat(story.nodes("two")).hasSize(1);

    story.ends("a", 0).nodesGo();

    assertThat(story.nodes("two")).hasSize(2);
  }

  @Test
  void locationsAndSubscriptionsHaveLimitsOfTheirOwn() {
    Story story = Story.usual().given(limit(NC_QUOTA, 0)).given(limit(REGIONAL, 0));
    story.cluster("far", cluster().in("westus")).job("a", job().on("far"));

    assertThat(story.phase("a")).isEqualTo("Assembling");
    story.after(SECOND);
  }
}
