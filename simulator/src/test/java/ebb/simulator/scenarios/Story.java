package ebb.simulator.scenarios;

import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Engine;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.Thing;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.VmSize;
import java.util.ArrayList;
import java.util.List;

/// The unmodified engine with one workspace and one cluster, told what happens line by line.
final class Story {
  static final Scope WORKSPACE = Scope.workspace("sub", "group", "one");
  static final String CLUSTER = "alpha";

  final List<Backend.Instruction> told = new ArrayList<>();
  final List<Verdict> answers = new ArrayList<>();
  private final Engine engine =
      new Engine(new State(), _ -> {}, (_, _) -> {}, told::addAll, Story::broken);
  long now = 1_000_000;
  private long acks;

  Story(int max, long idleMillis) {
    report(new Command.StartServer("story", 1, now, "owner", false));
    report(new Command.BackendListed(List.of(), List.of(), 0));
    wish(new Command.ChangeSizes(List.of(new VmSize("size", "family", 1, 1024, 0))));
    wish(new Command.PutWorkspace(WORKSPACE, "eastus"));
    wish(
        new Command.PutCluster(
            WORKSPACE,
            CLUSTER,
            new ClusterSpec(
                "size", Priority.DEDICATED, 0, max, idleMillis, "eastus", true, List.of())));
  }

  private static void broken(String incident, String what, RuntimeException bug) {
    throw new AssertionError(what, bug);
  }

  State state() {
    return engine.state();
  }

  void report(Command.Report report) {
    step(new Engine.Do(Actor.SHELL, "", report, answers::add));
  }

  void wish(Command.Wish wish) {
    step(new Engine.Do(new Actor("owner", "", ""), "", wish, answers::add));
  }

  private void step(Engine.Request... requests) {
    try {
      engine.step(List.of(requests), now, 0);
    } catch (JournalFailure e) {
      throw new AssertionError(e);
    }
  }

  void timePasses(long millis) {
    now += millis;
    step();
  }

  void settings(Settings settings) {
    wish(new Command.ChangeSettings(settings));
  }

  void submit(String name, int nodes, long limitMillis) {
    JobSpec spec = new JobSpec(CLUSTER, "account", 0, nodes, limitMillis, Retries.NONE, "");
    wish(new Command.SubmitJob(WORKSPACE, name, spec, now));
  }

  void cancel(String name) {
    wish(new Command.CancelJob(WORKSPACE, name));
  }

  Job job(String name) {
    return state().job(state().workspace(WORKSPACE).id(), name);
  }

  String phase(String name) {
    return job(name).phase().getClass().getSimpleName();
  }

  Rejection why(String name) {
    return Kernel.why(state(), new Thing(Thing.Kind.JOB, job(name).id().value()), now);
  }

  List<NodeId> nodes() {
    List<NodeId> nodes = new ArrayList<>();
    for (Node node : state().allNodes()) {
      nodes.add(node.id());
    }
    return nodes;
  }

  void ready(NodeId node) {
    report(new Command.NodeReady(node, ++acks, now));
  }

  /// Every node that was asked for is there.
  void allReady() {
    nodes().forEach(this::ready);
  }

  /// The job's tasks begin.
  void began(String name) {
    for (Backend.Instruction each : List.copyOf(told)) {
      if (each instanceof Backend.StartTask start && start.jobName().equals(name)) {
        report(new Command.TaskStarted(start.task(), ++acks, now, now, now));
      }
    }
  }

  /// The job's tasks end well.
  void ended(String name) {
    for (Backend.Instruction each : List.copyOf(told)) {
      if (each instanceof Backend.StartTask start && start.jobName().equals(name)) {
        report(
            new Command.TaskExited(
                start.task(),
                new ebb.kernel.protocol.TaskReport(ebb.kernel.protocol.TaskEnd.EXITED, 0, 0, 0, ""),
                now));
      }
    }
  }
}
