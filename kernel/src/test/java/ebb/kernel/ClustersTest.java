package ebb.kernel;

import static ebb.kernel.World.D3;
import static ebb.kernel.World.NC6;
import static ebb.kernel.World.NC6_RATES;
import static ebb.kernel.World.WORKSPACE;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.VmSize;
import ebb.kernel.protocol.WorkspaceId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClustersTest {
  // What it is when it is made.

  @Test
  void aClusterIsMadeWithItsSizeAndTheRatesInForce() {
    Story story = Story.usual();
    WorkspaceId workspace = new WorkspaceId(Id.of(1, 1));
    ClusterId first = new ClusterId(Id.of(1, 2));

    story
        .when(cluster().put("gpu"))
        .then(new Event.ClusterCreated(first, workspace, "gpu", cluster().spec(), NC6, NC6_RATES));
  }

  @Test
  void idleTimeIs120SecondsForAClusterThatNamesNone() {
    Story story = Story.usual().cluster("gpu", cluster().idle(-1));

    assertThat(story.cluster("gpu").spec().idleMillis()).isEqualTo(120_000);
  }

  @Test
  void idleTimeOfZeroIsAllowedAndLetsANodeGoAtOnce() {
    Story story =
        Story.usual().cluster("gpu", cluster().idle(0)).job("a", job()).settles().ends("a", 0);

    story.policyKinds(Event.NodeReleased.class);
  }

  @Test
  void aClusterWithoutAPriceIsMadeAndIsUnpriced() {
    Story story = Story.usual().cluster("far", cluster().in("westus3"));

    assertThat(story.cluster("far").rates()).isEqualTo(Rates.NONE);
  }

  @Test
  void aClusterWithPartOfItsPricesKeepsTheOthersUnpriced() {
    Story story = Story.usual().cluster("cpu", cluster().size(D3));

    assertThat(story.cluster("cpu").rates()).isEqualTo(new Rates(229_000, -1, 200_000));
  }

  @Test
  void theSizeIsTheCataloguesOfTheDayItWasMade() {
    Story story = Story.usual().cluster("gpu", cluster());
    VmSize larger = new VmSize(NC6.name(), NC6.family(), 60, 100, 4);

    story.given(new Command.ChangeSizes(List.of(larger)));

    assertThat(story.cluster("gpu").size()).isEqualTo(NC6);
  }

  // Names.

  @ParameterizedTest
  @ValueSource(strings = {"gpu", "GPU-2x", "a-b", "a--9b", "a-b-c9", "abcdefghijklmnopqrstuvwx"})
  void namesOf3To24LettersDigitsAndHyphensAreTaken(String name) {
    Story.usual().when(cluster().put(name)).thenKinds(Event.ClusterCreated.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ab",
        "1gpu",
        "gpu-",
        "gpu-2",
        "a-b-2",
        "a-",
        "g_pu",
        "g pu",
        "gpü",
        "abcdefghijklmnopqrstuvwxy"
      })
  void otherNamesAreRefusedWithTheRule(String name) {
    Story.usual()
        .when(cluster().put(name))
        .rejected(new Rejection.InvalidName("cluster", name, Rules.CLUSTER_NAME));
  }

  @ParameterizedTest
  @ValueSource(strings = {"amlcompute", "local", "AmlCompute", "containerinstance"})
  void namesThatAzuresClientsKeepForThemselvesAreRefused(String name) {
    Story.usual().when(cluster().put(name)).rejected(Rejection.InvalidName.class);
  }

  @Test
  void aNameIsTheSameInAnyCase() {
    Story story = Story.usual().cluster("gpu", cluster());

    story.when(cluster().put("GPU")).thenNothing();
    assertThat(story.state().allClusters()).hasSize(1);
  }

  // Limits.

  @Test
  void aClusterHoldsUpTo100NodesThatTalkToEachOther() {
    Story.usual().when(cluster().nodes(0, 100).put("gpu")).thenKinds(Event.ClusterCreated.class);
    Story.usual()
        .when(cluster().nodes(0, 101).put("gpu"))
        .rejected(
            new Rejection.InvalidValue(
                "max nodes",
                "101",
                "1 to 100, and up to 65000 in a cluster that is made with internodeCommunication"
                    + " false"));
  }

  @Test
  void aClusterHoldsUpTo65000NodesThatDoNot() {
    World.Cluster wide = cluster().withoutCommunication();

    Story.usual().when(wide.nodes(0, 65_000).put("gpu")).thenKinds(Event.ClusterCreated.class);
    Story.usual()
        .when(wide.nodes(0, 65_001).put("gpu"))
        .rejected(new Rejection.InvalidValue("max nodes", "65001", "1 to 65000"));
  }

  @Test
  void maxIsAtLeastOneAndMinBetweenZeroAndMax() {
    Story story = Story.usual();

    story.when(cluster().nodes(0, 0).put("gpu")).rejected(Rejection.InvalidValue.class);
    story.when(cluster().nodes(-2, 4).put("gpu")).rejected(Rejection.InvalidValue.class);
    story
        .when(cluster().nodes(5, 4).put("gpu"))
        .rejected(new Rejection.InvalidValue("min nodes", "5", "0 to max nodes (4)"));
  }

  @Test
  void idleTimeIsUpToADay() {
    Story story = Story.usual();

    story.when(cluster().idle(World.DAY).put("gpu")).thenKinds(Event.ClusterCreated.class);
    story.when(cluster().idle(World.DAY + 1).put("two")).rejected(Rejection.InvalidValue.class);
    story.when(cluster().idle(-2).put("two")).rejected(Rejection.InvalidValue.class);
  }

  @Test
  void aClusterHasUpTo50TagsOfBoundedLength() {
    Tag tag = new Tag("team", "x".repeat(256));
    Story story = Story.usual();

    story
        .when(cluster().tags(Collections.nCopies(50, tag)).put("gpu"))
        .thenKinds(Event.ClusterCreated.class);
    story
        .when(cluster().tags(Collections.nCopies(51, tag)).put("two"))
        .rejected(Rejection.InvalidValue.class);
    for (Tag wrong :
        List.of(new Tag("", ""), new Tag("x".repeat(513), ""), new Tag("team", "x".repeat(257)))) {
      story.when(cluster().tags(List.of(wrong)).put("two")).rejected(Rejection.InvalidValue.class);
    }
  }

  @Test
  void aWorkspaceHasUpToAsManyClustersAsSettingsSay() {
    Story story = Story.usual().settings(settings -> Settled.withClusters(settings, 1));
    story.given(cluster().put("one"));

    story
        .when(cluster().put("two"))
        .rejected(new Rejection.LimitReached("clusters in the workspace", 1));
    story.when(cluster().nodes(0, 3).put("one")).thenKinds(Event.ClusterChanged.class);
  }

  @Test
  void aSizeThatTheCatalogueLacksIsRefused() {
    Story.usual()
        .when(cluster().size("Standard_Z9").put("gpu"))
        .rejected(new Rejection.UnknownSize("Standard_Z9"));
  }

  @Test
  void aLocationIsNeeded() {
    Story.usual()
        .when(cluster().in(" ").put("gpu"))
        .rejected(
            new Rejection.InvalidValue("location", "", "1 to 64 letters, digits and hyphens"));
  }

  @Test
  void aLocationThatIsNoneIsRefusedUntilItHasAPrice() {
    Story story = Story.usual();
    List<String> priced = List.copyOf(story.state().prices().locations());
    Rejection nowhere = new Rejection.UnknownLocation("mars", priced);
    story.when(cluster().in("Mars").put("gpu")).rejected(nowhere);
    story.when(new Command.PutWorkspace(World.OTHER_WORKSPACE, "mars")).rejected(nowhere);
    story
        .when(new Command.SetQuota(new QuotaKey(QuotaKind.REGIONAL_TOTAL, "sub", "mars", ""), 5))
        .rejected(nowhere);

    List<Price> prices = new ArrayList<>(story.state().prices().prices());
    prices.add(
        new Price(
            NC6.name(),
            " M ars",
            Priority.DEDICATED,
            new Rates(1, Rates.UNPRICED, Rates.UNPRICED)));
    story.given(new Command.ChangePrices(story.state().prices().currency(), prices));
    story.given(cluster().in("mars").put("gpu"));
    assertThat(story.cluster("gpu").rates().list()).isEqualTo(1);

    prices.removeLast();
    Command.ChangePrices without =
        new Command.ChangePrices(story.state().prices().currency(), prices);
    story
        .when(without)
        .rejected(
            new Rejection.InvalidValue(
                "prices",
                "none in mars",
                "at least one row in mars, for the cluster gpu is there"));
    story.given(Story.delete("gpu"));
    assertThat(story.state().allClusters()).isEmpty();
    story.given(without);
    assertThat(story.state().prices().locations()).doesNotContain("mars");
  }

  @Test
  void aPriceIsOfALocationWithAName() {
    Story story = Story.usual();
    for (String location : new String[] {" ", "far\naway", "x".repeat(65)}) {
      Price price = new Price(NC6.name(), location, Priority.DEDICATED, new Rates(1, 1, 1));
      story
          .when(new Command.ChangePrices("USD", List.of(price)))
          .rejected(
              new Rejection.InvalidValue(
                  "location",
                  Locations.canonical(location),
                  "1 to 64 letters, digits and hyphens"));
    }
  }

  @Test
  void allSpellingsOfALocationAreOne() {
    Story story = Story.usual().given(cluster().in("West US 2").put("gpu"));

    assertThat(story.cluster("gpu").spec().location()).isEqualTo("westus2");
    story.when(cluster().in("WestUS2").put("gpu")).thenNothing();
    story
        .when(
            new Command.SetQuota(new QuotaKey(QuotaKind.REGIONAL_TOTAL, "sub", "West US 2", ""), 5))
        .then(
            new Event.QuotaChanged(
                new QuotaKey(QuotaKind.REGIONAL_TOTAL, "sub", "westus2", ""), 5));
  }

  @Test
  void aWorkspaceThatIsNotThereHasNoClusters() {
    ClusterSpec spec = cluster().spec();
    Story story = Story.usual();

    story
        .when(new Command.PutCluster(World.OTHER_WORKSPACE, "gpu", spec))
        .rejected(new Rejection.NotFound("workspace", "field"));
    story
        .when(new Command.ScaleCluster(World.OTHER_WORKSPACE, "gpu", 0, 1, -1))
        .rejected(new Rejection.NotFound("workspace", "field"));
    story
        .when(new Command.DeleteCluster(World.OTHER_WORKSPACE, "gpu"))
        .rejected(new Rejection.NotFound("cluster", "gpu"));
  }

  // Changing.

  @Test
  void sizePriorityLocationAndCommunicationNeverChange() {
    Story story = Story.usual().cluster("gpu", cluster());

    story
        .when(cluster().size(D3).put("gpu"))
        .rejected(new Rejection.Immutable("VM size", NC6.name(), D3.name()));
    story
        .when(cluster().low().put("gpu"))
        .rejected(
            new Rejection.Immutable("priority", Priority.DEDICATED.name(), Priority.LOW.name()));
    story
        .when(cluster().in("westus").put("gpu"))
        .rejected(new Rejection.Immutable("location", "eastus", "westus"));
    story
        .when(cluster().withoutCommunication().put("gpu"))
        .rejected(new Rejection.Immutable("inter-node communication", "true", "false"));
  }

  @Test
  void puttingWhatIsThereChangesNothingInAnySpellingOfSizeAndLocation() {
    Story story = Story.usual().cluster("gpu", cluster());

    story.when(cluster().put("gpu")).thenNothing();
    story.when(cluster().size("STANDARD_NC6").in("EastUS").put("gpu")).thenNothing();
  }

  @Test
  void scalingLeavesANumberThatIsNotNamedAsItIs() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(1, 3).idle(5_000));

    story.given(new Command.ScaleCluster(WORKSPACE, "gpu", -1, 4, -1));
    assertThat(story.cluster("gpu").spec()).isEqualTo(cluster().nodes(1, 4).idle(5_000).spec());

    story.given(new Command.ScaleCluster(WORKSPACE, "gpu", -1, -1, 0));
    assertThat(story.cluster("gpu").spec()).isEqualTo(cluster().nodes(1, 4).idle(0).spec());
  }

  @Test
  void scalingIsBoundByTheSameRules() {
    Story story = Story.usual().cluster("gpu", cluster());

    story.when(Story.scale("gpu", 5, 4)).rejected(Rejection.InvalidValue.class);
    story.when(Story.scale("gpu", 0, 101)).rejected(Rejection.InvalidValue.class);
    story.when(Story.scale("none", 0, 1)).rejected(new Rejection.NotFound("cluster", "none"));
  }

  @Test
  void idleNodesFollowAChangedIdleTime() {
    Story story =
        Story.usual().cluster("gpu", cluster().nodes(0, 1)).job("a", job()).settles().ends("a", 0);

    story.given(new Command.ScaleCluster(WORKSPACE, "gpu", -1, -1, 1_000)).passes(999).policy();
    story.passes(1).policyKinds(Event.SegmentClosed.class, Event.NodeReleased.class);
  }

  // Growing and shrinking.

  @Test
  void aFixedSizeClusterGrowsToItsSizeAtOnceAndStaysThere() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(3, 3)).nodesComeUp();

    assertThat(story.phases("gpu")).containsExactly("Idle", "Idle", "Idle");
    story.passes(World.DAY);
    assertThat(story.phases("gpu")).containsExactly("Idle", "Idle", "Idle");
  }

  @Test
  void nodesThatTheClusterItselfWantsAreAskedForByNobody() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(2, 3));

    assertThat(story.happened(Event.NodeRequested.class))
        .hasSize(2)
        .allMatch(requested -> requested.askedFor().equals(JobId.NONE));
  }

  @Test
  void aClusterWithMinZeroAsksForNothingUntilAJobNeedsIt() {
    Story story = Story.usual().cluster("gpu", cluster());
    assertThat(story.nodes("gpu")).isEmpty();

    story.job("a", job());

    assertThat(story.phases("gpu")).containsExactly("Requested");
  }

  @Test
  void aClusterNeverGrowsAboveMax() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 2));
    for (String name : List.of("a", "b", "c", "d")) {
      story.job(name, job());
    }

    assertThat(story.settles().nodes("gpu")).hasSize(2);
  }

  @Test
  void idleNodesGoDownToMinAndNotUnderIt() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(1, 3)).job("a", job().nodes(3));
    story.settles().ends("a", 0);

    story.passes(World.HOUR);

    assertThat(story.phases("gpu")).containsExactlyInAnyOrder("Leaving", "Leaving", "Idle");
  }

  @Test
  void loweringMaxLetsIdleNodesGoAtOnceAndRunningOnesWhenTheyAreDone() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(3, 3)).nodesComeUp();
    story.job("a", job()).job("b", job()).tasksStart();

    story.given(Story.scale("gpu", 0, 1));
    assertThat(story.phases("gpu")).containsExactlyInAnyOrder("Running", "Running", "Leaving");

    story.ends("a", 0);
    assertThat(story.phases("gpu")).containsExactlyInAnyOrder("Leaving", "Running", "Leaving");
    assertThat(story.happened(Event.NodeReleased.class))
        .allMatch(released -> released.cause() == ReleaseCause.ABOVE_MAX);
    story.passes(World.MINUTE);
    assertThat(story.phase("b")).isEqualTo("Active");
  }

  @Test
  void raisingMinGrowsTheClusterWhileJobsRun() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles();

    story.given(Story.scale("gpu", 3, 4));

    assertThat(story.phases("gpu")).containsExactly("Running", "Requested", "Requested");
  }

  // Deleting.

  @Test
  void deletingAClusterEndsWhatWaitsAndStopsWhatRuns() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 1));
    story.job("runs", job()).settles().job("waits", job());

    story.when(Story.delete("gpu")).then(new Event.ClusterDeleting(story.clusterId("gpu")));
    story.policySpeaks();

    assertThat(story.phase("waits")).isEqualTo("Ended");
    assertThat(story.attempt("runs").phase()).isInstanceOf(ebb.kernel.job.Attempt.Stopping.class);
  }

  @Test
  void aDeletedClusterGoesWhenItsLastNodeIsGone() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles();
    ClusterId id = story.clusterId("gpu");
    story.given(Story.delete("gpu")).ends("a", 1);

    assertThat(story.happened(Event.JobEnded.class))
        .extracting(Event.JobEnded::cause)
        .containsExactly(EndCause.CLUSTER_DELETED);
    story.policyKinds(Event.NodeReleased.class);
    story.nodesGo().policy(new Event.ClusterDeleted(id));
    story.when(Story.delete("gpu")).rejected(new Rejection.NotFound("cluster", "gpu"));
  }

  @Test
  void aClusterThatIsBeingDeletedTakesNothing() {
    Story story =
        Story.usual().cluster("gpu", cluster()).job("a", job()).given(Story.delete("gpu"));
    Rejection deleting = new Rejection.BeingDeleted("cluster", "gpu");

    story.when(Story.delete("gpu")).thenNothing();
    story.when(cluster().nodes(0, 9).put("gpu")).rejected(deleting);
    story.when(Story.scale("gpu", 1, 4)).rejected(deleting);
    story.when(story.submission("b", job())).rejected(deleting);
    assertThat(story.whyCluster("gpu")).isEqualTo(deleting);
  }

  @Test
  void aNameIsFreeAgainAfterItsClusterIsGone() {
    Story story = Story.usual().cluster("gpu", cluster()).given(Story.delete("gpu"));

    story.when(cluster().size(D3).put("gpu")).thenKinds(Event.ClusterCreated.class);
  }

  @Test
  void aWorkspaceIsDeletedWithAllThatItContains() {
    Story story = Story.usual().cluster("gpu", cluster()).cluster("cpu", cluster().size(D3));
    story.job("a", job()).settles().job("b", job().on("cpu"));
    Command delete = new Command.DeleteWorkspace(WORKSPACE);

    story.when(delete).thenKinds(Event.WorkspaceDeleting.class).policySpeaks();
    story.when(delete).thenNothing();
    story
        .when(story.submission("c", job()))
        .rejected(new Rejection.BeingDeleted("workspace", "lab"));
    story
        .when(new Command.PutWorkspace(WORKSPACE, World.LOCATION))
        .rejected(new Rejection.BeingDeleted("workspace", "lab"));
    story.ends("a", 1).nodesGo().after(World.MINUTE).historyCatchesUp();

    assertThat(story.state().allWorkspaces()).isEmpty();
    assertThat(story.state().allClusters()).isEmpty();
    assertThat(story.state().allJobs()).isEmpty();
  }
}
