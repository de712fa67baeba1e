package ebb.kernel;

import ebb.kernel.job.Attempt;
import ebb.kernel.money.Stretch;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Nullable;
import java.util.List;

/// The meter: closes the open segment of a node when what the node does, or whom it does it for,
/// changes.
final class Segments {
  private Segments() {}

  /// When something was seen: what the reporter says, but not before `from` and not after now. A
  /// reporter that cannot say is taken to have seen it now. Divides the meter and tells an end from
  /// a time-out, nothing else.
  static long seen(long observed, long from, long now) {
    return observed <= 0 ? now : Math.clamp(observed, Math.min(from, now), now);
  }

  /// Adds the end of the open segment at `to`, unless nothing is charged or no time has passed.
  static void close(State state, Node node, long to, List<Event> events) {
    Stretch open = open(state, node);
    if (open == null || to <= open.from()) {
      return;
    }
    events.add(
        new Event.SegmentClosed(
            node.id(),
            node.cluster(),
            open.payer(),
            open.kind(),
            open.from(),
            to,
            open.rates(),
            node.virtual()));
  }

  /// What the node's meter counts now; null while nothing is charged.
  static @Nullable Stretch open(State state, Node node) {
    return node.meterFrom() == 0
        ? null
        : new Stretch(payer(state, node), node.segmentKind(), node.meterFrom(), node.rates());
  }

  /// Boot belongs to the job that the node was asked for, a run to its job; the rest to the
  /// cluster.
  private static JobId payer(State state, Node node) {
    return switch (node.segmentKind()) {
      case BOOT -> node.askedFor();
      case RUN -> {
        Attempt attempt =
            State.require(state.attempts.get(node.task().attempt()), "attempt on", node.id());
        yield attempt.job();
      }
      case IDLE, LEAVE -> JobId.NONE;
    };
  }
}
