package ebb.kernel;

import static ebb.kernel.World.OTHER_WORKSPACE;
import static ebb.kernel.World.WORKSPACE;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Resource groups, and the tags of groups and workspaces.
class GroupsTest {
  private static final Scope GROUP = WORKSPACE.ofGroup();
  private static final Scope SPARE = new Scope("sub", "spare", "", "");
  private static final List<Tag> BLUE = List.of(new Tag("team", "blue"));

  @Test
  void aGroupKeepsTheLastPriceOfItsPlace() {
    Story story = Story.usual();
    String currency = story.state().prices().currency();
    Command without = new Command.ChangePrices(currency, story.state().prices().prices());
    List<Price> more = new ArrayList<>(story.state().prices().prices());
    Rates rates = new Rates(1, Rates.UNPRICED, Rates.UNPRICED);
    more.add(new Price(World.NC6.name(), "mars", Priority.DEDICATED, rates));
    story.given(
        new Command.ChangePrices(currency, more), new Command.PutGroup(SPARE, "mars", BLUE));

    story
        .when(without)
        .rejected(
            new Rejection.InvalidValue(
                "prices",
                "none in mars",
                "at least one row in mars, for the resource group " + SPARE.path() + " is there"));
    story.given(new Command.DeleteGroup(SPARE), without);
    assertThat(story.state().prices().locations()).doesNotContain("mars");
  }

  @Test
  void aGroupIsMadeOnceAndItsTagsChange() {
    Story story = Story.usual();
    Command put = new Command.PutGroup(SPARE, "eastus", BLUE);

    story.when(put).then(new Event.GroupPut(SPARE, "eastus", BLUE));
    story.when(put).thenNothing();
    story
        .when(new Command.PutGroup(new Scope("SUB", "SPARE", "", ""), "EastUS", List.of()))
        .then(new Event.GroupPut(new Scope("SUB", "SPARE", "", ""), "eastus", List.of()));
    story
        .when(new Command.PutGroup(SPARE, "westus", BLUE))
        .rejected(new Rejection.Immutable("location", "eastus", "westus"));
    assertThat(story.state().groups().all()).hasSize(1);
  }

  @Test
  void whatIsNoGroupAndTagsThatAreTooManyAreRefused() {
    Story story = Story.usual();
    for (String name : new String[] {"", "ends.", "a b", "x".repeat(91)}) {
      story
          .when(new Command.PutGroup(new Scope("sub", name, "", ""), "eastus", BLUE))
          .rejected(Rejection.InvalidName.class);
    }
    story.when(new Command.PutGroup(SPARE, " ", BLUE)).rejected(Rejection.InvalidValue.class);
    List<Tag> many = Collections.nCopies(51, new Tag("a", "b"));
    story.when(new Command.PutGroup(SPARE, "eastus", many)).rejected(Rejection.InvalidValue.class);
    story
        .when(new Command.PutWorkspace(WORKSPACE, World.LOCATION, many))
        .rejected(Rejection.InvalidValue.class);
  }

  @Test
  void aSubscriptionHasAtMost980Groups() {
    Story story = Story.usual();
    for (int i = 0; i < Rules.GROUPS; i++) {
      story.and(new Event.GroupPut(new Scope("sub", "g" + i, "", ""), "eastus", List.of()));
    }
    story
        .when(new Command.PutGroup(SPARE, "eastus", BLUE))
        .rejected(new Rejection.LimitReached("resource groups of the subscription", Rules.GROUPS));
    story
        .when(new Command.PutGroup(new Scope("sub2", "g", "", ""), "eastus", BLUE))
        .thenKinds(Event.GroupPut.class);
  }

  @Test
  void aGroupIsDeletedWithAllThatItContainsAndNothingElse() {
    Scope elsewhere = Scope.workspace("sub", "group2", "lab");
    Story story =
        Story.usual()
            .given(
                new Command.PutGroup(GROUP, "eastus", BLUE),
                new Command.PutWorkspace(OTHER_WORKSPACE, World.LOCATION),
                new Command.PutWorkspace(elsewhere, World.LOCATION))
            .cluster("gpu", cluster())
            .job("a", job())
            .settles();

    story
        .when(new Command.DeleteGroup(GROUP))
        .thenKinds(
            Event.WorkspaceDeleting.class, Event.WorkspaceDeleting.class, Event.GroupDeleted.class)
        .policySpeaks();
    story.when(new Command.DeleteGroup(GROUP)).thenNothing();
    story.ends("a", 1).nodesGo().after(World.MINUTE).historyCatchesUp();
    assertThat(story.state().allWorkspaces())
        .extracting(workspace -> workspace.scope().group())
        .containsExactly("group2");
    assertThat(story.state().groups().all()).isEmpty();
    story
        .when(new Command.DeleteGroup(GROUP))
        .rejected(new Rejection.NotFound("resource group", "group"));
  }

  @Test
  void aGroupWithSomethingLockedInItIsNotDeleted() {
    Story story = Story.usual().given(new Command.PutLock(Story.lock(WORKSPACE)));

    story
        .when(new Command.DeleteGroup(GROUP))
        .rejected(new Rejection.Locked(Story.lock(WORKSPACE), GROUP));
  }

  @Test
  void onlyWhoMayWriteOrDeleteThereMay() {
    Story story = Story.usual().as("stranger");
    story.when(new Command.PutGroup(SPARE, "eastus", BLUE)).rejected(Rejection.NotAuthorized.class);
    story.when(new Command.DeleteGroup(GROUP)).rejected(Rejection.NotAuthorized.class);
  }

  @Test
  void tagsOfAWorkspaceAreKeptUntilOthersAreNamed() {
    Story story = Story.usual();

    story
        .when(new Command.PutWorkspace(WORKSPACE, World.LOCATION, BLUE))
        .thenKinds(Event.WorkspaceTagged.class);
    story.when(new Command.PutWorkspace(WORKSPACE, World.LOCATION, BLUE)).thenNothing();
    story.when(new Command.PutWorkspace(WORKSPACE, World.LOCATION)).thenNothing();
    assertThat(story.state().workspace(WORKSPACE).tags()).isEqualTo(BLUE);
    story
        .when(new Command.PutWorkspace(WORKSPACE, World.LOCATION, List.of()))
        .thenKinds(Event.WorkspaceTagged.class);
    story
        .when(new Command.PutWorkspace(OTHER_WORKSPACE, World.LOCATION, BLUE))
        .thenKinds(Event.WorkspaceCreated.class, Event.WorkspaceTagged.class);
    assertThat(story.state().workspace(OTHER_WORKSPACE).tags()).isEqualTo(BLUE);
  }
}
