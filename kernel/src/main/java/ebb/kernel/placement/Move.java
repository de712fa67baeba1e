package ebb.kernel.placement;

import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import java.util.List;

/// One thing that a cluster should do next.
public sealed interface Move {
  /// Start the job on these nodes, now.
  record Start(JobId job, List<NodeId> nodes) implements Move {
    public Start {
      nodes = List.copyOf(nodes);
    }
  }

  /// Give the job a claim, and ask for the nodes that are missing.
  record Claim(JobId job, int missing) implements Move {}

  /// Ask for nodes in place of claimed ones that were lost.
  record Replace(JobId job, int missing) implements Move {}

  /// Take the claim from the job, which waits in the queue again: the cluster may not have as many
  /// nodes any more.
  record GiveBack(JobId job) implements Move {}

  /// Ask for nodes because the cluster has fewer than its minimum.
  record GrowToMin(int nodes) implements Move {}

  /// Let a node go because the cluster has more than its maximum.
  record ShrinkToMax(NodeId node) implements Move {}
}
