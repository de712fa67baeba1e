package ebb.kernel;

import static ebb.kernel.World.WORKSPACE;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.node.Node;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.HostIsolation;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Role;
import ebb.kernel.protocol.RoleAssignment;
import ebb.kernel.protocol.Weakness;
import java.util.List;
import org.junit.jupiter.api.Test;

class IsolationTest {
  private static final HostIsolation NOTHING =
      new HostIsolation(
          "install bubblewrap", "install podman", "install nftables", List.of(), false);

  private static final HostIsolation PERSONAL =
      new HostIsolation(
          "install bubblewrap", "install podman", "install nftables", List.of(), true);

  private static Command.HostFound host(HostIsolation isolation) {
    return new Command.HostFound(new Host(64, 900_000, 8, false, isolation));
  }

  private static Rejection unavailable(Isolation asked, String missing) {
    return new Rejection.IsolationUnavailable(asked, missing);
  }

  @Test
  void whatTheMachineCannotGiveIsRefusedWithWhatToInstall() {
    Story story = Story.usual().given(host(NOTHING));

    story.when(cluster().put("gpu")).rejected(unavailable(Isolation.SANDBOX, "install bubblewrap"));
    story
        .when(cluster().isolated(Isolation.CONTAINER).put("gpu"))
        .rejected(unavailable(Isolation.CONTAINER, "install podman"));
  }

  @Test
  void onAPersonsOwnServerTasksRunWithoutASandboxWhereThereIsNoneAndTheNodeSaysSo() {
    Story story = Story.usual().given(host(PERSONAL)).cluster("gpu", cluster()).job("a", job());

    assertThat(story.nodes("gpu")).extracting(Node::isolation).containsExactly(Isolation.NONE);
    story
        .when(cluster().isolated(Isolation.CONTAINER).put("box"))
        .rejected(unavailable(Isolation.CONTAINER, "install podman"));
  }

  @Test
  void aMachineThatLostItsSandboxStartsNothingMoreAndWhySaysWhatToInstall() {
    Story story = Story.usual().given(host(HostIsolation.ALL)).cluster("gpu", cluster());
    story.given(host(NOTHING)).job("a", job());

    assertThat(story.nodes("gpu")).isEmpty();
    assertThat(story.why("a")).isEqualTo(unavailable(Isolation.SANDBOX, "install bubblewrap"));

    story.given(host(HostIsolation.ALL));

    assertThat(story.nodes("gpu")).extracting(Node::isolation).containsExactly(Isolation.SANDBOX);
  }

  @Test
  void aNetworkThatNothingWouldCloseIsRefusedAndNotLeftOpen() {
    Story personal = Story.usual().given(host(PERSONAL));

    personal
        .when(closed(Isolation.SANDBOX))
        .rejected(new Rejection.NetworkStaysOpen(Isolation.SANDBOX, "install bubblewrap"));
    personal
        .when(closed(Isolation.NONE))
        .rejected(new Rejection.NetworkStaysOpen(Isolation.NONE, ""));
    Story.usual()
        .given(host(HostIsolation.ALL))
        .when(closed(Isolation.NONE))
        .rejected(new Rejection.NetworkStaysOpen(Isolation.NONE, ""));
  }

  @Test
  void aClosedNetworkNeedsASandboxOrAContainerAndNoFilter() {
    Story story =
        Story.usual().given(host(new HostIsolation("", "", "install nftables", List.of(), false)));

    story.when(cluster().put("gpu")).rejected(unavailable(Isolation.SANDBOX, "install nftables"));
    story.when(closed(Isolation.SANDBOX)).thenKinds(Event.ClusterCreated.class);
  }

  @Test
  void aPersonsOwnServerRunsSandboxesWithoutAFilterWhereThereIsNone() {
    Story story =
        Story.usual()
            .given(host(new HostIsolation("", "", "install nftables", List.of(), true)))
            .cluster("gpu", cluster())
            .job("a", job());

    assertThat(story.nodes("gpu")).extracting(Node::isolation).containsExactly(Isolation.SANDBOX);
  }

  @Test
  void aNodeSaysWhatTheIsolationOfItsTasksLacksOnThisMachine() {
    List<Weakness> unlimited = List.of(Weakness.PROCESSES_UNLIMITED, Weakness.MEMORY_UNLIMITED);
    Story story =
        Story.usual()
            .given(host(new HostIsolation("", "", "install nftables", unlimited, true)))
            .cluster("gpu", cluster())
            .job("a", job());

    assertThat(weaknesses(story))
        .isEqualTo(
            List.of(
                Weakness.NETWORK_UNFILTERED,
                Weakness.MEMORY_UNLIMITED,
                Weakness.PROCESSES_UNLIMITED));
    assertThat(story.happened(Event.NodeRequested.class).getFirst().weaknesses())
        .isEqualTo(weaknesses(story));

    story.given(host(HostIsolation.ALL)).job("b", job());

    assertThat(story.nodes("gpu"))
        .as("the first says what was so when it was asked for")
        .extracting(Node::weaknesses)
        .containsExactly(story.nodes("gpu").getFirst().weaknesses(), List.of());
    assertThat(weaknesses(story)).hasSize(3);
  }

  @Test
  void aClosedNetworkNeedsNoFilterAndLacksNone() {
    Story story =
        Story.usual()
            .given(host(new HostIsolation("", "", "install nftables", List.of(), true)))
            .given(closed(Isolation.SANDBOX))
            .job("a", job());

    assertThat(weaknesses(story)).isEmpty();
  }

  @Test
  void tasksWithoutASandboxLackWhatOthersLackToo() {
    Story story =
        Story.usual()
            .given(host(new HostIsolation("a", "b", "c", Weakness.WITHOUT_LIMITS, true)))
            .cluster("gpu", cluster())
            .job("a", job());

    assertThat(weaknesses(story)).isEqualTo(List.of(Weakness.values()));
  }

  private static List<Weakness> weaknesses(Story story) {
    return story.nodes("gpu").getFirst().weaknesses();
  }

  @Test
  void aClusterWhoseNetworkCannotBeClosedAnyMoreStartsNothing() {
    Story story =
        Story.usual()
            .given(host(HostIsolation.ALL))
            .given(closed(Isolation.SANDBOX))
            .given(host(PERSONAL))
            .job("a", job());

    assertThat(story.nodes("gpu")).isEmpty();
    assertThat(story.why("a"))
        .isEqualTo(new Rejection.NetworkStaysOpen(Isolation.SANDBOX, "install bubblewrap"));
  }

  private static Command closed(Isolation isolation) {
    return new Command.PutCluster(WORKSPACE, "gpu", cluster().spec().isolated(isolation, false));
  }

  @Test
  void tasksThatNothingKeepsApartNeedAnOwnersWord() {
    Story story =
        Story.usual()
            .given(new Command.AssignRole(new RoleAssignment("bob", Role.CONTRIBUTOR, WORKSPACE)));
    Command wish = cluster().isolated(Isolation.NONE).put("gpu");

    story
        .as("bob")
        .when(wish)
        .rejected(new Rejection.NotAuthorized("bob", Action.GOVERN, WORKSPACE.cluster("gpu")));
    story.as(World.OWNER).when(wish).thenKinds(Event.ClusterCreated.class);
  }

  @Test
  void isolationStaysAsItWasWhenTheClusterWasCreated() {
    Story story = Story.usual().cluster("gpu", cluster());

    story
        .when(cluster().isolated(Isolation.CONTAINER).put("gpu"))
        .rejected(new Rejection.Immutable("isolation", "SANDBOX", "CONTAINER"));
    story
        .when(
            new Command.PutCluster(
                WORKSPACE, "gpu", cluster().spec().isolated(Isolation.SANDBOX, false)))
        .rejected(new Rejection.Immutable("network", "on", "none"));
  }
}
