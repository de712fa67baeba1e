package ebb.kernel;

import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.OWNER;
import static ebb.kernel.World.WORKSPACE;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.KeepCause;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.LockLevel;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Role;
import ebb.kernel.protocol.RoleAssignment;
import ebb.kernel.protocol.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessTest {
  private static final Lock KEEP = Story.lock(WORKSPACE);
  private static final Lock FREEZE = new Lock(WORKSPACE, "freeze", LockLevel.READ_ONLY);

  private static Story with(String principal, Role role, Scope scope) {
    RoleAssignment assignment = new RoleAssignment(principal, role, scope);
    return Story.usual()
        .cluster("gpu", cluster())
        .given(new Command.AssignRole(assignment))
        .as(principal);
  }

  // Roles.

  @Test
  void whoeverStartsAServerThatNobodyOwnsOwnsIt() {
    assertThat(Story.usual().state().access().assignments())
        .containsExactly(new RoleAssignment(OWNER.principal(), Role.OWNER, Scope.ALL));
  }

  @Test
  void aLaterStartMakesNobodyElseOwner() {
    Story story = Story.usual();

    story
        .when(new Command.StartServer("ebb-1", 2, 0, "mallory", false))
        .thenKinds(Event.ServerStarted.class);
  }

  @Test
  void whoHasNoRoleMayDoNothing() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).as("eve");
    Scope scope = WORKSPACE.cluster("gpu");

    story
        .when(cluster().put("gpu"))
        .rejected(new Rejection.NotAuthorized("eve", Action.WRITE, scope));
    story
        .when(Story.delete("gpu"))
        .rejected(new Rejection.NotAuthorized("eve", Action.DELETE, scope));
    story
        .when(Story.cancel("a"))
        .rejected(new Rejection.NotAuthorized("eve", Action.WRITE, WORKSPACE));
    story
        .when(new Command.PutLock(KEEP))
        .rejected(new Rejection.NotAuthorized("eve", Action.GOVERN, WORKSPACE));
    assertThat(
            story
                .state()
                .access()
                .refusal(new ebb.kernel.protocol.Actor("eve", "", ""), Action.READ, WORKSPACE))
        .isEqualTo(new Rejection.NotAuthorized("eve", Action.READ, WORKSPACE));
  }

  @Test
  void aReaderMayLookAndNoMore() {
    Story story = with("rita", Role.READER, WORKSPACE);

    story.when(story.submission("a", job())).rejected(Rejection.NotAuthorized.class);
    assertThat(
            story
                .state()
                .access()
                .refusal(new ebb.kernel.protocol.Actor("rita", "", ""), Action.READ, WORKSPACE))
        .isNull();
  }

  @Test
  void aContributorMayDoAllButGovern() {
    Story story = with("carl", Role.CONTRIBUTOR, WORKSPACE);

    story.given(story.submission("a", job())).given(Story.scale("gpu", 0, 5));
    story.when(new Command.PutLock(KEEP)).rejected(Rejection.NotAuthorized.class);
    story.when(new Command.SetQuota(World.NC_QUOTA, 5)).rejected(Rejection.NotAuthorized.class);
  }

  @Test
  void aRoleHoldsBelowItsScopeAndNotBesideIt() {
    Story story = with("carl", Role.CONTRIBUTOR, WORKSPACE.cluster("gpu"));

    story.when(Story.scale("GPU", 0, 5)).thenKinds(Event.ClusterChanged.class);
    story.when(Story.scale("cpu", 0, 5)).rejected(Rejection.NotAuthorized.class);
  }

  @Test
  void limitsNeedTheSubscriptionAndSettingsEverything() {
    Story story = with("sue", Role.OWNER, WORKSPACE.ofSubscription());

    story.when(new Command.SetQuota(World.NC_QUOTA, 5)).thenKinds(Event.QuotaChanged.class);
    story
        .when(new Command.ChangeSettings(story.state().settings()))
        .rejected(new Rejection.NotAuthorized("sue", Action.GOVERN, Scope.ALL));
  }

  @Test
  void aRoleCanBeTakenAway() {
    RoleAssignment role = new RoleAssignment("carl", Role.CONTRIBUTOR, WORKSPACE);
    Story story = with("carl", Role.CONTRIBUTOR, WORKSPACE).as(OWNER);

    story.when(new Command.AssignRole(role)).thenNothing();
    story.when(new Command.RemoveRole(role)).then(new Event.RoleRemoved(role));
    story
        .when(new Command.RemoveRole(role))
        .rejected(new Rejection.NotFound("role assignment", "carl"));
    story.as("carl").when(Story.scale("gpu", 0, 5)).rejected(Rejection.NotAuthorized.class);
  }

  // Locks.

  @Test
  void aLockForbidsDeletingAndAReadOnlyOneWritingToo() {
    Story story = Story.usual().cluster("gpu", cluster()).given(new Command.PutLock(KEEP));
    Rejection locked = new Rejection.Locked(KEEP, WORKSPACE.cluster("gpu"));

    story.when(Story.delete("gpu")).rejected(locked);
    story.when(Story.scale("gpu", 0, 5)).thenKinds(Event.ClusterChanged.class);
    story.given(new Command.PutLock(FREEZE));
    story
        .when(Story.scale("gpu", 0, 4))
        .rejected(new Rejection.Locked(FREEZE, WORKSPACE.cluster("gpu")));
  }

  @Test
  void whatContainsSomethingLockedCannotBeDeleted() {
    Lock lock = Story.lock(WORKSPACE.cluster("gpu"));
    Story story = Story.usual().cluster("gpu", cluster()).cluster("cpu", cluster());
    story.given(new Command.PutLock(lock));

    story
        .when(new Command.DeleteWorkspace(WORKSPACE))
        .rejected(new Rejection.Locked(lock, WORKSPACE));
    story.when(Story.delete("cpu")).thenKinds(Event.ClusterDeleting.class);
  }

  @Test
  void aLockOnAnyEnclosingScopeStopsGrowthAndTheClusterAndTheJobSayWhich() {
    for (Scope scope :
        List.of(
            WORKSPACE.ofSubscription(),
            new Scope("sub", "GROUP", "", ""),
            WORKSPACE,
            WORKSPACE.cluster("gpu"))) {
      Lock lock = Story.lock(scope);
      Story story = Story.usual().cluster("gpu", cluster()).given(new Command.PutLock(lock));
      story.job("a", job());

      assertThat(story.nodes("gpu")).isEmpty();
      Rejection locked = new Rejection.Locked(lock, WORKSPACE.cluster("gpu"));
      assertThat(story.why("a")).isEqualTo(locked);
      assertThat(story.whyCluster("gpu")).isEqualTo(locked);
    }
  }

  @Test
  void aLockElsewhereStopsNothing() {
    Story story = Story.usual().cluster("gpu", cluster()).cluster("cpu", cluster());
    story.given(new Command.PutLock(Story.lock(WORKSPACE.cluster("cpu")))).job("a", job());

    assertThat(story.nodes("gpu")).hasSize(1);
  }

  @Test
  void growthGoesOnAsSoonAsTheLockIsGone() {
    Story story = Story.usual().cluster("gpu", cluster()).given(new Command.PutLock(KEEP));
    story.job("a", job());

    story.given(new Command.DeleteLock(WORKSPACE, "KEEP"));

    assertThat(story.nodes("gpu")).hasSize(1);
    story
        .when(new Command.DeleteLock(WORKSPACE, "keep"))
        .rejected(new Rejection.NotFound("lock", "keep"));
  }

  @Test
  void aLockKeepsIdleNodesAndTheNodeSaysSo() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles().ends("a", 0);
    story.given(new Command.PutLock(KEEP)).passes(2 * MINUTE);

    assertThat(story.happened(Event.NodeKept.class))
        .extracting(Event.NodeKept::cause)
        .containsExactly(KeepCause.LOCKED);
    story.given(new Command.DeleteLock(WORKSPACE, "keep")).passes(2 * MINUTE);
    assertThat(story.phases("gpu")).containsExactly("Leaving");
  }

  @Test
  void aLockKeepsNodesAboveALoweredMaximumUntilItIsGone() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(2, 2)).nodesComeUp();
    story.given(new Command.PutLock(KEEP)).given(Story.scale("gpu", 0, 1));
    assertThat(story.phases("gpu")).containsExactly("Idle", "Idle");

    story.given(new Command.DeleteLock(WORKSPACE, "keep"));

    assertThat(story.phases("gpu")).containsExactlyInAnyOrder("Idle", "Leaving");
  }

  @Test
  void jobsRunOnNodesThatAreThereThoughALockStopsScaling() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(1, 2)).nodesComeUp();
    story.given(new Command.PutLock(KEEP)).job("a", job()).tasksStart();

    assertThat(story.phase("a")).isEqualTo("Active");
  }

  @Test
  void aLockWithoutANameIsRefusedAndPuttingItTwiceChangesNothing() {
    Story story = Story.usual();

    story
        .when(new Command.PutLock(new Lock(WORKSPACE, " ", LockLevel.READ_ONLY)))
        .rejected(Rejection.InvalidName.class);
    story.when(new Command.PutLock(KEEP)).then(new Event.LockPut(KEEP));
    story.when(new Command.PutLock(KEEP)).thenNothing();
  }

  @Test
  void aLockOnWhatIsNotThereIsRefused() {
    Story story = Story.usual().cluster("gpu", cluster());

    lockOf(story, WORKSPACE.cluster("none")).rejected(new Rejection.NotFound("cluster", "none"));
    Scope nowhere = Scope.workspace("sub", "group", "none");
    lockOf(story, nowhere).rejected(new Rejection.NotFound("workspace", "none"));
    lockOf(story, nowhere.cluster("gpu"))
        .rejected(new Rejection.ParentNotFound("cluster", "workspace", "none"));
    lockOf(story, new Scope("sub", "none", "", ""))
        .rejected(new Rejection.NotFound("resource group", "none"));
    assertThat(story.state().access().locks()).isEmpty();

    lockOf(story, new Scope("sub", "Group", "LAB", "GPU")).thenKinds(Event.LockPut.class);
    lockOf(story, new Scope("other", "", "", "")).thenKinds(Event.LockPut.class);
  }

  private static Story lockOf(Story story, Scope scope) {
    return story.when(new Command.PutLock(Story.lock(scope)));
  }

  @Test
  void aLockOnWhatIsBeingDeletedIsRefused() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles();
    story.given(Story.delete("gpu"));
    lockOf(story, WORKSPACE.cluster("gpu")).rejected(new Rejection.BeingDeleted("cluster", "gpu"));

    story.given(new Command.DeleteWorkspace(WORKSPACE));
    lockOf(story, WORKSPACE).rejected(new Rejection.BeingDeleted("workspace", "lab"));
    lockOf(story, WORKSPACE.ofGroup())
        .rejected(new Rejection.BeingDeleted("resource group", "group"));
  }

  @Test
  void aRoleOnWhatIsNotThereOrIsBeingDeletedIsRefused() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles();
    Scope nowhere = Scope.workspace("sub", "group", "none");
    roleOn(story, nowhere).rejected(new Rejection.NotFound("workspace", "none"));
    roleOn(story, WORKSPACE.cluster("none")).rejected(new Rejection.NotFound("cluster", "none"));
    roleOn(story, new Scope("other", "", "", "")).thenKinds(Event.RoleAssigned.class);

    story.given(Story.delete("gpu"));
    roleOn(story, WORKSPACE.cluster("gpu")).rejected(new Rejection.BeingDeleted("cluster", "gpu"));
    story.given(new Command.DeleteWorkspace(WORKSPACE));
    roleOn(story, WORKSPACE).rejected(new Rejection.BeingDeleted("workspace", "lab"));
    roleOn(story, WORKSPACE.ofGroup())
        .rejected(new Rejection.BeingDeleted("resource group", "group"));
  }

  private static Story roleOn(Story story, Scope scope) {
    return story.when(new Command.AssignRole(new RoleAssignment("bob", Role.OWNER, scope)));
  }

  /// The locks are of a journal that was written when they could be put on what is being deleted.
  @Test
  void locksAndRolesGoWithWhatTheyWereOnInOneDecision() {
    RoleAssignment ofCluster =
        new RoleAssignment("bob", Role.CONTRIBUTOR, WORKSPACE.cluster("gpu"));
    RoleAssignment ofWorkspace = new RoleAssignment("bob", Role.READER, WORKSPACE);
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles();
    story.given(new Command.AssignRole(ofCluster), new Command.AssignRole(ofWorkspace));
    story.given(Story.delete("gpu")).and(new Event.LockPut(Story.lock(WORKSPACE.cluster("gpu"))));

    story.ends("a", 1).nodesGo();
    assertThat(story.policySaid())
        .containsSubsequence(
            new Event.LockDeleted(WORKSPACE.cluster("gpu"), "keep"),
            new Event.RoleRemoved(ofCluster));
    assertThat(story.state().allClusters()).isEmpty();
    assertThat(story.state().access().assignments()).contains(ofWorkspace);

    story.when(new Command.DeleteWorkspace(WORKSPACE)).and(new Event.LockPut(KEEP));
    story.passes(24 * 60 * MINUTE).historyCatchesUp().policySpeaks();
    assertThat(story.state().allWorkspaces()).isEmpty();
    assertThat(story.state().access().locks()).isEmpty();
    assertThat(story.state().access().assignments())
        .extracting(RoleAssignment::scope)
        .containsOnly(Scope.ALL);
  }

  @Test
  void rolesOfADeletedGroupGoWithItAndThoseOfItsWorkspacesWithThem() {
    RoleAssignment ofGroup = new RoleAssignment("bob", Role.OWNER, WORKSPACE.ofGroup());
    RoleAssignment ofWorkspace = new RoleAssignment("bob", Role.READER, WORKSPACE);
    RoleAssignment besides = new RoleAssignment("bob", Role.READER, WORKSPACE.ofSubscription());
    Story story = Story.usual();
    story.given(
        new Command.AssignRole(ofGroup),
        new Command.AssignRole(ofWorkspace),
        new Command.AssignRole(besides));

    story
        .when(new Command.DeleteGroup(WORKSPACE.ofGroup()))
        .thenKinds(Event.WorkspaceDeleting.class, Event.RoleRemoved.class);
    assertThat(story.state().access().assignments()).contains(ofWorkspace, besides);
    story.policySpeaks();
    assertThat(story.policySaid()).contains(new Event.RoleRemoved(ofWorkspace));
    assertThat(story.state().access().assignments()).contains(besides).doesNotContain(ofWorkspace);
  }

  // Safe mode and storage.

  @Test
  void inSafeModeOnlyStopsAndReleasesAreDone() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(2, 2)).nodesComeUp();
    story.job("runs", job()).tasksStart();
    story.given(new Command.StartServer("ebb-1", 2, 0, "", true));
    story.given(new Command.BackendListed(List.of(), List.of(), 0));

    story.when(story.submission("a", job())).rejected(new Rejection.SafeMode());
    story.when(cluster().nodes(2, 3).put("gpu")).rejected(new Rejection.SafeMode());
    story
        .when(Story.cancel("runs"))
        .thenKinds(Event.CancelHit.class, Event.CancelRequested.class, Event.AttemptStopping.class);
    story.when(Story.delete("gpu")).thenKinds(Event.ClusterDeleting.class);
    story.policySpeaks();
    assertThat(story.phases("gpu")).contains("Leaving");
  }

  @Test
  void inSafeModeWhatKeepsNodesCanBeTakenAway() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(2, 4)).nodesComeUp();
    story.given(new Command.PutLock(KEEP)).passes(2 * MINUTE);
    story.given(new Command.StartServer("ebb-1", 2, 0, "", true));
    story.given(new Command.BackendListed(List.of(), List.of(), 0));

    story.when(Story.delete("gpu")).rejected(Rejection.Locked.class);
    story.when(new Command.PutLock(FREEZE)).rejected(new Rejection.SafeMode());
    story.given(new Command.DeleteLock(WORKSPACE, "keep"));
    story.when(Story.scale("gpu", 3, -1)).rejected(new Rejection.SafeMode());
    story.when(Story.scale("gpu", 0, 5)).rejected(new Rejection.SafeMode());
    story
        .when(new Command.ScaleCluster(WORKSPACE, "gpu", -1, -1, 3 * MINUTE))
        .rejected(new Rejection.SafeMode());
    story.when(cluster().nodes(1, 5).put("gpu")).rejected(new Rejection.SafeMode());
    story.when(cluster().nodes(0, 1).put("new")).rejected(new Rejection.SafeMode());
    story.when(Story.scale("none", 0, 1)).rejected(new Rejection.NotFound("cluster", "none"));

    story.given(cluster().nodes(1, 4).put("gpu")).passes(2 * MINUTE);
    assertThat(story.phases("gpu")).containsExactlyInAnyOrder("Idle", "Leaving");
    story.given(Story.scale("gpu", 0, 3)).passes(2 * MINUTE);
    assertThat(story.phases("gpu")).containsOnly("Leaving");
  }

  @Test
  void belowTheMarkOfFreeSpaceNothingStartsAndStopsGoOn() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(2, 2)).nodesComeUp();
    story.job("a", job().nodes(2)).tasksStart().job("b", job());
    story.given(new Command.StorageMeasured(5, 10)).ends("a", 0);
    Rejection low = new Rejection.StorageLow(10);

    story.when(story.submission("c", job())).rejected(low);
    assertThat(story.phase("b")).isEqualTo("Queued");
    assertThat(story.why("b")).isEqualTo(low);
    story.given(Story.scale("gpu", 0, 1));
    assertThat(story.phases("gpu")).contains("Leaving");
    story.when(new Command.StorageMeasured(4, 10)).thenNothing();

    story.given(new Command.StorageMeasured(50, 10));
    assertThat(story.phase("b")).isEqualTo("Active");
  }
}
