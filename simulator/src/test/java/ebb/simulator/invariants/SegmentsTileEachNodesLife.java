package ebb.simulator.invariants;

import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskId;
import java.util.TreeMap;

/// The segments of a node are half-open, without gap or overlap, from the backend's claim to the
/// confirmed end, all at the rates that the node was asked for at, and each is paid by whom it
/// belongs to.
final class SegmentsTileEachNodesLife implements Promise {
  private final TreeMap<NodeId, Long> meter = new TreeMap<>();

  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.NodeAccepted accepted -> {
        check(!meter.containsKey(accepted.node()), "claimed twice: ", accepted);
        meter.put(accepted.node(), accepted.from());
      }
      case Event.SegmentClosed closed -> closed(closed, history);
      case Event.NodeGone gone -> {
        Long to = meter.remove(gone.node());
        check(to == null || to == gone.at(), gone, " but the meter stands at ", to);
      }
      default -> {} // the meter moves with these only
    }
  }

  private void closed(Event.SegmentClosed closed, History history) {
    History.Node node = history.nodes.get(closed.node());
    Long from = meter.put(closed.node(), closed.to());
    check(from != null && from == closed.from(), closed, " but the meter stands at ", from);
    check(closed.to() > closed.from(), "empty: ", closed);
    check(closed.rates().equals(node.requested.rates()), "other rates: ", closed);
    check(closed.cluster().equals(node.requested.cluster()), "another cluster: ", closed);
    check(closed.virtual() == node.requested.virtual(), "virtual or not: ", closed);
    JobId payer =
        switch (closed.kind()) {
          case BOOT -> node.requested.askedFor();
          case RUN -> history.attempts.get(node.task.attempt()).ordered.job();
          case IDLE, LEAVE -> JobId.NONE;
        };
    check(closed.payer().equals(payer), closed, " should be paid by ", payer);
    boolean fits =
        switch (closed.kind()) {
          case BOOT -> !node.ready;
          case RUN -> !node.task.equals(TaskId.NONE);
          case IDLE -> node.ready && !node.leaving && node.task.equals(TaskId.NONE);
          case LEAVE -> node.leaving && node.task.equals(TaskId.NONE);
        };
    check(fits, "not what the node did: ", closed);
  }
}
