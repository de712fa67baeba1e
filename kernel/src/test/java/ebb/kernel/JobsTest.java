package ebb.kernel;

import static ebb.kernel.World.DAY;
import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobsTest {
  private static Story usual() {
    return Story.usual().cluster("gpu", cluster());
  }

  private static EndCause causeOf(Story story, String job) {
    assertThat(story.job(job).phase()).isInstanceOf(Job.Ended.class);
    return ((Job.Ended) story.job(job).phase()).cause();
  }

  // Submitting.

  @Test
  void submittingTheSameAgainChangesNothingInAnyPhase() {
    Story story = usual().job("a", job());
    for (int step = 0; step < 3; step++) {
      story.when(story.submission("a", job())).thenNothing();
      story.when(story.submission("A", job())).thenNothing();
      story = step == 0 ? story.settles() : step == 1 ? story.ends("a", 0) : story;
    }
  }

  @Test
  void aNameThatAnotherJobHasIsTaken() {
    Story story = usual().job("a", job());

    story.when(story.submission("a", job().nodes(2))).rejected(new Rejection.NameTaken("job", "a"));
    story
        .when(story.submission("A", job().priority(1)))
        .rejected(new Rejection.NameTaken("job", "A"));
  }

  @Test
  void aNameThatHistoryWasAskedAboutTooLongAgoMustBeAskedAboutAgain() {
    Story story = usual();
    Command.SubmitJob submission = story.submission("a", job());

    story.after(10 * SECOND + 1);
    story.when(submission).rejected(new Rejection.NameCheckTooOld("a"));
    story.when(story.submission("a", job())).thenKinds(Event.JobQueued.class);
  }

  @Test
  void anEndedJobLeavesMemoryWhenHistoryHasItAndNotBefore() {
    Story story = usual().job("a", job()).settles().ends("a", 0);

    story.after(10 * SECOND);
    assertThat(story.happened(Event.JobsArchived.class)).isEmpty();
    story.historyCatchesUp();
    assertThat(story.happened(Event.JobsArchived.class)).hasSize(1);
    assertThat(story.state().allJobs()).isEmpty();
  }

  @Test
  void anEndedJobStaysForAMomentThoughHistoryHasIt() {
    Story story = usual().job("a", job()).settles().ends("a", 0).after(9 * SECOND);

    story.historyCatchesUp().policy();
    assertThat(story.phase("a")).isEqualTo("Ended");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "_a", "-a", "a b", "ä", "a/b"})
  void namesOutsideTheRuleAreRefusedWithTheRule(String name) {
    Story story = usual();

    story
        .when(story.submission(name, job()))
        .rejected(new Rejection.InvalidName("job", name, Rules.JOB_NAME));
  }

  @Test
  void numbersOutsideTheirRangeAreRefused() {
    Story story = usual();
    for (World.Job wrong :
        List.of(
            job().nodes(0),
            job().priority(1_001),
            job().priority(Integer.MIN_VALUE),
            job().limit(-1),
            job().account(" "),
            job().account("x".repeat(129)),
            job().retries(-2, 0, 0),
            job().retries(0, 1_001, 0))) {
      story.when(story.submission("a", wrong)).rejected(Rejection.InvalidValue.class);
    }
  }

  @Test
  void aJobNeedsAClusterThatIsLargeEnough() {
    Story story = usual();

    story
        .when(story.submission("a", job().on("none")))
        .rejected(new Rejection.NotFound("cluster", "none"));
    story
        .when(story.submission("a", job().nodes(5)))
        .rejected(new Rejection.NodesExceedMax("gpu", 4, 5));
  }

  // The time limit.

  @Test
  void aJobThatNamesNoLimitGetsAzures21DaysAndOnLowPriorityNodes7() {
    Story story = usual().cluster("low", cluster().low());
    story.job("a", job()).job("b", job().on("low"));

    assertThat(story.job("a").limitMillis()).isEqualTo(21 * DAY);
    assertThat(story.job("b").limitMillis()).isEqualTo(7 * DAY);
  }

  @Test
  void theLimitInForceIsTheSmallerOfAskedAndAllowedAndBothAreKept() {
    Story story = usual().cluster("low", cluster().low());
    story.job("short", job().limit(HOUR)).job("long", job().on("low").limit(8 * DAY));

    assertThat(story.job("short").limitMillis()).isEqualTo(HOUR);
    assertThat(story.job("long").limitMillis()).isEqualTo(7 * DAY);
    assertThat(story.job("long").spec().limitMillis()).isEqualTo(8 * DAY);
  }

  @Test
  void aJobThatReachesItsLimitIsStoppedAndEndsAsThat() {
    Story story = usual().job("a", job().limit(HOUR)).settles();

    story.passes(HOUR).policyKinds(Event.AttemptStopping.class);
    assertThat(story.happened(Event.AttemptStopping.class).getFirst().deadline())
        .as("grace and the time to confirm")
        .isEqualTo(story.now() + 90 * SECOND);
    assertThat(story.happened(Event.AttemptStopping.class).getFirst().detail())
        .isEqualTo("ran for 60 min, its limit");
    story.ends("a", -15);

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.TIME_LIMIT);
  }

  @Test
  void theLimitCountsFromTheFirstInstructionAndNotFromTheOrder() {
    Story story = usual().job("a", job().limit(HOUR)).nodesComeUp();
    story.passes(30 * MINUTE).tasksStart();

    story.passes(59 * MINUTE).policy();
    story.passes(MINUTE).policyKinds(Event.AttemptStopping.class);
  }

  @Test
  void anEndThatTheBackendSawBeforeTheLimitIsNoTimeOut() {
    Story story = usual().job("a", job().limit(HOUR)).settles();
    long limitAt = story.now() + HOUR;
    TaskId task = story.task("a");
    Command.TaskExited late = Story.exited(task, 3);
    story.passes(HOUR + SECOND);

    story.given(new Command.TaskExited(task, late.report(), limitAt - 1));

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.FAILED);
  }

  @Test
  void aSuccessIsASuccessEvenAfterTheLimit() {
    Story story = usual().job("a", job().limit(HOUR)).settles().passes(HOUR + SECOND).ends("a", 0);

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.SUCCEEDED);
  }

  @Test
  void aBackendThatStoppedTheTaskAtItsLimitIsBelieved() {
    Story story = usual().job("a", job().limit(HOUR)).settles().after(HOUR - 1);

    story.given(Story.exited(story.task("a"), TaskEnd.LIMIT, -9));

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.TIME_LIMIT);
    assertThat(story.happened(Event.JobEnded.class).getFirst().detail())
        .isEqualTo("ran for 60 min, its limit");
  }

  // Gangs.

  @Test
  void aGangStartsOnAllItsNodesInOneDecisionAndNotBefore() {
    Story story = usual().job("gang", job().nodes(3));
    List<Node> nodes = story.nodes("gpu");
    assertThat(nodes).hasSize(3);

    story.given(new Command.NodeReady(nodes.get(0).id(), 1, 0));
    story.given(new Command.NodeReady(nodes.get(1).id(), 2, 0));
    assertThat(story.phase("gang")).isEqualTo("Assembling");
    story.given(new Command.NodeReady(nodes.get(2).id(), 3, 0));

    assertThat(story.happened(Event.AttemptOrdered.class).getFirst().nodes()).hasSize(3);
    assertThat(story.phases("gpu")).containsOnly("Running");
  }

  @Test
  void aGangThatIsNotCompleteInTimeGivesItsNodesUpAndWaitsLongerEachTime() {
    Story story = usual().job("gang", job().nodes(2));
    story.given(new Command.NodeReady(story.nodes("gpu").getFirst().id(), 1, 0));
    long claimed = story.now();
    story.passes(15 * MINUTE).nodesGo();

    story.passes(claimed + 20 * MINUTE - story.now());

    assertThat(story.happened(Event.JobBackedOff.class))
        .containsExactly(
            new Event.JobBackedOff(
                story.jobId("gang"),
                EndCause.INFRASTRUCTURE,
                story.job("gang").used(),
                1,
                story.now() + 5 * SECOND));
    assertThat(story.job("gang").used().infrastructure()).as("no attempt was lost").isZero();
    story.passes(5 * SECOND);
    assertThat(story.phase("gang")).isEqualTo("Assembling");
  }

  @Test
  void aJobIsDoneWhenAllItsTasksAre() {
    Story story = usual().job("gang", job().nodes(2)).settles();
    List<TaskId> tasks = story.tasksOf("gang");

    story.given(Story.exited(tasks.getFirst(), 0));
    assertThat(story.phase("gang")).isEqualTo("Active");
    assertThat(story.phases("gpu")).containsExactlyInAnyOrder("Idle", "Running");
    story.given(Story.exited(tasks.getLast(), 0));
    assertThat(causeOf(story, "gang")).isEqualTo(EndCause.SUCCEEDED);
  }

  @Test
  void oneTaskThatFailsStopsTheOthersAndIsTheReason() {
    Story story = usual().job("gang", job().nodes(3)).settles();
    List<TaskId> tasks = story.tasksOf("gang");

    story.given(Story.exited(tasks.get(1), 7));
    Attempt.Stopping stopping = (Attempt.Stopping) story.attempt("gang").phase();
    assertThat(stopping.detail()).isEqualTo("task 1 ended: exit code 7");
    story.given(Story.exited(tasks.get(0), -15), Story.exited(tasks.get(2), -15));

    assertThat(causeOf(story, "gang")).isEqualTo(EndCause.FAILED);
    assertThat(((Job.Ended) story.job("gang").phase()).code()).isEqualTo(7);
  }

  @Test
  void oneTaskThatEndsBeforeTheLimitDecidesForItsGang() {
    Story story = usual().job("gang", job().nodes(2).limit(HOUR)).settles();
    long limitAt = story.now() + HOUR;
    List<TaskId> tasks = story.tasksOf("gang");
    Command.TaskExited late = Story.exited(tasks.getFirst(), 3);
    story.passes(HOUR + SECOND);

    story.given(new Command.TaskExited(tasks.getFirst(), late.report(), limitAt - 1));
    story.given(Story.exited(tasks.getLast(), TaskEnd.STOPPED, -15));

    assertThat(causeOf(story, "gang")).isEqualTo(EndCause.FAILED);
  }

  // Starting.

  @Test
  void anAttemptThatDoesNotStartInTimeIsOurFault() {
    Story story = usual().job("a", job()).nodesComeUp();

    story.passes(60 * MINUTE).policyKinds(Event.AttemptStopping.class);
    story.given(Story.exited(story.task("a"), TaskEnd.NEVER_STARTED, 0));

    assertThat(story.happened(Event.JobBackedOff.class).getFirst().cause())
        .isEqualTo(EndCause.INFRASTRUCTURE);
  }

  @Test
  void aCommandThatCannotBeStartedIsTheUsersError() {
    Story story = usual().job("a", job()).nodesComeUp();

    story.given(Story.exited(story.task("a"), TaskEnd.REFUSED, 127));

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.FAILED);
  }

  @Test
  void aTaskThatDoesNotStopTakesItsNodeAlong() {
    Story story = usual().job("a", job()).settles().given(Story.cancel("a"));

    story.passes(90 * SECOND).policyKinds(Event.NodeReleased.class, Event.AttemptStopping.class);
    assertThat(story.happened(Event.NodeReleased.class).getFirst().cause())
        .isEqualTo(ReleaseCause.STUCK_TASK);
    story.nodesGo();
    assertThat(causeOf(story, "a")).isEqualTo(EndCause.CANCELED);
  }

  // Cancelling.

  @Test
  void aJobThatHasNotStartedEndsAtOnceWhenItIsCanceled() {
    Story story = usual().job("a", job());

    story
        .when(Story.cancel("a"))
        .then(
            new Event.CancelHit(story.jobId("a"), "Assembling"),
            new Event.JobEnded(
                story.jobId("a"), EndCause.CANCELED, 0, "canceled before it started"));
    story.when(Story.cancel("a")).rejected(new Rejection.AlreadyEnded("a", EndCause.CANCELED));
    story.when(Story.cancel("b")).rejected(new Rejection.NotFound("job", "b"));
  }

  @Test
  void aCancelOvertakesAStartThatIsInFlight() {
    Story story = usual().job("a", job()).nodesComeUp();
    TaskId task = story.task("a");
    story
        .when(Story.cancel("a"))
        .thenKinds(Event.CancelHit.class, Event.CancelRequested.class, Event.AttemptStopping.class);
    assertThat(Outstanding.all(story.state())).containsExactly(new Outstanding.StopTask(task));

    story.given(Story.exited(task, TaskEnd.NEVER_STARTED, 0));

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.CANCELED);
    assertThat(story.phases("gpu")).containsExactly("Idle");
  }

  @Test
  void aStartThatWinsAgainstTheCancelIsStoppedAllTheSame() {
    Story story = usual().job("a", job()).nodesComeUp().given(Story.cancel("a"));

    story.tasksStart();
    assertThat(Outstanding.all(story.state()))
        .containsExactly(new Outstanding.StopTask(story.task("a")));
    story.ends("a", -15);

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.CANCELED);
  }

  @Test
  void aJobThatSucceedsBeforeTheCancelReachesItHasSucceeded() {
    Story story = usual().job("a", job()).settles().given(Story.cancel("a")).ends("a", 0);

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.SUCCEEDED);
  }

  @Test
  void aSecondCancelChangesNothing() {
    Story story = usual().job("a", job()).settles().given(Story.cancel("a"));

    story.when(Story.cancel("a")).thenNothing();
  }

  @Test
  void aCanceledJobIsNotRetriedThoughItsNodeIsLost() {
    Story story = usual().job("a", job()).settles().given(Story.cancel("a"));

    story.given(new Command.NodeGone(story.node("gpu"), 0));

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.CANCELED);
  }

  // Retries.

  @Test
  void everyCauseHasARetryBudgetOfItsOwn() {
    Story story = usual().job("a", job().retries(1, 1, 1));
    story.settles().ends("a", 1);
    story.passes(5 * SECOND).tasksStart();
    story.given(Story.exited(story.task("a"), TaskEnd.LOST, 0));
    story.passes(10 * SECOND).tasksStart();
    story.given(new Command.NodePreempted(story.nodesOf("a").getFirst(), 0));
    story.given(Story.exited(story.task("a"), TaskEnd.STOPPED, -15)).settles();
    assertThat(story.job("a").used()).isEqualTo(story.job("a").retries());

    story.ends("a", 1);

    assertThat(causeOf(story, "a")).isEqualTo(EndCause.FAILED);
    assertThat(story.happened(Event.AttemptOrdered.class))
        .extracting(Event.AttemptOrdered::number)
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void aJobThatNamesNoRetriesGetsTheSettingsNumbers() {
    Story story = usual().job("a", job());

    assertThat(story.job("a").retries()).isEqualTo(story.state().settings().retries());
  }

  @Test
  void aPreemptedJobGoesBackToItsOldPlaceAtOnce() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 1));
    story.job("first", job()).settles().job("second", job());
    story.given(new Command.NodePreempted(story.node("gpu"), 0));
    story.given(Story.exited(story.task("first"), TaskEnd.STOPPED, -15));
    assertThat(story.phase("first")).isEqualTo("Queued");

    story.nodesGo();
    story.settles();

    assertThat(story.phase("first")).isEqualTo("Active");
    assertThat(story.phase("second")).isEqualTo("Queued");
  }

  @ParameterizedTest
  @EnumSource(
      value = TaskEnd.class,
      names = {"LIMIT", "EXITED"})
  void limitsAndFailuresAreNotRetriedByDefault(TaskEnd end) {
    Story story = usual().job("a", job()).settles();
    story.given(Story.exited(story.task("a"), end, 1));

    assertThat(story.phase("a")).isEqualTo("Ended");
  }

  @Test
  void aJobThatWaitsTooLongInTheQueueEnds() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 1));
    story.job("long", job().priority(1)).settles().job("waits", job());

    story.passes(30 * DAY);

    assertThat(causeOf(story, "waits")).isEqualTo(EndCause.QUEUE_LIMIT);
  }

  @Test
  void anEndedJobIsDeletedOnceAndItsNameIsNeverUsedAgain() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles();
    JobId id = story.jobId("a");

    story.when(Story.deletion("a", JobId.NONE)).rejected(new Rejection.NotEnded("a", "Active"));
    story.ends("a", 0);
    story.when(Story.deletion("A", JobId.NONE)).then(new Event.JobDeleted(id));
    story.when(Story.deletion("a", JobId.NONE)).thenNothing();
    story.when(story.submission("a", job())).rejected(new Rejection.Deleted("job", "a"));
    story.when(Story.cancel("a")).rejected(Rejection.AlreadyEnded.class);
  }

  @Test
  void aDeletedJobLeavesMemoryWhenHistoryHasItsDeletion() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles().ends("a", 0);
    JobId id = story.jobId("a");
    long ended = story.state().sequence();
    story.given(Story.deletion("a", JobId.NONE)).after(World.HOUR);

    assertThat(Kernel.next(story.state(), new Kernel.Moment(story.now(), ended)))
        .satisfiesAnyOf(
            nothing -> assertThat(nothing).isNull(),
            other ->
                assertThat(other.events()).doesNotHaveAnyElementsOfTypes(Event.JobsArchived.class));
    story.historyCatchesUp();
    assertThat(story.state().job(id)).isNull();
  }

  @Test
  void whatIsSaidAboutAJobChangesInEveryPhaseAndIsSaidOnce() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles();
    JobId id = story.jobId("a");
    Job before = State.require(story.state().job(id), "job", id);

    story
        .when(Story.description("A", JobId.NONE, "words"))
        .then(new Event.JobDescribed(id, new Description("words", false)));
    story.when(Story.description("a", JobId.NONE, "words")).thenNothing();
    Job after = State.require(story.state().job(id), "job", id);
    assertThat(after.phase()).isEqualTo(before.phase());
    assertThat(after.spec()).isEqualTo(before.spec());
    assertThat(after.description()).isEqualTo(new Description("words", false));
    story.when(story.submission("a", job())).thenNothing();
    story.ends("a", 0).given(Story.deletion("a", JobId.NONE));
    story
        .when(Story.description("a", JobId.NONE, "more"))
        .rejected(new Rejection.Deleted("job", "a"));
  }

  @Test
  void aDescribedJobLeavesMemoryWhenHistoryHasItsDescription() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles().ends("a", 0);
    JobId id = story.jobId("a");
    long ended = story.state().sequence();
    story.given(Story.description("a", JobId.NONE, "words")).after(World.HOUR);

    Envelope next = Kernel.next(story.state(), new Kernel.Moment(story.now(), ended));
    assertThat(next == null ? List.of() : next.events())
        .doesNotHaveAnyElementsOfTypes(Event.JobsArchived.class);
    story.historyCatchesUp();
    assertThat(story.state().job(id)).isNull();
  }

  @Test
  void aJobThatIsInHistoryAloneIsDescribedThereWhileThereIsRoomOnTheDisk() {
    Story story = Story.usual().cluster("gpu", cluster());
    JobId past = new JobId(4_711);

    story
        .when(Story.description("b", JobId.NONE, "words"))
        .rejected(new Rejection.NotFound("job", "b"));
    story
        .when(Story.description("b", past, "words"))
        .then(new Event.JobDescribed(past, new Description("words", false)));
    story.given(new Command.StorageMeasured(1, 10));
    story.when(Story.description("b", past, "more")).rejected(Rejection.StorageLow.class);
  }

  @Test
  void aJobThatIsInHistoryAloneIsDeletedThereAndALockForbidsIt() {
    Story story = Story.usual().cluster("gpu", cluster());
    JobId past = new JobId(4_711);

    story.when(Story.deletion("b", JobId.NONE)).rejected(new Rejection.NotFound("job", "b"));
    story.when(Story.deletion("b", past)).then(new Event.JobDeleted(past));
    story.given(new Command.PutLock(Story.lock(World.WORKSPACE)));
    story.when(Story.deletion("b", past)).rejected(Rejection.Locked.class);
  }
}
