package ebb.kernel;

import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;

import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.Thing;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// For each kind of thing that has phases: how to bring one into each, and all that can be asked or
/// reported of it.
enum Matrix {
  JOBS,
  NODES,
  CLUSTERS,
  WORKSPACES,
  SERVER;

  /// More than any acknowledgement in a story.
  private static final long ALL_ACKNOWLEDGED = 1_000_000;

  private static final NodeId NO_NODE = new NodeId(4_711);
  private static final TaskId NO_TASK = new TaskId(new AttemptId(4_711), 0);

  String file() {
    return "matrix-" + name().toLowerCase(java.util.Locale.ROOT) + ".txt";
  }

  /// Situations by the name of the phase. The thing is the job "it", the only node, the cluster
  /// "gpu", the workspace that these are in, or the server.
  Map<String, UnaryOperator<Story>> phases() {
    return switch (this) {
      case JOBS -> jobPhases();
      case NODES -> nodePhases();
      case CLUSTERS -> clusterPhases();
      case WORKSPACES -> workspacePhases();
      case SERVER -> serverPhases();
    };
  }

  private static final TaskEnd EXITED = TaskEnd.EXITED;

  private static final World.Job LOCAL = job().on("local").limit(HOUR);

  private static final World.Job IT = job().limit(HOUR).retries(1, 1, 1);

  private static final World.Job GANG = IT.nodes(2);

  private static final Scope ELSEWHERE = Scope.workspace("sub", "group", "elsewhere");

  private static Map<String, UnaryOperator<Story>> jobPhases() {
    Map<String, UnaryOperator<Story>> phases = new TreeMap<>();
    phases.put("0 unknown", story -> story);
    phases.put(
        "1 Queued", story -> story.given(new Command.SetQuota(World.NC_QUOTA, 0)).job("it", IT));
    phases.put("2 Assembling", story -> story.job("it", IT));
    phases.put("3 Active Starting", story -> story.job("it", IT).nodesComeUp());
    phases.put("4 Active Running", story -> story.job("it", IT).settles());
    phases.put(
        "5 Active Stopping before it started",
        story -> story.job("it", IT).nodesComeUp().given(Story.cancel("it")));
    phases.put(
        "6 Active Stopping at its limit", story -> story.job("it", IT).settles().passes(HOUR));
    phases.put("7 BackingOff", story -> story.job("it", IT).settles().ends("it", 1));
    phases.put("8 Ended", story -> story.job("it", IT).settles().ends("it", 0));
    phases.put(
        "8 Ended, deleted",
        story ->
            story.job("it", IT).settles().ends("it", 0).given(Story.deletion("it", JobId.NONE)));
    phases.put(
        "9 Active Stopping, preempted",
        story -> {
          Story running = story.job("it", IT).settles();
          return running.given(new Command.NodePreempted(running.node("gpu"), 0));
        });
    phases.put("a Local, starting", story -> story.job("it", LOCAL));
    phases.put("b Local, running", story -> story.job("it", LOCAL).given(Story.localStart("it")));
    phases.put(
        "c Local, canceled before it started",
        story -> story.job("it", LOCAL).given(Story.cancel("it")));
    phases.put(
        "d Local, canceled",
        story -> story.job("it", LOCAL).given(Story.localStart("it")).given(Story.cancel("it")));
    phases.put(
        "e Local, ended", story -> story.job("it", LOCAL).given(Story.localEnd("it", EXITED, 0)));
    phases.put(
        "f Local, over its limit",
        story -> story.job("it", LOCAL).given(Story.localStart("it")).passes(HOUR + World.MINUTE));
    phases.put("g Gang Assembling", story -> story.job("it", GANG));
    phases.put("h Gang Starting", story -> story.job("it", GANG).nodesComeUp());
    phases.put("i Gang Running", story -> story.job("it", GANG).settles());
    phases.put(
        "j Gang Stopping", story -> story.job("it", GANG).settles().given(Story.cancel("it")));
    return phases;
  }

  private static Map<String, UnaryOperator<Story>> nodePhases() {
    Map<String, UnaryOperator<Story>> phases = new TreeMap<>();
    phases.put("0 unknown", story -> story);
    phases.put("1 Requested", story -> story.job("it", IT));
    phases.put("2 Preparing", story -> story.job("it", IT).nodesAccepted());
    phases.put("3 Idle", story -> story.job("it", IT).settles().ends("it", 0));
    phases.put(
        "4 Idle out of sight",
        story -> {
          Story idle = story.job("it", IT).settles().ends("it", 0);
          return idle.given(new Command.NodeUnreachable(idle.node("gpu"), 0));
        });
    phases.put("5 Running", story -> story.job("it", IT).settles());
    phases.put(
        "6 Running out of sight",
        story -> {
          Story running = story.job("it", IT).settles();
          return running.given(new Command.NodeUnreachable(running.node("gpu"), 0));
        });
    phases.put(
        "7 Leaving with a task",
        story -> {
          Story running = story.job("it", IT).settles();
          return running.given(new Command.NodePreempted(running.node("gpu"), 0));
        });
    phases.put(
        "7 Leaving with a task, out of sight",
        story -> {
          Story running = story.job("it", IT).settles();
          return running
              .given(new Command.NodeUnreachable(running.node("gpu"), 0))
              .given(new Command.NodePreempted(running.node("gpu"), 0));
        });
    phases.put(
        "8 Leaving", story -> story.job("it", IT).settles().ends("it", 0).passes(2 * World.MINUTE));
    phases.put(
        "9 Leaving before it was accepted",
        story -> {
          Story requested = story.job("it", IT);
          return requested.given(new Command.NodeFailed(requested.node("gpu"), "no", 0));
        });
    phases.put(
        "a stray",
        story -> story.given(new Command.BackendListed(List.of(NO_NODE), List.of(NO_TASK), 0)));
    return phases;
  }

  private static Map<String, UnaryOperator<Story>> clusterPhases() {
    Map<String, UnaryOperator<Story>> phases = new TreeMap<>();
    phases.put("0 unknown", story -> story.given(Story.delete("gpu")));
    phases.put("1 steady", story -> story);
    phases.put("2 with a running job", story -> story.job("it", IT).settles());
    phases.put(
        "3 backing off",
        story -> {
          Story requested = story.job("it", IT);
          return requested.given(new Command.NodeFailed(requested.node("gpu"), "no", 0));
        });
    phases.put("4 deleting", story -> story.job("it", IT).settles().given(Story.delete("gpu")));
    phases.put("5 locked", story -> story.given(new Command.PutLock(Story.lock(World.WORKSPACE))));
    return phases;
  }

  private static Map<String, UnaryOperator<Story>> workspacePhases() {
    Map<String, UnaryOperator<Story>> phases = new TreeMap<>();
    Command delete = new Command.DeleteWorkspace(World.WORKSPACE);
    phases.put("0 unknown", story -> story.given(delete));
    phases.put("1 steady", story -> story);
    phases.put("2 with a running job", story -> story.job("it", IT).settles());
    phases.put("3 locked", story -> story.given(new Command.PutLock(Story.lock(World.WORKSPACE))));
    phases.put("4 deleting", story -> story.job("it", IT).settles().given(delete));
    phases.put(
        "5 deleting, and its jobs have ended",
        story -> {
          Story deleting = story.job("it", IT).settles().given(delete);
          return deleting.given(Story.exited(deleting.task("it"), TaskEnd.STOPPED, 0)).nodesGo();
        });
    return phases;
  }

  /// With a job that runs and one that has a claim on a node.
  private static Map<String, UnaryOperator<Story>> serverPhases() {
    Map<String, UnaryOperator<Story>> phases = new TreeMap<>();
    UnaryOperator<Story> busy = story -> story.job("it", IT).settles().job("next", IT);
    phases.put("0 ordinary", busy);
    phases.put(
        "1 storage low", story -> busy.apply(story).given(new Command.StorageMeasured(1, 2)));
    phases.put(
        "2 safe mode",
        story -> busy.apply(story).given(new Command.StartServer("ebb-1", 2, 0, "", true)));
    phases.put(
        "3 observing",
        story -> busy.apply(story).given(new Command.StartServer("ebb-1", 2, 0, "", false)));
    phases.put(
        "4 the cluster in quarantine",
        story -> inQuarantine(busy.apply(story), Thing.Kind.CLUSTER));
    phases.put("5 the job in quarantine", story -> inQuarantine(busy.apply(story), Thing.Kind.JOB));
    phases.put(
        "6 the attempt in quarantine",
        story -> inQuarantine(busy.apply(story), Thing.Kind.ATTEMPT));
    phases.put(
        "7 the node in quarantine", story -> inQuarantine(busy.apply(story), Thing.Kind.NODE));
    phases.put(
        "8 the workspace in quarantine",
        story -> inQuarantine(busy.apply(story), Thing.Kind.WORKSPACE));
    return phases;
  }

  private static Story inQuarantine(Story story, Thing.Kind kind) {
    return story.given(new Command.QuarantineThing(thing(story, kind), "i-1"));
  }

  private static Thing thing(Story story, Thing.Kind kind) {
    return new Thing(
        kind,
        switch (kind) {
          case NODE -> nodeOf(story).value();
          case ATTEMPT -> story.attempt("it").id().value();
          case JOB -> story.jobId("it").value();
          case CLUSTER -> story.clusterId("gpu").value();
          case WORKSPACE -> story.cluster("gpu").workspace().value();
        });
  }

  /// All that can be asked or reported of the thing, by what it is called in the table.
  Map<String, Command> commands(Story story) {
    Map<String, Command> commands = new TreeMap<>();
    switch (this) {
      case JOBS -> {
        commands.put("SubmitJob the same", story.submission("it", IT));
        commands.put("SubmitJob another", story.submission("it", IT.priority(3)));
        commands.put("CancelJob", Story.cancel("it"));
        commands.put("DeleteJob", Story.deletion("it", JobId.NONE));
        commands.put("DeleteJob of history", Story.deletion("it", new JobId(4_711)));
        commands.put("DescribeJob", Story.description("it", JobId.NONE, "other"));
        commands.put("DescribeJob the same", Story.description("it", JobId.NONE, ""));
        commands.put("DescribeJob of history", Story.description("it", new JobId(4_711), "other"));
        commands.put("ReportLocalStart", Story.localStart("it"));
        commands.put("ReportLocalSending", Story.localSending("it"));
        commands.put("ReportLocalEnd 0", Story.localEnd("it", EXITED, 0));
        commands.put("ReportLocalEnd 1", Story.localEnd("it", EXITED, 1));
        for (TaskEnd end : TaskEnd.values()) {
          if (end != EXITED) {
            commands.put("ReportLocalEnd " + end, Story.localEnd("it", end, 0));
          }
        }
        tasks(commands, story);
        nodes(commands, nodeOf(story));
        commands.put("DeleteCluster", Story.delete("gpu"));
        commands.put("DeleteWorkspace", new Command.DeleteWorkspace(World.WORKSPACE));
        commands.put("ScaleCluster below it", Story.scale("gpu", 0, 1));
      }
      case NODES -> {
        nodes(commands, nodeOf(story));
        tasks(commands, story);
      }
      case CLUSTERS -> {
        commands.put("PutCluster the same", cluster().nodes(0, 2).put("gpu"));
        commands.put("PutCluster other numbers", cluster().nodes(1, 3).put("gpu"));
        commands.put("PutCluster another size", cluster().size(World.D3).put("gpu"));
        commands.put("ScaleCluster", Story.scale("gpu", 1, 1));
        commands.put("DeleteCluster", Story.delete("gpu"));
        commands.put("SubmitJob", story.submission("new", job()));
        commands.put("DeleteWorkspace", new Command.DeleteWorkspace(World.WORKSPACE));
      }
      case WORKSPACES -> workspaces(commands, story);
      case SERVER -> server(commands, story);
    }
    return commands;
  }

  private static void workspaces(Map<String, Command> commands, Story story) {
    Scope it = World.WORKSPACE;
    List<Tag> red = List.of(new Tag("team", "red"));
    commands.put("PutWorkspace", new Command.PutWorkspace(it, World.LOCATION));
    commands.put("PutWorkspace tags", new Command.PutWorkspace(it, World.LOCATION, red));
    commands.put("PutWorkspace another location", new Command.PutWorkspace(it, "westeurope"));
    commands.put("PutWorkspace beside it", new Command.PutWorkspace(ELSEWHERE, World.LOCATION));
    commands.put("DeleteWorkspace", new Command.DeleteWorkspace(it));
    commands.put("PutGroup", new Command.PutGroup(it.ofGroup(), World.LOCATION, red));
    commands.put("DeleteGroup", new Command.DeleteGroup(it.ofGroup()));
    commands.put("PutLock", new Command.PutLock(Story.lock(it)));
    commands.put("DeleteLock", new Command.DeleteLock(it, "keep"));
    commands.put("PutCluster", cluster().nodes(1, 3).put("gpu"));
    commands.put("PutCluster another", cluster().nodes(1, 3).put("new"));
    commands.put("ScaleCluster", Story.scale("gpu", 1, 1));
    commands.put("DeleteCluster", Story.delete("gpu"));
    commands.put("SubmitJob", story.submission("new", job()));
    commands.put("SubmitJob local", story.submission("new", LOCAL));
  }

  private static void server(Map<String, Command> commands, Story story) {
    commands.put("StartServer", new Command.StartServer("ebb-1", 3, 0, "", false));
    commands.put("StartServer safe mode", new Command.StartServer("ebb-1", 3, 0, "", true));
    commands.put("ClockJumped", new Command.ClockJumped(HOUR));
    commands.put("StorageMeasured low", new Command.StorageMeasured(1, 2));
    commands.put("StorageMeasured enough", new Command.StorageMeasured(3, 2));
    for (Thing.Kind kind : Thing.Kind.values()) {
      Thing thing = thing(story, kind);
      commands.put("QuarantineThing " + kind, new Command.QuarantineThing(thing, "i-2"));
      commands.put("EndQuarantine " + kind, new Command.EndQuarantine(thing));
    }
    commands.put("PutCluster", cluster().nodes(2, 3).put("gpu"));
    commands.put("ScaleCluster", Story.scale("gpu", 2, 2));
    commands.put("DeleteCluster", Story.delete("gpu"));
    commands.put("PutWorkspace", new Command.PutWorkspace(ELSEWHERE, World.LOCATION));
    commands.put("DeleteWorkspace", new Command.DeleteWorkspace(World.WORKSPACE));
    commands.put("PutLock", new Command.PutLock(Story.lock(World.WORKSPACE)));
    commands.put("SubmitJob", story.submission("new", job()));
    commands.put("SubmitJob local", story.submission("new", LOCAL));
    commands.put("CancelJob", Story.cancel("it"));
    commands.put("CancelJob that waits", Story.cancel("next"));
    nodes(commands, nodeOf(story));
    tasks(commands, story);
  }

  private static void nodes(Map<String, Command> commands, NodeId node) {
    commands.put("NodeAccepted", new Command.NodeAccepted(node, 900, 0));
    commands.put("NodeReady", new Command.NodeReady(node, 901, 0));
    commands.put("NodeFailed", new Command.NodeFailed(node, "broke", 0));
    commands.put("NodePreempted", new Command.NodePreempted(node, 0));
    commands.put("NodeUnreachable", new Command.NodeUnreachable(node, 0));
    commands.put("NodeReachable", new Command.NodeReachable(node, 0));
    commands.put("NodeGone", new Command.NodeGone(node, 0));
    commands.put("BackendListed", new Command.BackendListed(List.of(node), List.of(), 0));
    commands.put(
        "BackendListed without its task",
        new Command.BackendListed(List.of(node), List.of(), ALL_ACKNOWLEDGED));
    commands.put(
        "BackendListed without it",
        new Command.BackendListed(List.of(), List.of(), ALL_ACKNOWLEDGED));
    commands.put(
        "BackendListed without it, begun before it was acknowledged",
        new Command.BackendListed(List.of(), List.of(), 0));
  }

  private static void tasks(Map<String, Command> commands, Story story) {
    TaskId task = taskOf(story);
    commands.put("TaskStarted", new Command.TaskStarted(task, 902, 0, 0, 0));
    commands.put("TaskExited 0", Story.exited(task, 0));
    commands.put("TaskExited 1", Story.exited(task, 1));
    for (TaskEnd end : TaskEnd.values()) {
      if (end != TaskEnd.EXITED) {
        commands.put("TaskExited " + end, Story.exited(task, end, 0));
      }
    }
  }

  private static NodeId nodeOf(Story story) {
    List<ebb.kernel.node.Node> nodes = story.nodes("gpu");
    return nodes.isEmpty() ? NO_NODE : nodes.getFirst().id();
  }

  /// The job's task, also when its attempt is over.
  private static TaskId taskOf(Story story) {
    for (Job job : story.state().allJobs()) {
      if (job.phase() instanceof Job.Active active) {
        return new TaskId(active.attempt(), 0);
      }
    }
    for (Attempt attempt : story.state().allAttempts()) {
      return new TaskId(attempt.id(), 0);
    }
    return NO_TASK;
  }

  TreeSet<String> commandKinds() {
    TreeSet<String> kinds = new TreeSet<>();
    UnaryOperator<Story> situation = phases().values().iterator().next();
    commands(Story.usual().cluster("gpu", cluster()).given(situation))
        .values()
        .forEach(command -> kinds.add(command.getClass().getSimpleName()));
    return kinds;
  }
}
