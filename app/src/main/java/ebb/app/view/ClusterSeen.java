package ebb.app.view;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.money.Charges;
import ebb.kernel.money.OpenStretches;
import ebb.kernel.placement.ClusterLoad;
import ebb.kernel.protocol.Scope;

/// A cluster with how many nodes and jobs it has, and what its nodes have cost.
///
/// @param closed what is metered to its end
/// @param open what its nodes do now
public record ClusterSeen(
    Scope workspace, Cluster cluster, Counts counts, Charges closed, OpenStretches open) {
  /// What its nodes have cost until a time.
  public Charges charges(long now) {
    return open.addedTo(closed, now);
  }

  /// How many of its nodes and jobs do what.
  ///
  /// @param coming asked for and on their way
  /// @param leaving let go and not yet gone, for whatever reason
  /// @param preempted of those: taken back by the backend
  /// @param unusable of those: could not be had, or broke
  /// @param queued jobs that wait for nodes
  /// @param assembling jobs whose nodes are on their way
  /// @param unended jobs that have not ended, running ones among them
  public record Counts(
      int coming,
      int idle,
      int running,
      int leaving,
      int preempted,
      int unusable,
      int existing,
      int queued,
      int assembling,
      int unended) {
    static Counts of(ClusterLoad load) {
      return new Counts(
          load.coming(),
          load.idle(),
          load.busy(),
          load.leaving(),
          load.preempted(),
          load.unusable(),
          load.existing(),
          load.queued(),
          load.assembling(),
          load.unended());
    }
  }
}
