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
import org.junit.jupiter.api.Test;

class IsolationTest {
  private static final HostIsolation NOTHING =
      new HostIsolation("install bubblewrap", "install podman", false);

  private static final HostIsolation PERSONAL =
      new HostIsolation("install bubblewrap", "install podman", true);

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
