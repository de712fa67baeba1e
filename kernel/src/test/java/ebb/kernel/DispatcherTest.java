package ebb.kernel;

import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Dispatcher;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DispatcherTest {
  private final Story story = Story.usual().cluster("gpu", cluster()).job("a", job());
  private final NodeId node = story.node("gpu");
  private Dispatcher dispatcher = new Dispatcher(60 * SECOND);

  /// What the backend is told now, without the sweeps.
  private List<Backend.Instruction> told() {
    return dispatcher.due(story.state(), story.now()).stream()
        .filter(each -> !(each instanceof Backend.ListAll))
        .toList();
  }

  @Test
  void whatIsOutstandingIsToldAtOnceWithAllThatTheBackendNeeds() {
    assertThat(told())
        .containsExactly(new Backend.StartNode(node, "gpu", World.NC6, cluster().spec(), false));

    told();
    story.settles();
    assertThat(told()).as("started already").isEmpty();
  }

  @Test
  void aTaskIsToldWithItsGangItsLimitAndItsGrace() {
    story.nodesComeUp();

    assertThat(told())
        .containsExactly(
            new Backend.StartTask(
                story.task("a"),
                node,
                new Backend.Confinement(
                    Isolation.SANDBOX, true, World.NC6.vcpus(), World.NC6.memoryMebibytes()),
                story.jobId("a"),
                "a",
                "olga",
                1,
                List.of(node),
                "hash",
                21 * World.DAY,
                30 * SECOND));
  }

  @Test
  void aTaskMayUseNoMoreThanTheMachineHasThatItsNodeShares() {
    story.given(new Command.HostFound(new Host(4, 8_192, 0, true)));
    story.nodesComeUp();

    assertThat(told())
        .extracting(told -> ((Backend.StartTask) told).confinement())
        .containsExactly(new Backend.Confinement(Isolation.SANDBOX, true, 4, 8_192));
  }

  @Test
  void whatIsNotConfirmedIsToldAgainAfterGrowingWaits() {
    story.settings(it -> it);
    List<Long> waits = new ArrayList<>();
    told();
    long last = story.now();
    while (waits.size() < 8) {
      story.jumps(SECOND);
      if (!told().isEmpty()) {
        waits.add((story.now() - last) / SECOND);
        last = story.now();
      }
    }
    assertThat(waits).containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L);
  }

  @Test
  void whatIsConfirmedIsToldNoMore() {
    told();
    story.nodesAccepted().jumps(10 * MINUTE);

    assertThat(told()).isEmpty();
  }

  @Test
  void aStopReplacesTheStartItOvertakes() {
    story.nodesComeUp();
    told();
    story.given(Story.cancel("a"));

    assertThat(told()).containsExactly(new Backend.StopTask(story.task("a"), 30 * SECOND));
    story.jumps(5 * SECOND);
    assertThat(told()).containsExactly(new Backend.StopTask(story.task("a"), 30 * SECOND));
  }

  @Test
  void afterAStartEverythingOutstandingIsToldAgain() {
    told();
    State again = Recount.of(story.state());
    dispatcher = new Dispatcher(60 * SECOND);

    assertThat(dispatcher.due(again, story.now()))
        .containsExactly(
            new Backend.StartNode(node, "gpu", World.NC6, cluster().spec(), false),
            new Backend.ListAll());
  }

  @Test
  void theTwoSidesAreComparedAtOnceAndEveryMinute() {
    int sweeps = 0;
    for (int second = 0; second <= 600; second++) {
      sweeps += (int) countOfSweeps();
      story.jumps(SECOND);
    }
    assertThat(sweeps).isEqualTo(11);
  }

  private long countOfSweeps() {
    return dispatcher.due(story.state(), story.now()).stream()
        .filter(Backend.ListAll.class::isInstance)
        .count();
  }

  @Test
  void itKnowsWhenItHasSomethingToTell() {
    told();
    assertThat(dispatcher.nextDue(story.state())).isEqualTo(story.now() + 5 * SECOND);
    story.nodesAccepted();
    assertThat(dispatcher.nextDue(story.state()))
        .as("the sweep: what was accepted is not told again")
        .isEqualTo(story.now() + 60 * SECOND);
  }

  @Test
  void aNodeThatWasReleasedBeforeItWasAcceptedIsOnlyStopped() {
    story.given(new Command.NodeFailed(node, "no", 0));

    assertThat(told()).containsExactly(new Backend.StopNode(node));
  }

  @Test
  void aBackendThatLosesNoReportIsListedOnce() {
    dispatcher = new Dispatcher(Long.MAX_VALUE);
    assertThat(countOfSweeps()).isEqualTo(1);
    story.nodesAccepted().jumps(24 * 3600 * SECOND);

    assertThat(countOfSweeps()).isZero();
    assertThat(dispatcher.nextDue(story.state())).isEqualTo(Long.MAX_VALUE);
  }
}
