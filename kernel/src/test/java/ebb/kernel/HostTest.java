package ebb.kernel;

import static ebb.kernel.World.D3;
import static ebb.kernel.World.NC6;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.node.Node;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Rejection;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostTest {
  private static Story on(Host host) {
    return Story.usual()
        .given(new Command.HostFound(host))
        .cluster("gpu", cluster().idle(0))
        .cluster("cpu", cluster().size(D3).idle(0));
  }

  @Test
  void aNodeThatDoesNotFitIsNotStartedAndWhySaysWhatIsNeededWhatIsFreeAndWhoHoldsTheRest() {
    Story story = on(new Host(8, 64_000, 1, false)).job("a", job().on("cpu")).job("b", job());

    assertThat(story.nodes("gpu")).isEmpty();
    assertThat(story.why("b"))
        .isEqualTo(
            new Rejection.HostFull(
                NC6, 1, 4, 64_000 - 14_336, 1, List.of(new Rejection.Holder("lab/cpu", 1))));
  }

  @Test
  void memoryAndGpusCountAsCoresDo() {
    for (Host host : List.of(new Host(64, 100_000, 8, false), new Host(64, 900_000, 1, false))) {
      assertThat(on(host).job("a", job()).job("b", job()).nodes("gpu")).hasSize(1);
    }
  }

  @Test
  void aGangThatDoesNotFitWholeTakesNothing() {
    Story story = on(new Host(12, 900_000, 1, false)).job("a", job());
    story.job("gang", job().on("cpu").nodes(2));

    assertThat(story.nodes("cpu")).isEmpty();
    assertThat(story.why("gang"))
        .isEqualTo(
            new Rejection.HostFull(
                D3, 2, 6, 900_000 - 57_344, 0, List.of(new Rejection.Holder("lab/gpu", 1))));
  }

  @Test
  void aGangOfWhichSomeNodesAreThereIsToldThatAllOfThemNeverFit() {
    Story story = on(new Host(12, 900_000, 1, false)).given(Story.scale("cpu", 2, 5)).nodesComeUp();
    story.job("runs", job().on("cpu")).settles().job("gang", job().on("cpu").nodes(3));
    assertThat(story.why("gang")).isInstanceOf(Rejection.HostFull.class);
    story.given(new Command.HostFound(new Host(8, 900_000, 1, false)));

    assertThat(story.why("gang")).isEqualTo(new Rejection.HostTooSmall(D3, 3, 8, 900_000, 1));
  }

  @Test
  void whatCanNeverStartOnTheMachineIsRefusedAndWhyTellsThoseThatAlreadyWait() {
    Story story = on(new Host(12, 900_000, 1, false)).job("a", job());
    story.job("gang", job().on("cpu").nodes(3)).job("next", job());
    Command.SubmitJob four = story.submission("four", job().on("cpu").nodes(4));

    story
        .when(four)
        .rejected(new Rejection.HostTooSmall(D3, 4, 12, 900_000, 1))
        .given(new Command.HostFound(new Host(5, 900_000, 0, false)));

    assertThat(story.why("gang")).isEqualTo(new Rejection.HostTooSmall(D3, 3, 5, 900_000, 0));
    assertThat(story.why("next")).isEqualTo(new Rejection.HostTooSmall(NC6, 1, 5, 900_000, 0));
    story
        .given(new Command.HostFound(new Host(5, 900_000, 0, true)))
        .when(four)
        .thenKinds(Event.JobQueued.class);
  }

  @Test
  void aJobThatWaitsForTheHostStartsWhenANodeIsGone() {
    Story story = on(new Host(6, 64_000, 1, false)).job("a", job()).settles();
    story.job("b", job().on("cpu"));
    assertThat(story.phase("b")).isEqualTo("Queued");

    story.ends("a", 0).nodesGo();

    assertThat(story.phase("b")).isEqualTo("Assembling");
  }

  @Test
  void aJobThatWaitsForTheHostStartsWhenTheHostGrows() {
    Story story = on(new Host(6, 64_000, 1, false)).job("a", job().on("cpu")).job("b", job());

    story.given(new Command.HostFound(new Host(10, 90_000, 1, false)));

    assertThat(story.nodes("gpu")).hasSize(1);
    story.when(new Command.HostFound(new Host(10, 90_000, 1, false))).thenNothing();
  }

  @Test
  void whereNodesMayBeVirtualOnlyThoseThatDoNotFitAre() {
    Story story = on(new Host(10, 64_000, 0, true));
    story.job("a", job().on("cpu").nodes(3)).job("b", job());

    assertThat(story.nodes("cpu")).extracting(Node::virtual).containsExactly(false, false, true);
    assertThat(story.nodes("gpu"))
        .as("a GPU size without a GPU")
        .extracting(Node::virtual)
        .containsExactly(true);
  }

  @Test
  void virtualNodesTakeNothingOfTheHost() {
    Story story = on(new Host(4, 64_000, 0, true)).job("a", job());

    story.job("b", job().on("cpu"));

    assertThat(story.nodes("cpu")).extracting(Node::virtual).containsExactly(false);
  }

  @Test
  void theBillSaysThatANodeWasVirtual() {
    Story story = on(new Host(1, 1, 0, true)).job("a", job()).nodesComeUp().tasksStart();
    story.after(1_000).ends("a", 0);

    assertThat(story.happened(Event.SegmentClosed.class))
        .isNotEmpty()
        .allMatch(Event.SegmentClosed::virtual);
  }
}
