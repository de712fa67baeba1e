package ebb.kernel;

import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.engine.EngineTime;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.TaskId;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimeTest {
  private static final long NANOS = 1_000_000;

  // The engine's time.

  @Test
  void timeStartsAtTheWallClockButNeverBeforeTheJournal() {
    assertThat(new EngineTime(500, 900, 0).now(900, 0)).isEqualTo(900);
    assertThat(new EngineTime(900, 500, 0).now(500, 0)).isEqualTo(900);
  }

  @Test
  void timeNeverGoesBackWhateverTheClocksDo() {
    SplittableRandom random = new SplittableRandom(7);
    EngineTime time = new EngineTime(0, 1_000_000, 0);
    long last = 0;
    long nanos = 0;
    for (int i = 0; i < 100_000; i++) {
      nanos += random.nextLong(-2, 20) * NANOS / 3;
      long now = time.now(random.nextLong(0, 3_000_000), nanos);
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
      if (time.hasJumped()) {
        time.acceptJump();
      }
    }
  }

  @Test
  void noTimeIsLostBetweenCallsShorterThanAMillisecond() {
    EngineTime time = new EngineTime(0, 0, 0);
    long now = 0;
    for (int i = 1; i <= 10_000; i++) {
      now = time.now(i / 10, i * NANOS / 10);
    }
    assertThat(now).isEqualTo(1_000);
  }

  @Test
  void aWallClockThatIsAheadIsFollowedByFiveMillisecondsASecondHoweverOftenOneAsks() {
    for (int step : new int[] {1, 7, 250, 1_000}) {
      EngineTime time = new EngineTime(0, 0, 0);
      long now = 0;
      for (long passed = step; passed <= 7_000; passed += step) {
        now = time.now(passed + 30_000, passed * NANOS);
      }
      assertThat(now).isBetween(7_000L - step + 30, 7_035L);
    }
  }

  @Test
  void aWallClockThatIsBehindIsWaitedForAsSlowly() {
    EngineTime time = new EngineTime(30_000, 0, 0);
    long now = 0;
    for (long passed = 1; passed <= 10_000; passed++) {
      now = time.now(passed, passed * NANOS);
    }
    assertThat(now).isEqualTo(40_000 - 50);
  }

  @Test
  void aDifferenceOfMoreThanAMinuteIsAJumpAndASmallerOneIsNot() {
    EngineTime time = new EngineTime(0, 0, 0);

    time.now(60_000, 0);
    assertThat(time.hasJumped()).isFalse();
    time.now(60_001, 0);
    assertThat(time.hasJumped()).isTrue();
    assertThat(time.acceptJump()).isEqualTo(60_001);
    assertThat(time.now(60_001, 0)).isEqualTo(60_001);
    assertThat(time.hasJumped()).isFalse();
  }

  @Test
  void aJumpBackIsToldOfAndNotFollowed() {
    EngineTime time = new EngineTime(0, 1_000_000, 0);

    long now = time.now(0, 0);
    assertThat(time.hasJumped()).isTrue();
    assertThat(time.acceptJump()).isEqualTo(-1_000_000);
    assertThat(time.now(0, 0)).isEqualTo(now);
  }

  // Observe before expire.

  private static final Command RESTART =
      new Command.StartServer("ebb-1", 2, 0, World.OWNER.principal(), false);
  private static final Command NOTHING_LISTED = new Command.BackendListed(List.of(), List.of(), 0);

  private static Story running() {
    return Story.usual().cluster("gpu", cluster()).job("a", job().limit(HOUR)).settles();
  }

  @Test
  void afterAStartNoLimitFiresBeforeTheBackendHasAnswered() {
    Story story = running();
    TaskId task = story.task("a");
    long limitAt = story.now() + HOUR;
    story.jumps(2 * HOUR).when(RESTART).policySpeaks().policy();

    story.after(59 * SECOND).policy();
    story.given(new Command.TaskExited(task, Story.exited(task, 0).report(), limitAt - 1));

    assertThat(story.phase("a")).isEqualTo("Ended");
  }

  @Test
  void deadlinesThatPassedWhileTheServerWasDownFireOnceTheBackendHasAnswered() {
    Story story = running();
    Story down = sleeping(story, 2 * HOUR);
    assertThat(down.attempt("a").phase()).isInstanceOf(ebb.kernel.job.Attempt.Running.class);

    down.given(NOTHING_LISTED);

    assertThat(down.attempt("a").phase()).isInstanceOf(ebb.kernel.job.Attempt.Stopping.class);
  }

  @Test
  void deadlinesFireWithoutAnAnswerWhenTheBoundHasPassed() {
    Story story = sleeping(running(), 2 * HOUR);

    story.passes(60 * SECOND);

    assertThat(story.happened(Event.BackendObserved.class)).hasSize(2);
    assertThat(story.attempt("a").phase()).isInstanceOf(ebb.kernel.job.Attempt.Stopping.class);
  }

  /// The clock jumps over what would have been due.
  private static Story sleeping(Story story, long millis) {
    story.jumps(millis).when(new Command.ClockJumped(millis)).policySpeaks();
    return story.policy();
  }

  @Test
  void whatNoBackendAnswersForDoesNotWait() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 1));
    story.job("runs", job()).settles().job("waits", job());

    story.jumps(31 * World.DAY).when(new Command.ClockJumped(31 * World.DAY)).policySpeaks();

    assertThat(story.phase("waits")).isEqualTo("Ended");
    assertThat(story.phase("runs")).isEqualTo("Active");
  }

  // What the world saw when.

  @Test
  void whatIsReportedIsNeverBeforeItsPhaseAndNeverInTheFuture() {
    assertThat(Segments.seen(0, 10, 20)).as("cannot say").isEqualTo(20);
    assertThat(Segments.seen(-5, 10, 20)).isEqualTo(20);
    assertThat(Segments.seen(5, 10, 20)).isEqualTo(10);
    assertThat(Segments.seen(15, 10, 20)).isEqualTo(15);
    assertThat(Segments.seen(25, 10, 20)).isEqualTo(20);
    assertThat(Segments.seen(5, 30, 20)).as("a phase that begins later").isEqualTo(20);
  }

  @Test
  void aLyingReporterCannotMakeARunLongerOrCheaperThanItsPhase() {
    Story story = running();
    TaskId task = story.task("a");
    long started = story.now();
    story.after(MINUTE);

    story.given(new Command.TaskExited(task, Story.exited(task, 0).report(), 1));

    assertThat(story.happened(Event.TaskEnded.class).getFirst().at()).isEqualTo(started);
  }

  @Test
  void theNextDeadlineIsWhenPolicyWillSpeakNext() {
    Story story = running();

    assertThat(story.state().nextDeadline(0)).isEqualTo(story.now() + HOUR);
    story.ends("a", 0);
    assertThat(story.state().nextDeadline(0)).isEqualTo(story.now() + 2 * MINUTE);
    assertThat(story.state().nextDeadline(Long.MAX_VALUE)).isEqualTo(story.now() + 10 * SECOND);
    assertThat(Story.usual().state().nextDeadline(0)).isEqualTo(Deadlines.NEVER);
  }

  @Test
  void aDurationThatIsLongerThanTimesGoIsRefused() {
    Story story = Story.usual();
    story
        .when(
            new Command.ChangeSettings(
                Settled.withArchiveMillis(story.state().settings(), Long.MAX_VALUE)))
        .rejected(Rejection.InvalidValue.class);
  }
}
