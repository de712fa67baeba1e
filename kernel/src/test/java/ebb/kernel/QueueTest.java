package ebb.kernel;

import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.job.Job;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.TaskEnd;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueTest {
  private static Story of(int nodes) {
    return Story.usual().cluster("gpu", cluster().nodes(0, nodes));
  }

  private static EndCause cause(Story story, String job) {
    return ((Job.Ended) story.job(job).phase()).cause();
  }

  /// Jobs in the order in which they were started.
  private static List<String> started(Story story) {
    return story.happened(Event.AttemptOrdered.class).stream()
        .map(ordered -> story.state().job(ordered.job()).name())
        .toList();
  }

  // Claims.

  @Test
  void aClaimThatALoweredMaximumRulesOutIsGivenBackAndNothingHasFailed() {
    Story story = of(2).job("gang", job().nodes(2).retries(0, 0, 0));

    story.given(Story.scale("gpu", 0, 1));

    assertThat(story.happened(Event.ClaimGivenBack.class)).hasSize(1);
    assertThat(story.happened(Event.JobBackedOff.class)).isEmpty();
    assertThat(story.phase("gang")).isEqualTo("Queued");
    assertThat(story.job("gang").failures()).isZero();
    assertThat(story.why("gang")).isEqualTo(new Rejection.NodesExceedMax("gpu", 1, 2));
  }

  @Test
  void aJobWhoseClaimWasGivenBackGoesOnWithWhatWasLeftOfItsTimeInTheQueue() {
    Story story = of(2).settings(settings -> Settled.withQueueMillis(settings, HOUR));
    story.job("gang", job().nodes(2));
    long submitted = story.now();

    story.passes(10 * MINUTE).given(Story.scale("gpu", 0, 1));

    assertThat(story.happened(Event.ClaimGivenBack.class))
        .containsExactly(new Event.ClaimGivenBack(story.jobId("gang"), submitted + HOUR));
    story.passes(50 * MINUTE - 1);
    assertThat(story.phase("gang")).isEqualTo("Queued");
    story.passes(1);
    assertThat(cause(story, "gang")).isEqualTo(EndCause.QUEUE_LIMIT);
  }

  /// Nothing has run meanwhile, so nothing begins anew.
  @Test
  void aJobWhoseClaimIsNotCompleteInTimeGoesOnWithWhatWasLeftOfItsTimeInTheQueue() {
    Story story = of(2).settings(settings -> Settled.withQueueMillis(settings, HOUR));
    story.job("gang", job().nodes(2));
    long submitted = story.now();
    story.given(new Command.NodeReady(story.nodes("gpu").getFirst().id(), 1, 0));

    story.passes(2 * HOUR);

    assertThat(story.happened(Event.BackOffEnded.class))
        .isNotEmpty()
        .allMatch(again -> again.deadline() == submitted + HOUR);
    assertThat(cause(story, "gang")).isEqualTo(EndCause.QUEUE_LIMIT);
  }

  @Test
  void aJobThatHasRunHasItsWholeTimeInTheQueueAgain() {
    Story story = of(1).settings(settings -> Settled.withQueueMillis(settings, HOUR));
    story.job("a", job().retries(0, 1, 0)).settles().passes(2 * HOUR);
    story.given(Story.exited(story.task("a"), TaskEnd.LOST, 0));

    story.passes(5 * SECOND);

    assertThat(story.happened(Event.BackOffEnded.class))
        .containsExactly(new Event.BackOffEnded(story.jobId("a"), story.now() + HOUR));
  }

  @Test
  void aJobWhoseClaimWasGivenBackKeepsItsPlace() {
    Story story = of(2).job("gang", job().nodes(2)).job("later", job().nodes(2));

    story.given(Story.scale("gpu", 0, 1), Story.scale("gpu", 0, 2)).nodesGo().nodesComeUp();

    assertThat(started(story)).containsExactly("gang");
  }

  // Order.

  @Test
  void jobsStartInTheOrderOfTheirSubmission() {
    Story story = of(1).job("a", job()).settles();
    story.job("c", job()).job("b", job()).job("d", job());
    for (String name : List.of("a", "c", "b", "d")) {
      story.tasksStart().ends(name, 0);
    }

    assertThat(started(story)).containsExactly("a", "c", "b", "d");
  }

  @Test
  void aHigherPriorityGoesFirst() {
    Story story = of(1).job("a", job()).settles();
    story.job("low", job().priority(-1)).job("usual", job()).job("high", job().priority(5));
    for (String name : List.of("a", "high", "usual", "low")) {
      story.tasksStart().ends(name, 0);
    }

    assertThat(started(story)).containsExactly("a", "high", "usual", "low");
  }

  @Test
  void theAccountIsNotYetPartOfTheOrder() {
    Story story = of(1).job("a", job()).settles();
    story.job("b", job().account("bob")).job("c", job().account("carol"));
    story.job("d", job().account("bob"));
    for (String name : List.of("a", "b", "c", "d")) {
      story.tasksStart().ends(name, 0);
    }

    assertThat(started(story)).containsExactly("a", "b", "c", "d");
  }

  @Test
  void theMostRecentlyIdledNodeIsUsedFirst() {
    Story story = of(3).job("a", job()).job("b", job()).job("c", job()).settles();
    NodeId ofB = story.nodesOf("b").getFirst();
    story.ends("a", 0).passes(SECOND).ends("c", 0).passes(SECOND).ends("b", 0).passes(SECOND);

    story.job("next", job());

    assertThat(story.nodesOf("next")).containsExactly(ofB);
  }

  // Backfill.

  /// Two nodes: one runs until the hour, the other is free, and the head needs both.
  private static Story headWaitsUntilTheHour() {
    Story story = of(2).job("filler", job()).job("runs", job().limit(HOUR)).settles();
    return story.job("head", job().nodes(2)).ends("filler", 0);
  }

  @Test
  void aJobThatEndsBeforeTheHeadCanStartGoesFirst() {
    Story story = headWaitsUntilTheHour().job("short", job().limit(HOUR));

    assertThat(story.phase("head")).isEqualTo("Queued");
    assertThat(story.phase("short")).isEqualTo("Active");
  }

  @Test
  void aJobThatWouldDelayTheHeadWaits() {
    Story story = headWaitsUntilTheHour().job("long", job().limit(HOUR + 1));

    assertThat(story.phase("long")).isEqualTo("Queued");
    assertThat(story.why("long"))
        .isEqualTo(new Rejection.WouldDelayHead("head", story.now() + HOUR, HOUR));
  }

  @Test
  void aJobWithoutALimitCountsAsLongAsJobsMayRun() {
    Story story = headWaitsUntilTheHour().job("unlimited", job());

    assertThat(story.phase("unlimited")).isEqualTo("Queued");
  }

  @Test
  void aLongJobGoesFirstOnNodesThatTheHeadDoesNotNeed() {
    Story story = of(4).job("x", job()).job("y", job()).job("runs", job().nodes(2).limit(HOUR));
    story.settles().job("head", job().nodes(3)).ends("x", 0).ends("y", 0);
    assertThat(story.phase("head")).isEqualTo("Queued");

    story.job("extra", job());
    assertThat(story.phase("extra")).as("4 free at the hour, 3 needed").isEqualTo("Active");
    story.job("more", job());
    assertThat(story.phase("more")).as("that was the one to spare").isEqualTo("Queued");
  }

  @Test
  void theHeadStartsWhenItsNodesAreFreeThoughOthersWentFirst() {
    Story story = headWaitsUntilTheHour().job("short", job().limit(HOUR)).tasksStart();
    story.passes(30 * MINUTE).ends("short", 0).ends("runs", 0);

    assertThat(story.phase("head")).isEqualTo("Active");
  }

  /// Seed 3391 of the fault simulation: one idle, three busy, and the fifth comes later than they.
  @Test
  void aNodeOnItsWayIsNotToSpareBeforeItIsThere() {
    Story story = of(5).job("x", job().limit(HOUR)).job("a", job().limit(5 * MINUTE));
    story.job("b", job().nodes(2).limit(5 * MINUTE)).settles().job("late", job());
    story.given(Story.cancel("late")).ends("x", 0).job("head", job().nodes(4));
    assertThat(story.phases("gpu"))
        .containsExactlyInAnyOrder("Idle", "Running", "Running", "Running", "Requested");
    assertThat(story.phase("head")).isEqualTo("Queued");

    story.job("long", job().limit(10 * MINUTE));
    assertThat(story.phase("long")).isEqualTo("Queued");
  }

  @Test
  void aLaterJobOfHigherPriorityIsTheHead() {
    Story story = of(2).job("runs", job().nodes(2).limit(HOUR)).settles();
    story.job("first", job().nodes(2)).job("urgent", job().nodes(2).priority(1)).ends("runs", 0);

    assertThat(story.phase("urgent")).isEqualTo("Active");
    assertThat(story.phase("first")).isEqualTo("Queued");
  }

  // Claims.

  @Test
  void aClaimIsKeptAgainstAJobThatComesLater() {
    Story story = of(3).job("a", job()).settles().ends("a", 0).job("gang", job().nodes(3));
    assertThat(story.phase("gang")).isEqualTo("Assembling");

    story.job("late", job().priority(100));

    assertThat(story.phase("late")).isEqualTo("Queued");
    assertThat(story.phases("gpu")).containsExactly("Idle", "Requested", "Requested");
  }

  @Test
  void anIdleNodeOfAClaimIsLentToAJobThatEndsBeforeTheOthersAreThere() {
    Story story = of(3).job("a", job()).settles().ends("a", 0).job("gang", job().nodes(3));

    story.job("short", job().limit(10 * MINUTE)).job("long", job().limit(20 * MINUTE));

    assertThat(story.phase("short")).isEqualTo("Active");
    assertThat(story.phase("long")).isEqualTo("Queued");
  }

  @Test
  void nodesThatComeAnywayAreClaimedBeforeOthersAreAskedFor() {
    Story story = of(4).job("a", job()).given(Story.cancel("a"));
    assertThat(story.nodes("gpu")).hasSize(1);

    story.job("b", job().nodes(2));

    assertThat(story.nodes("gpu")).hasSize(2);
  }

  @Test
  void growthGoesOnBehindAHeadThatDoesNotFitYet() {
    Story story = of(3).job("runs", job().nodes(2).limit(HOUR)).settles();
    story.job("head", job().nodes(3)).job("short", job().limit(10 * MINUTE));

    assertThat(story.phase("short")).as("ends before the hour").isEqualTo("Assembling");
    assertThat(story.phase("head")).isEqualTo("Queued");
  }

  @Test
  void aNodeThatIsNotThereYetCountsFromItsBootDeadline() {
    Story story = of(3).job("runs", job().nodes(2).limit(HOUR)).settles();
    story.job("head", job().nodes(3)).job("late", job().limit(50 * MINUTE));

    assertThat(story.phase("late")).as("15 min of boot and 50 of work").isEqualTo("Queued");
  }

  @Test
  void twoGangsNeverHoldHalfOfWhatBothNeed() {
    Story story = of(4).job("one", job().nodes(3)).job("two", job().nodes(3));

    assertThat(story.phase("one")).isEqualTo("Assembling");
    assertThat(story.phase("two")).isEqualTo("Queued");
    assertThat(story.nodes("gpu")).hasSize(3);
  }

  // What policy blocks.

  @Test
  void aJobThatAPolicyBlocksIsPassedOver() {
    Story story = of(4).given(new Command.SetQuota(World.NC_QUOTA, 12));
    story.job("large", job().nodes(3)).job("small", job().nodes(2));

    assertThat(story.phase("large")).isEqualTo("Queued");
    assertThat(story.why("large")).isInstanceOf(Rejection.QuotaExceeded.class);
    assertThat(story.phase("small")).isEqualTo("Assembling");
  }

  @Test
  void aJobLargerThanALoweredMaximumIsPassedOver() {
    Story story = of(4).job("runs", job().nodes(4)).settles().job("large", job().nodes(4));
    story.given(Story.scale("gpu", 0, 2)).job("small", job()).ends("runs", 0);

    assertThat(story.why("large")).isEqualTo(new Rejection.NodesExceedMax("gpu", 2, 4));
    assertThat(story.phase("small")).isEqualTo("Active");
  }

  @Test
  void clustersDoNotWaitForEachOther() {
    Story story = of(1).cluster("other", cluster().nodes(0, 1));
    story.job("a", job()).job("b", job()).job("c", job().on("other")).settles();

    assertThat(story.phase("b")).isEqualTo("Queued");
    assertThat(story.phase("c")).isEqualTo("Active");
  }

  @Test
  void aWorkspaceHasUpToAsManyWaitingJobsAsSettingsSay() {
    Story story = of(1).job("runs", job()).settles();
    story.settings(settings -> Settled.withQueuedJobs(settings, 2)).job("a", job()).job("b", job());

    story
        .when(story.submission("c", job()))
        .rejected(new Rejection.TooMany("jobs in the workspace that wait or are local", 2));
    story
        .given(Story.cancel("a"))
        .when(story.submission("c", job()))
        .thenKinds(Event.JobQueued.class);
  }

  // What the reservation of the head rests on.

  /// All three are ordered, or weighed, in one step: nothing of them has begun.
  @Test
  void aJobThatHasNotBegunCountsByItsLimitLikeTheOneThatIsWeighedAgainstIt() {
    Story story = of(2).job("runs", job().nodes(2)).settles();
    story.job("short", job().limit(MINUTE)).job("head", job().nodes(2));
    story.job("long", job().limit(30 * MINUTE)).ends("runs", 0);

    assertThat(story.phase("short")).isEqualTo("Active");
    assertThat(story.phase("long")).isEqualTo("Queued");
    assertThat(story.why("head"))
        .isEqualTo(
            new Rejection.ClusterFull(
                2, 1, 0, 2, "", story.now() + MINUTE, List.of(new Rejection.Holder("short", 1))));
    story.tasksStart().ends("short", 0);
    assertThat(story.phase("head")).isEqualTo("Active");
  }

  /// The quota has room for the nodes that exist and no more: they would do for the first job, and
  /// are not given away one by one.
  @Test
  void aJobThatTheNodesThereWouldDoForIsTheHeadThoughNoMoreMayBeAsked() {
    Story story = of(4).given(new Command.SetQuota(World.NC_QUOTA, 12));
    story.job("a", job().limit(HOUR)).job("b", job().limit(HOUR)).settles();
    story.job("head", job().nodes(2)).job("long", job().limit(2 * HOUR)).ends("a", 0);

    assertThat(story.why("head")).isInstanceOf(Rejection.QuotaExceeded.class);
    assertThat(story.phase("long")).isEqualTo("Queued");
    story.ends("b", 0);
    assertThat(story.phase("head")).isEqualTo("Active");
  }

  // Claims that cannot be met.

  @Test
  void aClaimBeyondALoweredMaximumIsGivenBack() {
    Story story = of(4).job("gang", job().nodes(4)).given(Story.scale("gpu", 0, 2)).nodesComeUp();

    assertThat(story.phase("gang")).isEqualTo("Queued");
    assertThat(story.why("gang")).isEqualTo(new Rejection.NodesExceedMax("gpu", 2, 4));
    story.nodesGo().job("small", job());
    assertThat(story.phase("small")).isEqualTo("Active");
  }

  @Test
  void aClaimWhoseLostNodeMayNotBeReplacedSaysWhy() {
    Story story = of(2).job("gang", job().nodes(2)).nodesAccepted();
    story.given(new Command.SetQuota(World.NC_QUOTA, 6));
    story.given(new Command.NodeGone(story.nodes("gpu").getFirst().id(), 0)).passes(MINUTE);

    assertThat(story.phase("gang")).isEqualTo("Assembling");
    assertThat(story.why("gang")).isInstanceOf(Rejection.QuotaExceeded.class);
  }

  /// After a start its nodes may be there, and nobody has said so yet.
  @Test
  void aClaimIsNotTakenForLateBeforeTheBackendHasAnswered() {
    Story story = of(2).job("gang", job().nodes(2)).nodesAccepted().jumps(HOUR);
    story.when(new Command.StartServer("ebb-1", 2, 0, World.OWNER.principal(), false));
    story.policySpeaks();
    assertThat(story.phase("gang")).isEqualTo("Assembling");

    story.nodesComeUp();
    assertThat(story.phase("gang")).isEqualTo("Active");
  }

  /// Its time in the queue and its time to assemble end together; only the first may ever fire
  /// before a backend has answered.
  @Test
  void aJobWhoseDeadlinesAreEqualLeavesNoneBehind() {
    Story story = of(1).settings(settings -> Settled.withQueueMillis(settings, 20 * MINUTE));
    story.job("a", job()).settles().passes(HOUR);

    assertThat(story.phase("a")).isEqualTo("Active");
    assertThat(story.happened(Event.Quarantined.class)).isEmpty();
    assertThat(Recount.derived(story.state()))
        .isEqualTo(Recount.derived(Recount.of(story.state())));
  }
}
