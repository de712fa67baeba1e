package ebb.kernel.engine;

import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.VmSize;
import java.util.List;

/// Where nodes come from and tasks run. Idempotent by id: an instruction may be given any number of
/// times, and a stop of something never seen refuses a start that comes later. What became of it is
/// reported as commands.
public interface Backend {
  /// Takes the instructions and returns without waiting for what they do.
  void carryOut(List<Instruction> instructions);

  /// How often it is asked what there is, besides at the start: reports can be lost on the way. One
  /// of which none is ever lost need not be asked again.
  default long listingMillis() {
    return 60_000;
  }

  /// What a backend is told. Every one carries all that the backend needs.
  sealed interface Instruction {}

  record StartNode(NodeId node, String cluster, VmSize size, ClusterSpec spec, boolean virtual)
      implements Instruction {}

  /// Ends what runs on the node, after the grace its tasks have been given, and then the node.
  record StopNode(NodeId node) implements Instruction {}

  /// How a task is kept apart, and how much it may use: what its node's size has, and no more than
  /// the machine. Also where nodes share the machine, so that none takes all of it.
  record Confinement(Isolation isolation, boolean network, int cores, int memoryMebibytes) {}

  /// One task of an attempt. `nodes` are the attempt's, in rank order; `specHash` finds the
  /// command; `submitter` is on whose behalf it runs.
  record StartTask(
      TaskId task,
      NodeId node,
      Confinement confinement,
      JobId job,
      String jobName,
      String submitter,
      int attemptNumber,
      List<NodeId> nodes,
      String specHash,
      long limitMillis,
      long graceMillis)
      implements Instruction {}

  record StopTask(TaskId task, long graceMillis) implements Instruction {}

  /// Report everything of ours that is there, and up to which acknowledgement the report is
  /// complete; and after it, again, which of the nodes in it are out of sight. The first answer
  /// after a start or a jump of the clock ends what was said of that before, if it comes within the
  /// observation bound; after that, only a report for the node does.
  record ListAll() implements Instruction {}
}
