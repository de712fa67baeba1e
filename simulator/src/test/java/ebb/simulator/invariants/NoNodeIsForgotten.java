package ebb.simulator.invariants;

import ebb.kernel.Outstanding;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import java.util.TreeSet;

/// Whatever node truly exists, the kernel ordered it and knows it, from before its claim until
/// after its end, unless the journal itself was lost that knew it; and in the end none is left.
final class NoNodeIsForgotten implements Promise {
  private final TreeSet<NodeId> known = new TreeSet<>();
  private final TreeSet<NodeId> there = new TreeSet<>();
  private final TreeSet<NodeId> forgotten = new TreeSet<>();

  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (event instanceof Event.NodeRequested requested) {
      known.add(requested.node());
    } else if (event instanceof Event.NodeGone gone) {
      known.remove(gone.node());
      check(!there.contains(gone.node()), "node ", gone.node(), " exists and is taken for gone");
    }
  }

  @Override
  public void forgotten(NodeId node) {
    forgotten.add(node);
  }

  @Override
  public void nodeClaimed(NodeId node, long at) {
    there.add(node);
    check(
        known.contains(node) || forgotten.contains(node),
        "node ",
        node,
        " came to be and nobody knows it");
  }

  @Override
  public void nodeGone(NodeId node, long at) {
    there.remove(node);
  }

  @Override
  public void healed(Healed healed) {
    check(healed.world().nodes().isEmpty(), "left in the world: ", healed.world().nodes());
    check(!healed.state().allNodes().iterator().hasNext(), "the kernel still waits for a node");
    check(Outstanding.all(healed.state()).isEmpty(), Outstanding.all(healed.state()));
  }
}
