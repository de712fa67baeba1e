package ebb.kernel.node;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.SegmentKind;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.Weakness;
import java.util.List;

/// One machine of a cluster, from the moment it is asked for until the backend confirms that it is
/// gone.
///
/// @param askedFor the job that pays for the boot; [JobId#NONE]: the cluster
/// @param virtual shares the machine with other nodes, or lacks the hardware its size names
/// @param isolation how the tasks on it are kept apart
/// @param weaknesses what that lacks, as it was when the node was asked for
/// @param ack the backend's number for its claim; 0 until it has claimed the node
/// @param meterFrom where the open segment starts; 0 while nothing is charged
/// @param unreachableUntil when a node out of sight is let go; 0 while it is in sight
public record Node(
    NodeId id,
    ClusterId cluster,
    JobId askedFor,
    Rates rates,
    boolean virtual,
    Isolation isolation,
    List<Weakness> weaknesses,
    Phase phase,
    long ack,
    long meterFrom,
    long unreachableUntil) {

  /// Where a node is in its life.
  public sealed interface Phase {
    /// When the phase began.
    long at();
  }

  /// Ordered; the backend has not yet said that it has the order.
  public record Requested(long at, long deadline) implements Phase {}

  /// The backend is starting it.
  public record Preparing(long at, long deadline) implements Phase {}

  /// Ready and without work. `keptUntil`: the idle timer fired and the node was kept; asked again
  /// then.
  public record Idle(long at, long keptUntil) implements Phase {}

  public record Running(long at, TaskId task) implements Phase {}

  /// Let go; charged until the backend confirms. `task` is still to be accounted for, or
  /// [TaskId#NONE]. `overdue` counts the deadlines that passed without a confirmation.
  public record Leaving(
      long at, ReleaseCause cause, String detail, TaskId task, long deadline, int overdue)
      implements Phase {}

  public Node with(Phase next) {
    return changed(next, ack, meterFrom, unreachableUntil);
  }

  public Node withAck(long next) {
    return changed(phase, next, meterFrom, unreachableUntil);
  }

  public Node meteredFrom(long from) {
    return changed(phase, ack, from, unreachableUntil);
  }

  public Node withUnreachableUntil(long until) {
    return changed(phase, ack, meterFrom, until);
  }

  /// The node with all that can change in its life.
  private Node changed(Phase next, long nextAck, long from, long until) {
    return new Node(
        id, cluster, askedFor, rates, virtual, isolation, weaknesses, next, nextAck, from, until);
  }

  public boolean isLeaving() {
    return phase instanceof Leaving;
  }

  /// Ready, in sight and without work: a task may be placed here.
  public boolean isFree() {
    return phase instanceof Idle && unreachableUntil == 0;
  }

  /// Ordered and on its way.
  public boolean isComing() {
    return phase instanceof Requested || phase instanceof Preparing;
  }

  /// The task that runs here, or that ran here when the node was let go; [TaskId#NONE] if none.
  public TaskId task() {
    return switch (phase) {
      case Running running -> running.task();
      case Leaving leaving -> leaving.task();
      case Requested _, Preparing _, Idle _ -> TaskId.NONE;
    };
  }

  /// What the open segment is for. A task's run lasts until its end is known, also on a node that
  /// leaves.
  public SegmentKind segmentKind() {
    return switch (phase) {
      case Requested _, Preparing _ -> SegmentKind.BOOT;
      case Idle _ -> SegmentKind.IDLE;
      case Running _ -> SegmentKind.RUN;
      case Leaving leaving ->
          leaving.task().equals(TaskId.NONE) ? SegmentKind.LEAVE : SegmentKind.RUN;
    };
  }
}
