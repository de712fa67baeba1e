package ebb.kernel;

import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;

import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Role;
import ebb.kernel.protocol.RoleAssignment;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.Thing;
import java.util.List;

/// What the passing of time does in each phase, and the commands that concern no phase: together
/// with the tables of [Matrix] these are all transitions there are.
final class Moments {
  /// The commands that are about settings, roles and the machine.
  static final List<String> COMMANDS =
      List.of(
          "AssignRole",
          "ChangePrices",
          "ChangeSettings",
          "ChangeSizes",
          "HostFound",
          "RemoveRole",
          "SetQuota");

  private Moments() {}

  static void all(Transitions transitions) {
    deadlinesOfJobs(transitions);
    deadlinesOfNodes(transitions);
    scopes(transitions);
    server(transitions);
  }

  private static Story story(Transitions transitions) {
    return Story.usual(transitions).cluster("gpu", cluster().nodes(0, 2));
  }

  private static void deadlinesOfJobs(Transitions transitions) {
    story(transitions)
        .given(new Command.SetQuota(World.NC_QUOTA, 0))
        .job("a", job())
        .passes(30 * World.DAY);
    story(transitions).job("a", job()).passes(21 * MINUTE);
    story(transitions).job("a", job().nodes(2)).given(Story.scale("gpu", 0, 1));
    story(transitions).job("a", job()).nodesComeUp().passes(HOUR);
    story(transitions).job("a", job().limit(HOUR)).settles().passes(2 * HOUR).nodesGo();
    story(transitions)
        .job("a", job().retries(0, 0, 1))
        .settles()
        .ends("a", 1)
        .passes(MINUTE)
        .settles()
        .ends("a", 0)
        .passes(MINUTE)
        .historyCatchesUp();
    story(transitions).job("a", job().on("local")).passes(HOUR);
    Story local = story(transitions).job("a", job().on("local").limit(HOUR));
    local.given(Story.localStart("a")).given(new Command.ClockJumped(HOUR)).passes(2 * HOUR);
    Story awaited = story(transitions).job("a", job().on("local")).jumps(HOUR);
    awaited.given(new Command.StartServer("ebb-1", 2, 0, "", false));
    story(transitions).job("a", job().nodes(2)).settles().job("b", job()).ends("a", 1);
  }

  private static void deadlinesOfNodes(Transitions transitions) {
    story(transitions).job("a", job()).nodesAccepted().passes(15 * MINUTE).passes(HOUR).nodesGo();
    story(transitions).given(Story.scale("gpu", 1, 2)).nodesComeUp().passes(HOUR);
    Story unseen = story(transitions).job("a", job()).settles();
    unseen.given(new Command.NodeUnreachable(unseen.node("gpu"), 0)).passes(5 * MINUTE);
    story(transitions).given(Story.scale("gpu", 2, 2)).given(Story.scale("gpu", 0, 1));
    Story shrinks = story(transitions).given(Story.scale("gpu", 2, 2)).nodesAccepted();
    shrinks.after(MINUTE).given(Story.scale("gpu", 0, 1));
  }

  private static void scopes(Transitions transitions) {
    RoleAssignment role = new RoleAssignment("carl", Role.READER, Scope.ALL);
    Scope group = World.WORKSPACE.ofGroup();
    story(transitions)
        .given(new Command.PutGroup(group, "eastus", List.of(new Tag("team", "blue"))))
        .given(
            new Command.PutWorkspace(
                World.WORKSPACE, World.LOCATION, List.of(new Tag("team", "red"))))
        .given(new Command.DeleteGroup(group));
    story(transitions)
        .given(new Command.AssignRole(role), new Command.RemoveRole(role))
        .given(new Command.PutLock(Story.lock(World.WORKSPACE)))
        .given(new Command.DeleteLock(World.WORKSPACE, "keep"))
        .given(new Command.DeleteWorkspace(World.WORKSPACE));
  }

  private static void server(Transitions transitions) {
    Story story = story(transitions);
    Thing thing = new Thing(Thing.Kind.CLUSTER, story.clusterId("gpu").value());
    story
        .settings(it -> it)
        .given(new Command.ChangeSizes(List.of(World.NC6)))
        .given(new Command.ChangePrices("USD", List.of()))
        .given(new Command.HostFound(new Host(1, 1, 1, true)))
        .given(new Command.StorageMeasured(1, 2))
        .given(new Command.ClockJumped(HOUR))
        .given(new Command.QuarantineThing(thing, "i-1"))
        .given(new Command.EndQuarantine(thing))
        .given(new Command.StartServer("ebb-1", 2, 0, "", false));
    story.given(
        new Command.ChangeSettings(Settled.withArchiveMillis(story.state().settings(), 1_000)));
    historyOnly(story);
    Story backingOff = story(transitions).job("a", job()).nodesAccepted();
    backingOff
        .given(new Command.NodeFailed(backingOff.node("gpu"), "no", 0))
        .given(new Command.ChangePrices("USD", List.of()))
        .given(Story.delete("gpu"))
        .passes(MINUTE);
    story(transitions)
        .job("a", job())
        .settles()
        .given(Story.delete("gpu"))
        .given(new Command.ChangePrices("USD", List.of()));
  }

  /// What the engine writes down and no decision reads.
  private static void historyOnly(Story story) {
    story.make(
        new Envelope(
            story.now(),
            0,
            World.OWNER,
            "request",
            "test",
            List.of(new Event.CommandRefused("SubmitJob", "/", "a", "NotFound", ""))));
  }
}
