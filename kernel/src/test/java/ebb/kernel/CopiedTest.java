package ebb.kernel;

import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.job.Job;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The journal of a copied home, at the start that makes it an installation of its own.
class CopiedTest {
  private static Command.StartServer start(long lastAlive) {
    return new Command.StartServer("ebb-2", 2, lastAlive, World.OWNER.principal(), false);
  }

  static Stream<Arguments> phases() {
    return Stream.of(Matrix.values())
        .flatMap(matrix ->
            matrix.phases().entrySet().stream()
                .map(phase -> Arguments.of(matrix + ": " + phase.getKey(), phase.getValue())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("phases")
  void whatIsTheOriginalsHasEndedAfterTheFirstStartInEveryPhase(
      String phase, UnaryOperator<Story> situation) {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 2)).given(situation);
    List<Job> endedBefore =
        Stream.of(story.state())
            .flatMap(it -> it.jobs.values().stream())
            .filter(Job::isEnded)
            .toList();

    story.jumps(1_000).when(start(0));

    State state = story.state();
    assertThat(state.nodes.values()).as(phase).isEmpty();
    assertThat(state.attempts.values()).as(phase).isEmpty();
    assertThat(state.jobs.values()).as(phase).allMatch(Job::isEnded);
    assertThat(state.jobs.values()).as(phase).containsAll(endedBefore);
    assertThat(Outstanding.all(state)).as(phase).isEmpty();
    State again = Recount.of(state);
    assertThat(Recount.derived(state)).as(phase).isEqualTo(Recount.derived(again));
  }

  @Test
  void aRunningJobEndsAsAFaultOfTheInfrastructureAndIsNotTriedAgain() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 2));
    story.job("gang", job().nodes(2).retries(5, 5, 5)).settles();

    story.when(start(0)).policySpeaks().policy();

    assertThat(story.job("gang").phase())
        .isInstanceOfSatisfying(
            Job.Ended.class,
            end -> {
              assertThat(end.cause()).isEqualTo(EndCause.INFRASTRUCTURE);
              assertThat(end.detail()).contains("ebb-1", "copy");
            });
    assertThat(story.happened(Event.JobBackedOff.class)).isEmpty();
  }

  @Test
  void aNewJobHasANodeAtOnceThoughTheOriginalsJobsHeldAll() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 1));
    story.job("runs", job()).settles().job("waits", job());

    story.given(start(0)).job("new", job()).settles();

    assertThat(story.phase("new")).isEqualTo("Active");
    assertThat(story.phase("waits")).isEqualTo("Ended");
  }

  @Test
  void nodesCostTheCopyNothingFromWhenItsOriginalWasLastSeen() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 2));
    story.job("a", job()).settles();
    long seen = story.now() + MINUTE;

    story.jumps(HOUR).when(start(seen));

    assertThat(story.happened(Event.SegmentClosed.class))
        .last()
        .extracting(Event.SegmentClosed::to)
        .isEqualTo(seen);
  }

  @Test
  void aStartOfTheSameInstallationEndsNothing() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(0, 2)).job("a", job()).settles();

    story.given(new Command.StartServer("ebb-1", 2, 0, World.OWNER.principal(), false));

    assertThat(story.phase("a")).isEqualTo("Active");
  }
}
