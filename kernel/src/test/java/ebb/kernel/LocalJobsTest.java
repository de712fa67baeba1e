package ebb.kernel;

import static ebb.kernel.World.DAY;
import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.WORKSPACE;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.job.Job;
import ebb.kernel.money.Charges;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.LockLevel;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Role;
import ebb.kernel.protocol.RoleAssignment;
import ebb.kernel.protocol.TaskEnd;
import org.junit.jupiter.api.Test;

/// Jobs on the machine of whoever submits them.
class LocalJobsTest {
  private static Story submitted() {
    return Story.usual().job("a", job().on("local").limit(HOUR));
  }

  private static EndCause cause(Story story) {
    return ((Job.Ended) story.job("a").phase()).cause();
  }

  @Test
  void localJobNeedsNoClusterAndNoNodeAndCostsNothing() {
    Story story = submitted().given(Story.localStart("a")).after(30 * MINUTE);

    assertThat(story.state().allNodes()).isEmpty();
    story.given(Story.localEnd("a", TaskEnd.EXITED, 0));

    assertThat(cause(story)).isEqualTo(EndCause.SUCCEEDED);
    assertThat(story.happened(Event.SegmentClosed.class)).isEmpty();
    assertThat(story.state().charges(story.jobId("a"))).isEqualTo(Charges.NONE);
  }

  @Test
  void localJobsAreCountedWithTheWaitingOnesUntilTheyEnd() {
    Story story = submitted().settings(settings -> Settled.withQueuedJobs(settings, 1));
    story.given(Story.localStart("a"));

    story
        .when(story.submission("b", job().on("local")))
        .rejected(new Rejection.TooMany("jobs in the workspace that wait or are local", 1));
    story
        .given(Story.localEnd("a", TaskEnd.EXITED, 0))
        .when(story.submission("b", job().on("local")))
        .thenKinds(Event.JobQueued.class, Event.LocalJobTaken.class);
  }

  @Test
  void whyOfLocalJobSaysThatItIsLocalAndWhenItsMachineIsWaitedForNoLonger() {
    Story story = submitted();
    assertThat(story.why("a"))
        .isEqualTo(new Rejection.NotWaiting("local, starting", Story.START + HOUR));

    story.given(Story.localStart("a"));
    assertThat(story.why("a"))
        .isEqualTo(new Rejection.NotWaiting("local, running", Story.START + HOUR + 90_000));

    story.given(Story.cancel("a"));
    assertThat(story.why("a"))
        .isEqualTo(new Rejection.NotWaiting("local, stopping", Story.START + 90_000));
  }

  @Test
  void machineThatNeverSaysAnythingLosesItsJob() {
    Story story = submitted().passes(HOUR);

    assertThat(cause(story)).isEqualTo(EndCause.INFRASTRUCTURE);
    story.when(Story.localStart("a")).rejected(Rejection.AlreadyEnded.class);
  }

  @Test
  void machineThatFallsSilentIsWaitedForUntilTheTimeLimitAndTheGrace() {
    Story story = submitted().given(Story.localStart("a")).passes(HOUR + 89_999);
    assertThat(story.job("a").isEnded()).isFalse();

    story.passes(1);

    assertThat(cause(story)).isEqualTo(EndCause.INFRASTRUCTURE);
    assertThat(((Job.Ended) story.job("a").phase()).detail()).startsWith("unknown");
  }

  @Test
  void machineThatSendsWhatTheJobHasLeftIsWaitedForAsLongAsItSaysSoButNotForEver() {
    Story story = submitted().given(Story.localStart("a")).passes(HOUR + 60_000);

    story.when(Story.localSending("a")).thenKinds(Event.LocalJobAwaited.class);
    story.passes(89_999);
    assertThat(story.job("a").isEnded()).isFalse();
    story.when(Story.localSending("a")).thenKinds(Event.LocalJobAwaited.class);
    story.when(Story.localSending("a")).thenNothing();
    story.passes(90_000);
    assertThat(cause(story)).isEqualTo(EndCause.INFRASTRUCTURE);

    Story endless = submitted().given(Story.localStart("a"));
    for (int minutes = 0; minutes < 60 + 21 * 24 * 60 - 1; minutes++) {
      assertThat(endless.job("a").isEnded()).isFalse();
      endless.passes(MINUTE).given(Story.localSending("a"));
    }
    assertThat(cause(endless.passes(2 * MINUTE))).isEqualTo(EndCause.INFRASTRUCTURE);
  }

  @Test
  void cancelIsNotTakenBackByWhatIsSent() {
    Story story = submitted().given(Story.localStart("a")).given(Story.cancel("a"));

    story.passes(60_000).given(Story.localSending("a"));

    assertThat(story.why("a"))
        .isEqualTo(new Rejection.NotWaiting("local, stopping", Story.START + 150_000));
    assertThat(cause(story.given(Story.localEnd("a", TaskEnd.STOPPED, 0))))
        .isEqualTo(EndCause.CANCELED);
  }

  @Test
  void whatWasSaidTwiceChangesNothingAndAnEndIsFinal() {
    Story story = submitted().given(Story.localStart("a"));
    story.when(Story.localStart("a")).thenNothing();
    story.given(Story.localEnd("a", TaskEnd.EXITED, 3));

    assertThat(cause(story)).isEqualTo(EndCause.FAILED);
    story
        .when(Story.localEnd("a", TaskEnd.EXITED, 0))
        .rejected(new Rejection.AlreadyEnded("a", EndCause.FAILED));
  }

  @Test
  void cancelReachesTheMachineAndIsWaitedForNoLongerThanTheGrace() {
    Story heard = submitted().given(Story.localStart("a")).given(Story.cancel("a"));
    heard.given(Story.localEnd("a", TaskEnd.STOPPED, 0));
    assertThat(cause(heard)).isEqualTo(EndCause.CANCELED);

    Story unheard = submitted().given(Story.cancel("a")).given(Story.localStart("a"));
    unheard.when(Story.cancel("a")).thenNothing();
    assertThat(cause(unheard.passes(90_000))).isEqualTo(EndCause.CANCELED);

    Story done = submitted().given(Story.localStart("a")).given(Story.cancel("a"));
    assertThat(cause(done.given(Story.localEnd("a", TaskEnd.EXITED, 0))))
        .isEqualTo(EndCause.SUCCEEDED);
  }

  @Test
  void serverThatWasAwayWaitsForTheMachineBeforeItGivesTheJobUp() {
    Story story = submitted().given(Story.localStart("a")).jumps(2 * HOUR);
    story.given(new Command.StartServer("ebb-1", 2, 0, "", false));
    assertThat(story.job("a").isEnded()).isFalse();

    story.given(Story.localEnd("a", TaskEnd.EXITED, 0));

    assertThat(cause(story)).isEqualTo(EndCause.SUCCEEDED);
  }

  @Test
  void onlyWhoeverSubmittedItSaysWhatBecameOfIt() {
    Story story = submitted();
    story.given(new Command.AssignRole(new RoleAssignment("eve", Role.CONTRIBUTOR, WORKSPACE)));

    story.as("eve").when(Story.localStart("a")).rejected(Rejection.NotAuthorized.class);
    story.when(Story.localEnd("a", TaskEnd.EXITED, 0)).rejected(Rejection.NotAuthorized.class);
  }

  @Test
  void lockOnTheWorkspaceDoesNotHideTheEnd() {
    Story story = submitted().given(Story.localStart("a"));
    story.given(new Command.PutLock(new Lock(WORKSPACE, "keep", LockLevel.READ_ONLY)));

    story.given(Story.localEnd("a", TaskEnd.EXITED, 0));

    assertThat(cause(story)).isEqualTo(EndCause.SUCCEEDED);
  }

  @Test
  void deletedWorkspaceDoesNotWaitForTheMachine() {
    Story story = submitted().given(new Command.DeleteWorkspace(WORKSPACE));

    assertThat(cause(story)).isEqualTo(EndCause.CANCELED);
  }

  @Test
  void localJobOnSeveralNodesIsRefusedAndTheUsualBoundsHold() {
    Story story = Story.usual();
    story
        .when(story.submission("a", job().on("local").nodes(2)))
        .rejected(Rejection.InvalidValue.class);
    story
        .when(story.submission("bad name", job().on("local")))
        .rejected(Rejection.InvalidName.class);
    story.job("b", job().on("Local"));
    assertThat(story.job("b").limitMillis()).isEqualTo(21 * DAY);
    story.when(Story.localStart("none")).rejected(Rejection.NotFound.class);
  }
}
