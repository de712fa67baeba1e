package ebb.kernel.cluster;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.VmSize;
import ebb.kernel.protocol.WorkspaceId;

/// A named set of equal nodes that grows and shrinks between min and max.
///
/// @param size as the catalogue had it when the cluster was created
/// @param rates what its next nodes will cost; [Rates#NONE] marks it unpriced
/// @param growthFailures how often in a row the backend failed to give a node
/// @param growthNotBefore when the backend is asked again after a failure; 0: at any time
public record Cluster(
    ClusterId id,
    WorkspaceId workspace,
    String name,
    ClusterSpec spec,
    VmSize size,
    Rates rates,
    boolean deleting,
    int growthFailures,
    long growthNotBefore,
    long createdAt,
    long changedAt) {

  /// The cluster as it was created at this time.
  public static Cluster of(Event.ClusterCreated created, long at) {
    return new Cluster(
        created.id(),
        created.workspace(),
        created.name(),
        created.spec(),
        created.size(),
        created.rates(),
        false,
        0,
        0,
        at,
        at);
  }

  public Cluster with(ClusterSpec next, long at) {
    return changed(next, rates, deleting, growthFailures, growthNotBefore, at);
  }

  public Cluster with(Rates next) {
    return changed(spec, next, deleting, growthFailures, growthNotBefore, changedAt);
  }

  public Cluster asDeleting(long at) {
    return changed(spec, rates, true, growthFailures, growthNotBefore, at);
  }

  public Cluster withGrowth(int failures, long notBefore) {
    return changed(spec, rates, deleting, failures, notBefore, changedAt);
  }

  /// The cluster with all that can change in its life.
  private Cluster changed(
      ClusterSpec nextSpec,
      Rates nextRates,
      boolean isDeleting,
      int failures,
      long notBefore,
      long at) {
    return new Cluster(
        id,
        workspace,
        name,
        nextSpec,
        size,
        nextRates,
        isDeleting,
        failures,
        notBefore,
        createdAt,
        at);
  }
}
