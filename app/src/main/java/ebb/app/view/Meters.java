package ebb.app.view;

import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.money.OpenStretches;
import ebb.kernel.money.Stretch;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The open stretches of all nodes, by who pays. Of the engine's thread alone: readers get them
/// with the job or the cluster, so that what has just ended is never in both.
final class Meters {
  private record Metered(ClusterId cluster, Stretch stretch) {}

  private final Map<NodeId, Metered> nodes = new HashMap<>();
  private final Map<JobId, OpenStretches> jobs = new HashMap<>();
  private final Map<ClusterId, OpenStretches> clusters = new HashMap<>();

  OpenStretches of(JobId job) {
    return jobs.getOrDefault(job, OpenStretches.NONE);
  }

  OpenStretches of(ClusterId cluster) {
    return clusters.getOrDefault(cluster, OpenStretches.NONE);
  }

  /// A node has changed: adds who pays for something else now.
  void changed(State state, NodeId id, Set<JobId> payers, Set<ClusterId> owners) {
    Node node = state.node(id);
    Stretch stretch = node == null ? null : Kernel.openStretch(state, node);
    Metered now = node == null || stretch == null ? null : new Metered(node.cluster(), stretch);
    Metered before = now == null ? nodes.remove(id) : nodes.put(id, now);
    if (now == null ? before == null : now.equals(before)) {
      return;
    }
    if (before != null) {
      count(before, false, payers, owners);
    }
    if (now != null) {
      count(now, true, payers, owners);
    }
  }

  private void count(Metered metered, boolean begins, Set<JobId> payers, Set<ClusterId> owners) {
    Stretch stretch = metered.stretch();
    clusters.compute(metered.cluster(), (_, open) -> counted(open, stretch, begins));
    owners.add(metered.cluster());
    if (!stretch.payer().equals(JobId.NONE)) {
      jobs.compute(stretch.payer(), (_, open) -> counted(open, stretch, begins));
      payers.add(stretch.payer());
    }
  }

  private static @Nullable OpenStretches counted(
      @Nullable OpenStretches open, Stretch stretch, boolean begins) {
    OpenStretches before = open == null ? OpenStretches.NONE : open;
    OpenStretches after = begins ? before.plus(stretch) : before.minus(stretch);
    return after.isEmpty() ? null : after;
  }
}
