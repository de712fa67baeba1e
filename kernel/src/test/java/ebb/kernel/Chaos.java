package ebb.kernel;

import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;

import ebb.kernel.job.Attempt;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Role;
import ebb.kernel.protocol.RoleAssignment;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Draws commands and reports without much sense: users who want anything, and a backend that says
/// anything at any time, true or not. One seed gives one sequence.
final class Chaos {
  private static final List<String> CLUSTERS = List.of("gpu", "cpu", "low");
  private static final List<QuotaKey> QUOTAS =
      List.of(World.NC_QUOTA, World.DV2_QUOTA, World.REGIONAL, World.LOW_PRIORITY);

  private final SplittableRandom random;
  private int jobs;
  private long acknowledged = 1_000;

  Chaos(long seed) {
    random = new SplittableRandom(seed);
  }

  long pause() {
    return switch (random.nextInt(12)) {
      case 0 -> random.nextLong(30 * World.MINUTE);
      case 1, 2 -> random.nextLong(3 * World.MINUTE);
      case 3, 4, 5 -> 0;
      default -> random.nextLong(5 * SECOND); // usually not much happens
    };
  }

  /// Whether history has everything so far.
  boolean historyIsThere() {
    return random.nextInt(4) == 0;
  }

  Command next(Story story) {
    if (story.state().workspace(World.WORKSPACE) == null && random.nextBoolean()) {
      return put(World.WORKSPACE); // almost everything needs it
    }
    int dice = random.nextInt(100);
    if (dice < 18) {
      return submission(story);
    }
    if (dice < 20) {
      return localReport();
    }
    if (dice < 23) {
      return wishAboutAJob();
    }
    if (dice < 30) {
      return clusterWish();
    }
    if (dice < 32) {
      return scopeWish();
    }
    if (dice < 37) {
      return governance(story);
    }
    if (dice < 70) {
      return nodeReport(story);
    }
    return dice < 97 ? taskReport(story) : sweep(story);
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private Command submission(Story story) {
    World.Job job =
        job()
            .on(random.nextInt(6) == 0 ? "local" : one(CLUSTERS))
            .account(one(List.of("alice", "bob")))
            .priority(random.nextInt(3))
            .nodes(1 + random.nextInt(random.nextInt(1, 5)))
            .limit(one(List.of(0L, World.MINUTE, World.HOUR)))
            .retries(random.nextInt(3), random.nextInt(3), random.nextInt(2));
    return story.submission("job-" + jobs++, job);
  }

  /// One that was submitted, and perhaps refused or archived since.
  private String someJob() {
    return "job-" + random.nextInt(Math.max(1, jobs));
  }

  private Command localReport() {
    String name = someJob();
    return switch (random.nextInt(5)) {
      case 0, 1 -> Story.localStart(name);
      case 2 -> Story.localSending(name);
      default -> // as often as starts
          Story.localEnd(name, one(List.of(TaskEnd.values())), random.nextInt(2));
    };
  }

  private Command wishAboutAJob() {
    String name = someJob();
    JobId past = random.nextInt(4) == 0 ? new JobId(900 + random.nextInt(3)) : JobId.NONE;
    return switch (random.nextInt(5)) {
      case 0 -> Story.deletion(name, past);
      case 1 -> Story.description(name, past, one(List.of("", "words", "other words")));
      default -> Story.cancel(name); // mostly
    };
  }

  private Command scopeWish() {
    Scope group = World.WORKSPACE.ofGroup();
    RoleAssignment role =
        new RoleAssignment(
            one(List.of("alice", "carl")),
            one(List.of(Role.values())),
            one(List.of(Scope.ALL, group, World.WORKSPACE)));
    return switch (random.nextInt(24)) {
      case 0 -> new Command.DeleteWorkspace(World.WORKSPACE);
      case 1 -> new Command.DeleteGroup(group);
      case 2, 3 -> new Command.PutGroup(group, World.LOCATION, tags());
      case 4, 5 -> new Command.AssignRole(role);
      case 6, 7 -> new Command.RemoveRole(role);
      default -> // the workspace, or one beside it
          put(one(List.of(World.WORKSPACE, World.OTHER_WORKSPACE)));
    };
  }

  private Command put(Scope workspace) {
    return new Command.PutWorkspace(workspace, World.LOCATION, tags());
  }

  private List<Tag> tags() {
    return one(List.of(List.of(), List.of(new Tag("team", "red"))));
  }

  private Command clusterWish() {
    String name = one(CLUSTERS);
    int min = random.nextInt(3);
    int max = min + random.nextInt(1, 4);
    World.Cluster wanted = cluster().nodes(min, max).idle(random.nextLong(3 * World.MINUTE));
    return switch (random.nextInt(10)) {
      case 0 -> Story.delete(name);
      case 1, 2, 3, 4 -> new Command.ScaleCluster(World.WORKSPACE, name, min, max, -1);
      default -> // makes it again after it was deleted
          (name.equals("cpu") ? wanted.size(World.D3) : name.equals("low") ? wanted.low() : wanted)
              .put(name);
    };
  }

  private Command governance(Story story) {
    return switch (random.nextInt(14)) {
      case 0 ->
          new Command.PutLock(
              Story.lock(one(List.of(World.WORKSPACE, World.WORKSPACE.cluster("gpu")))));
      case 1, 2 -> new Command.DeleteLock(World.WORKSPACE, "keep");
      case 3 -> new Command.DeleteLock(World.WORKSPACE.cluster("gpu"), "keep");
      case 4 -> new Command.StorageMeasured(random.nextInt(20), 5);
      case 5 ->
          new Command.HostFound(new Host(random.nextInt(64), 900_000, 9, random.nextBoolean()));
      case 6 -> new Command.HostFound(Host.UNBOUNDED);
      case 7 -> prices();
      case 8 -> quarantine(story);
      case 9 -> settings(story.state().settings());
      case 10 -> random.nextInt(4) == 0 ? new Command.ChangeSizes(List.of(World.D3)) : World.SIZES;
      default -> // most of the governing
          new Command.SetQuota(one(QUOTAS), random.nextInt(60));
    };
  }

  private Command settings(Settings now) {
    return new Command.ChangeSettings(
        switch (random.nextInt(3)) {
          case 0 -> Settled.withQueueMillis(now, one(List.of(World.HOUR, 30 * World.DAY)));
          case 1 -> Settled.withArchiveMillis(now, one(List.of(0L, World.MINUTE)));
          default -> // the third
              Settled.withLeaveMillis(now, one(List.of(World.MINUTE, World.HOUR)));
        });
  }

  private Command prices() {
    Rates rates = new Rates(random.nextInt(1_000_000), -1, random.nextInt(1_000_000));
    return new Command.ChangePrices(
        "USD", List.of(new Price("Standard_NC6", World.LOCATION, Priority.DEDICATED, rates)));
  }

  private Command quarantine(Story story) {
    for (Thing thing : story.state().quarantine.keySet()) {
      return new Command.EndQuarantine(thing);
    }
    List<Thing> things = new ArrayList<>();
    story.state().allJobs().forEach(job -> things.add(new Thing(Thing.Kind.JOB, job.id().value())));
    story.state().allNodes().forEach(it -> things.add(new Thing(Thing.Kind.NODE, it.id().value())));
    things.add(new Thing(Thing.Kind.CLUSTER, 1));
    return new Command.QuarantineThing(one(things), "chaos");
  }

  private Command nodeReport(Story story) {
    List<NodeId> nodes = new ArrayList<>(story.state().nodes.keySet());
    NodeId node = nodes.isEmpty() || random.nextInt(40) == 0 ? new NodeId(99) : one(nodes);
    long observed = observed(story);
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3 -> new Command.NodeAccepted(node, ++acknowledged, observed);
      case 4 -> new Command.NodeFailed(node, "chaos", observed);
      case 5 -> new Command.NodePreempted(node, observed);
      case 6 -> new Command.NodeUnreachable(node, observed);
      case 7, 8 -> new Command.NodeReachable(node, observed);
      case 9, 10, 11 ->
          leaves(story, node)
              ? new Command.NodeGone(node, observed)
              : new Command.NodeReady(node, ++acknowledged, observed);
      case 12 -> new Command.NodeGone(node, observed);
      default -> // most nodes come up
          new Command.NodeReady(node, ++acknowledged, observed);
    };
  }

  private static boolean leaves(Story story, NodeId node) {
    var known = story.state().node(node);
    return known != null && known.isLeaving();
  }

  private long observed(Story story) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> story.now() - random.nextLong(World.HOUR);
      case 2 -> story.now() + random.nextLong(World.HOUR);
      default -> story.now(); // the truth
    };
  }

  private Command taskReport(Story story) {
    List<Attempt> attempts = new ArrayList<>(story.state().attempts.values());
    if (attempts.isEmpty() || random.nextInt(40) == 0) {
      return Story.exited(new TaskId(new AttemptId(99), 0), 0);
    }
    Attempt attempt = one(attempts);
    TaskId task = new TaskId(attempt.id(), random.nextInt(attempt.tasks().size()));
    if (random.nextInt(5) < 2) {
      return new Command.TaskStarted(task, ++acknowledged, 0, 0, observed(story));
    }
    TaskEnd end = random.nextInt(3) == 0 ? one(List.of(TaskEnd.values())) : TaskEnd.EXITED;
    TaskReport report = new TaskReport(end, random.nextInt(2), 1, 1, "");
    return new Command.TaskExited(task, report, observed(story));
  }

  private Command sweep(Story story) {
    return switch (random.nextInt(4)) {
      case 0 -> new Command.ClockJumped(random.nextLong(World.HOUR));
      case 1 ->
          new Command.StartServer(
              random.nextInt(8) > 0 ? story.state().installation() : "copy-" + random.nextInt(9),
              story.state().epoch() + 1,
              observed(story),
              "",
              random.nextInt(4) == 0);
      default -> // what the backend has, with one thing nobody knows
          new Command.BackendListed(
              List.of(new NodeId(900 + random.nextInt(3))),
              List.of(new TaskId(new AttemptId(900 + random.nextInt(3)), 0)),
              0);
    };
  }
}
