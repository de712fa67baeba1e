package ebb.simulator.invariants;

import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import java.util.TreeMap;

/// A node that the backend has claimed is on the meter until it is truly gone: its last segment
/// does not end before its true end, and its first does not begin after it was known to be there.
///
/// Held against the world's own clock, so only where the clocks agree.
final class ChargedUntilConfirmedGone implements Promise {
  private final boolean clocksAgree;
  private final TreeMap<NodeId, Long> trueEnd = new TreeMap<>();
  private final TreeMap<NodeId, Long> chargedTo = new TreeMap<>();
  private final TreeMap<NodeId, Long> chargedFrom = new TreeMap<>();

  ChargedUntilConfirmedGone(boolean clocksAgree) {
    this.clocksAgree = clocksAgree;
  }

  @Override
  public void nodeGone(NodeId node, long at) {
    trueEnd.put(node, at);
  }

  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.NodeAccepted accepted -> chargedFrom.put(accepted.node(), accepted.from());
      case Event.SegmentClosed closed -> chargedTo.put(closed.node(), closed.to());
      case Event.NodeGone gone -> gone(gone);
      default -> {} // the meter moves with these only
    }
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
