package ebb.kernel;

import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.node.Node;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.KeepCause;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.SegmentKind;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.Thing;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodesTest {
  private static Story withNode() {
    return Story.usual().cluster("gpu", cluster()).job("a", job());
  }

  private static Story idle() {
    return withNode().settles().ends("a", 0);
  }

  // Coming.

  @Test
  void aNodeIsAskedForWithTheRatesInForceAndABootDeadline() {
    Story story = withNode();

    assertThat(story.happened(Event.NodeRequested.class))
        .containsExactly(
            new Event.NodeRequested(
                story.node("gpu"),
                story.clusterId("gpu"),
                story.jobId("a"),
                World.NC6_RATES,
                false,
                Isolation.SANDBOX,
                List.of(),
                story.now() + 15 * MINUTE));
  }

  @Test
  void aNodeCostsFromTheBackendsClaimOnAndItsBootDeadlineStartsAgain() {
    Story story = withNode();
    NodeId node = story.node("gpu");
    long asked = story.now();
    story.after(10 * SECOND);

    story
        .when(new Command.NodeAccepted(node, 7, asked + 4 * SECOND))
        .then(new Event.NodeAccepted(node, 7, asked + 4 * SECOND, story.now() + 15 * MINUTE));
  }

  @Test
  void aReadyNodeThatNobodyAcceptedIsAcceptedByThat() {
    Story story = withNode();

    story
        .when(new Command.NodeReady(story.node("gpu"), 3, 0))
        .thenKinds(Event.NodeAccepted.class, Event.NodeReady.class);
  }

  @Test
  void aReportThatComesTwiceChangesNothing() {
    Story story = withNode();
    NodeId node = story.node("gpu");
    story.given(new Command.NodeAccepted(node, 1, 0));

    story
        .when(new Command.NodeAccepted(node, 1, 0))
        .rejected(new Rejection.NotExpected("NodeAccepted", "Preparing"));
    story.given(new Command.NodeReady(node, 2, 0));
    story
        .when(new Command.NodeReady(node, 2, 0))
        .rejected(new Rejection.NotExpected("NodeReady", "Running"));
  }

  @Test
  void aNodeThatIsNotReadyInTimeIsLetGoAndGrowthWaits() {
    Story story = withNode();
    NodeId node = story.node("gpu");
    long deadline = story.now() + 15 * MINUTE;

    story.passes(15 * MINUTE);

    assertThat(story.happened(Event.NodeReleased.class))
        .containsExactly(
            new Event.NodeReleased(
                node,
                ReleaseCause.BOOT_TIMEOUT,
                "not ready in time",
                deadline,
                deadline + 10 * MINUTE));
    Rejection backOff = new Rejection.GrowthBackingOff(1, deadline + 5 * SECOND);
    assertThat(story.whyCluster("gpu")).isEqualTo(backOff);
    assertThat(story.why("a")).as("its claim has lost a node").isEqualTo(backOff);
  }

  @Test
  void growthThatFailsWaitsTwiceAsLongEachTimeAndNotAtAllAfterASuccess() {
    Story story = withNode();
    List<Long> waits = new java.util.ArrayList<>();
    for (int i = 0; i < 4; i++) {
      NodeId node = story.nodes("gpu").getLast().id();
      story.given(new Command.NodeFailed(node, "no capacity", 0));
      waits.add(story.cluster("gpu").growthNotBefore() - story.now());
      story.nodesGo().passes(waits.getLast());
    }
    assertThat(waits).containsExactly(5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND);

    story.nodesComeUp();
    assertThat(story.cluster("gpu").growthFailures()).isZero();
  }

  @Test
  void nodesThatFailTogetherCountAsOneFailure() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job().nodes(4));
    for (Node node : story.nodes("gpu")) {
      story.given(new Command.NodeFailed(node.id(), "no capacity", 0));
    }

    assertThat(story.cluster("gpu").growthFailures()).isEqualTo(1);
    assertThat(story.cluster("gpu").growthNotBefore()).isEqualTo(story.now() + 5 * SECOND);
  }

  @Test
  void aClaimedNodeThatIsLostIsReplaced() {
    Story story = withNode();
    story.given(new Command.NodeFailed(story.node("gpu"), "no capacity", 0)).nodesGo();

    story.passes(5 * SECOND);

    assertThat(story.phases("gpu")).containsExactly("Requested");
    assertThat(story.phase("a")).isEqualTo("Assembling");
  }

  // Idle.

  @Test
  void anIdleNodeIsLetGoWhenItsIdleTimeIsOverAndNotBefore() {
    Story story = idle();
    story.passes(120 * SECOND - 1).policy();

    story.passes(1);

    assertThat(story.happened(Event.NodeReleased.class))
        .containsExactly(
            new Event.NodeReleased(
                story.node("gpu"),
                ReleaseCause.IDLE_TIMEOUT,
                "idle for 2 min",
                story.now(),
                story.now() + 10 * MINUTE));
  }

  @Test
  void everyNodeHasAnIdleTimerOfItsOwn() {
    Story story = Story.usual().cluster("gpu", cluster());
    story.job("a", job()).job("b", job()).settles().ends("a", 0).passes(MINUTE).ends("b", 0);

    story.passes(MINUTE);
    assertThat(story.phases("gpu")).containsExactlyInAnyOrder("Leaving", "Idle");
    story.passes(MINUTE);
    assertThat(story.phases("gpu")).containsExactly("Leaving", "Leaving");
  }

  @Test
  void workStopsTheIdleTimerAndAnEndStartsItAnew() {
    Story story = idle().passes(MINUTE).job("b", job()).tasksStart().passes(MINUTE).ends("b", 0);

    story.passes(MINUTE + 59 * SECOND).policy();
    story.passes(SECOND);
    assertThat(story.phases("gpu")).containsExactly("Leaving");
  }

  @Test
  void aNodeThatTheMinimumNeedsIsKeptAndSaysSo() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(1, 2)).nodesComeUp();

    story
        .passes(120 * SECOND)
        .policy(
            new Event.NodeKept(story.node("gpu"), KeepCause.MINIMUM, story.now() + 60 * MINUTE));
    assertThat(story.why(new Thing(Thing.Kind.NODE, story.node("gpu").value())))
        .isEqualTo(new Rejection.Kept(KeepCause.MINIMUM, story.now() + 60 * MINUTE));
  }

  @Test
  void aKeptNodeIsAskedAgainAsSoonAsTheMinimumIsLowered() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(1, 2)).nodesComeUp();
    story.passes(120 * SECOND).given(Story.scale("gpu", 0, 2));

    assertThat(story.phases("gpu")).containsExactly("Leaving");
  }

  @Test
  void aNodeThatAWaitingJobHasAClaimOnIsKept() {
    Story story = idle().job("gang", job().nodes(3));
    story.passes(120 * SECOND);

    assertThat(story.happened(Event.NodeKept.class))
        .extracting(Event.NodeKept::cause)
        .containsExactly(KeepCause.CLAIMED);
    assertThat(story.happened(Event.NodeReleased.class)).isEmpty();
  }

  @Test
  void aNodeBeyondWhatIsClaimedIsNotKept() {
    Story story = Story.usual().cluster("gpu", cluster());
    story.job("a", job().nodes(3)).settles().ends("a", 0);
    story.given(Story.scale("gpu", 0, 5)).job("gang", job().nodes(4));
    assertThat(story.phases("gpu")).containsOnlyOnce("Requested");

    story.given(Story.cancel("gang")).passes(120 * SECOND);

    assertThat(story.happened(Event.NodeReleased.class)).hasSize(3);
  }

  // Leaving.

  @Test
  void aNodeIsChargedAndCountedUntilTheBackendConfirmsThatItIsGone() {
    Story story = idle().passes(120 * SECOND);
    NodeId node = story.node("gpu");
    long leftAt = story.now();
    story.passes(MINUTE);

    story
        .when(new Command.NodeGone(node, 0))
        .then(
            new Event.SegmentClosed(
                node,
                story.clusterId("gpu"),
                ebb.kernel.protocol.JobId.NONE,
                ebb.kernel.protocol.SegmentKind.LEAVE,
                leftAt,
                story.now(),
                World.NC6_RATES,
                false),
            new Event.NodeGone(node, story.now()));
    assertThat(story.state().quotas().used(World.NC_QUOTA)).isZero();
  }

  @Test
  void aReleaseThatTakesTooLongIsSaidAgainAndAgainAndNeverForgotten() {
    Story story = idle().passes(120 * SECOND).passes(30 * MINUTE);

    assertThat(story.happened(Event.ReleaseOverdue.class))
        .extracting(Event.ReleaseOverdue::times)
        .containsExactly(1, 2, 3);
    long askedAt = story.now() - 30 * MINUTE;
    assertThat(story.why(new Thing(Thing.Kind.NODE, story.node("gpu").value())))
        .isEqualTo(new Rejection.ReleaseOverdue(askedAt, askedAt + 10 * MINUTE, 3));
    assertThat(story.phases("gpu")).containsExactly("Leaving");
    assertThat(story.state().quotas().used(World.NC_QUOTA)).isEqualTo(6);
  }

  @Test
  void nothingIsPlacedOnALeavingNode() {
    Story story = idle().passes(120 * SECOND);
    NodeId leaving = story.node("gpu");

    story.job("b", job());
    assertThat(story.phases("gpu")).containsExactly("Leaving", "Requested");
    story.settles();
    assertThat(story.nodesOf("b")).doesNotContain(leaving);
  }

  @Test
  void aNodeThatDisappearsTakesItsTaskAlongAsAnInfrastructureFault() {
    Story story = withNode().settles();

    story
        .after(SECOND)
        .when(new Command.NodeGone(story.node("gpu"), 0))
        .thenKinds(
            Event.SegmentClosed.class,
            Event.TaskEnded.class,
            Event.AttemptEnded.class,
            Event.JobBackedOff.class,
            Event.NodeGone.class);
    assertThat(story.happened(Event.AttemptEnded.class).getFirst().cause())
        .isEqualTo(EndCause.INFRASTRUCTURE);
  }

  @Test
  void aPreemptedNodeLeavesAndItsTaskIsStopped() {
    Story story = withNode().settles().after(SECOND);
    NodeId node = story.node("gpu");

    story
        .when(new Command.NodePreempted(node, 0))
        .thenKinds(Event.NodeReleased.class, Event.AttemptStopping.class);
    story.when(new Command.NodePreempted(node, 0)).rejected(Rejection.NotExpected.class);
    story.ends("a", -9);
    assertThat(story.happened(Event.JobBackedOff.class).getFirst().cause())
        .isEqualTo(EndCause.PREEMPTED);
  }

  // Out of sight.

  @Test
  void aNodeOutOfSightIsNotDead() {
    Story story = withNode().settles();
    NodeId node = story.node("gpu");

    story
        .when(new Command.NodeUnreachable(node, 0))
        .then(new Event.NodeUnreachable(node, story.now() + 5 * MINUTE));
    story.when(new Command.NodeUnreachable(node, 0)).thenNothing();
    story.passes(5 * MINUTE - 1).policy();
    story.when(new Command.NodeReachable(node, 0)).then(new Event.NodeReachable(node));
    story.passes(MINUTE).policy();
    assertThat(story.phase("a")).isEqualTo("Active");
  }

  @Test
  void aNodeOutOfSightForTooLongIsLetGoAndItsTaskStopped() {
    Story story = withNode().settles();
    NodeId node = story.node("gpu");
    story.given(new Command.NodeUnreachable(node, 0));

    story.passes(5 * MINUTE).policyKinds(Event.NodeReleased.class, Event.AttemptStopping.class);

    assertThat(story.happened(Event.NodeReleased.class).getFirst().cause())
        .isEqualTo(ReleaseCause.LOST);
    assertThat(story.phase("a")).as("its end is not known yet").isEqualTo("Active");
  }

  /// A server found the node out of sight and was stopped; the next one starts when the time that
  /// it may be so is over.
  private static Story outOfSightAndStartedAnew() {
    Story story = withNode().settles();
    return story
        .given(new Command.NodeUnreachable(story.node("gpu"), 0))
        .jumps(5 * MINUTE)
        .when(new Command.StartServer("ebb-1", 2, 0, "", false));
  }

  private static Command listed(Story story) {
    return new Command.BackendListed(List.of(story.node("gpu")), List.of(story.task("a")), 0);
  }

  @Test
  void aNodeThatAnEarlierServerCouldNotSeeIsInSightOnceTheBackendHasAnsweredTheNext() {
    Story story = outOfSightAndStartedAnew();

    story
        .when(listed(story))
        .then(new Event.BackendObserved(), new Event.NodeReachable(story.node("gpu")));

    story.policySpeaks().policy();
    assertThat(story.phase("a")).isEqualTo("Active");
  }

  @Test
  void aNodeThatTheBackendStillCannotSeeAfterAStartIsOutOfSightFromThenOn() {
    Story story = outOfSightAndStartedAnew();
    NodeId node = story.node("gpu");
    story.given(listed(story));

    story
        .when(new Command.NodeUnreachable(node, 0))
        .then(new Event.NodeUnreachable(node, story.now() + 5 * MINUTE));
    story.when(listed(story)).thenNothing();
  }

  @Test
  void nothingIsPlacedOnANodeOutOfSight() {
    Story story = idle();
    NodeId unseen = story.node("gpu");
    story.given(new Command.NodeUnreachable(unseen, 0));

    story.job("b", job()).settles();

    assertThat(story.nodesOf("b")).doesNotContain(unseen);
  }

  @Test
  void aNodeThatComesBackIntoSightIsUsed() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 1));
    story.job("a", job()).settles().ends("a", 0);
    NodeId node = story.node("gpu");
    story.given(new Command.NodeUnreachable(node, 0)).job("b", job());
    assertThat(story.phase("b")).isEqualTo("Queued");

    story.given(new Command.NodeReachable(node, 0));

    assertThat(story.nodesOf("b")).containsExactly(node);
  }

  // The sweep.

  @Test
  void whatTheBackendHasAndNobodyKnowsIsLetGo() {
    Story story = Story.usual();
    NodeId stray = new NodeId(ebb.kernel.protocol.Id.of(1, 900));
    TaskId strayTask = new TaskId(new ebb.kernel.protocol.AttemptId(77), 0);
    Command listing = new Command.BackendListed(List.of(stray), List.of(strayTask), 9);

    story.when(listing).then(new Event.StrayNodeFound(stray), new Event.StrayTaskFound(strayTask));
    assertThat(Outstanding.all(story.state()))
        .containsExactly(new Outstanding.StopTask(strayTask), new Outstanding.StopNode(stray));
    story.when(listing).thenNothing();
    story.when(new Command.NodeGone(stray, 0)).then(new Event.StrayNodeGone(stray));
    story.when(Story.exited(strayTask, 0)).then(new Event.StrayTaskGone(strayTask));
    assertThat(Outstanding.all(story.state())).isEmpty();
  }

  @Test
  void absenceSpeaksOnlyOfWhatTheBackendHadAcknowledgedBefore() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job().nodes(2));
    List<Node> nodes = story.nodes("gpu");
    story.given(new Command.NodeReady(nodes.getFirst().id(), 5, 0));
    story.given(new Command.NodeReady(nodes.getLast().id(), 6, 0));
    story.given(new Command.TaskStarted(story.task("a"), 7, 0, 0, 0));

    assertThat(absences(story, 4)).isEmpty();
    assertThat(absences(story, 5)).containsExactly(new Command.NodeGone(nodes.getFirst().id(), 0));
    assertThat(absences(story, 7)).hasSize(3);
  }

  private static List<Command.Report> absences(Story story, long completeTo) {
    return Sweep.absences(
        story.state(), new Command.BackendListed(List.of(), List.of(), completeTo));
  }

  @Test
  void aNodeWithoutIdleTimeIsUsedByTheNextJob() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 1).idle(0));
    story.job("a", job()).job("b", job()).settles().ends("a", 0).tasksStart().ends("b", 0);

    assertThat(story.happened(Event.NodeRequested.class)).hasSize(1);
    assertThat(story.phases("gpu")).containsExactly("Leaving");
  }

  @Test
  void aJobThatComesAsTheIdleTimeEndsUsesTheNode() {
    Story story = idle().jumps(120 * SECOND);
    story.job("next", job());

    assertThat(story.happened(Event.NodeReleased.class)).isEmpty();
    assertThat(story.phase("next")).isEqualTo("Active");
  }

  /// Another could not be there sooner.
  @Test
  void aNodeThatTheHeadOfTheQueueIsAboutToNeedIsKept() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 2));
    story.job("a", job()).job("runs", job().limit(10 * MINUTE)).settles();
    story.job("head", job().nodes(2)).ends("a", 0).passes(120 * SECOND);

    assertThat(story.happened(Event.NodeKept.class))
        .extracting(Event.NodeKept::cause)
        .containsExactly(KeepCause.CLAIMED);
  }

  /// Three nodes: one is idle, one is busy for ten minutes and one for an hour; the head needs two.
  @Test
  void aNodeThatTheHeadWillNeedTogetherWithAnotherIsKept() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 3));
    story.job("a", job()).job("b", job().limit(10 * MINUTE)).job("c", job().limit(60 * MINUTE));
    story.settles().job("head", job().nodes(2)).ends("a", 0).passes(120 * SECOND);

    assertThat(story.happened(Event.NodeReleased.class)).isEmpty();
    story.ends("b", 0);
    assertThat(story.phase("head")).isEqualTo("Active");
  }

  @Test
  void aNodeThatTheHeadNeedsInAnHourIsLetGo() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 2));
    story.job("a", job()).job("runs", job().limit(60 * MINUTE)).settles();
    story.job("head", job().nodes(2)).ends("a", 0).passes(120 * SECOND);

    assertThat(story.happened(Event.NodeReleased.class)).hasSize(1);
  }

  @Test
  void aNodeWhoseClaimNobodyToldOfIsChargedFromItsOrder() {
    Story story = withNode();
    long ordered = story.now();
    story.passes(10 * MINUTE).given(new Command.NodeReady(story.node("gpu"), 1, 0));

    assertThat(story.happened(Event.SegmentClosed.class))
        .extracting(Event.SegmentClosed::kind, Event.SegmentClosed::from, Event.SegmentClosed::to)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(SegmentKind.BOOT, ordered, story.now()));
  }
}
