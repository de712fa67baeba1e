package ebb.simulator.invariants;

import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import java.util.TreeMap;

/// A node that the backend has claimed is on the meter until it is truly gone: its last segment
/// does not end before its true end, and the first of one that came up does not begin after its
/// true claim.
///
/// Held against the world's own clock, so only where the clocks agree.
final class ChargedUntilConfirmedGone implements Promise {
  private final boolean clocksAgree;
  private final TreeMap<NodeId, Long> trueStart = new TreeMap<>();
  private final TreeMap<NodeId, Long> trueEnd = new TreeMap<>();
  private final TreeMap<NodeId, Long> chargedTo = new TreeMap<>();
  private final TreeMap<NodeId, Long> chargedFrom = new TreeMap<>();

  ChargedUntilConfirmedGone(boolean clocksAgree) {
    this.clocksAgree = clocksAgree;
  }

  @Override
  public void nodeClaimed(NodeId node, long at) {
    trueStart.put(node, at);
  }

  @Override
  public void nodeGone(NodeId node, long at) {
    trueEnd.put(node, at);
  }

  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.NodeAccepted accepted -> chargedFrom.put(accepted.node(), accepted.from());
      case Event.NodeReady ready -> ready(ready.node());
      case Event.SegmentClosed closed -> chargedTo.put(closed.node(), closed.to());
      case Event.NodeGone gone -> gone(gone);
      default -> {} // the meter moves with these only
    }
  }

  private void ready(NodeId node) {
    Long start = trueStart.get(node);
    Long from = chargedFrom.get(node);
    check(
        !clocksAgree || start == null || (from != null && from <= start),
        "node ",
        node,
        " was charged from ",
        from,
        " and existed from ",
        start);
  }

  private void gone(Event.NodeGone gone) {
    Long end = trueEnd.get(gone.node());
    Long from = chargedFrom.get(gone.node());
    if (end == null || from == null || !clocksAgree) {
      return;
    }
    long to = chargedTo.getOrDefault(gone.node(), from);
    check(to >= end, "node ", gone.node(), " was charged to ", to, " and existed to ", end);
  }
}
