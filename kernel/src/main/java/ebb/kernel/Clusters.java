package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.VmSize;

/// Decisions about clusters: what somebody wants them to be. Growing and shrinking is [Policy]'s.
final class Clusters {
  /// Leaves a number of a cluster as it is, or asks for the default idle time.
  private static final int UNCHANGED = -1;

  private Clusters() {}

  static Verdict put(State state, Order order, Command.PutCluster put) {
    Workspace workspace = state.workspace(put.workspace());
    if (workspace == null || workspace.deleting()) {
      return Verdict.refused(noWorkspace(workspace, put.workspace()));
    }
    ClusterSpec spec = withDefaults(state, put.spec());
    Cluster existing = state.cluster(workspace.id(), put.name());
    if (existing != null) {
      return change(state, existing, spec);
    }
    Rejection refusal = Rules.clusterName(put.name());
    if (refusal == null) {
      refusal = Rules.cluster(spec);
    }
    if (refusal == null) {
      refusal = Locations.refusal(state.prices, spec.location());
    }
    if (refusal == null && spec.isolation() == Isolation.NONE) {
      refusal = withoutIsolation(state, order, put.workspace().cluster(put.name()));
    }
    return refusal != null
        ? Verdict.refused(refusal)
        : create(state, state.ids(), workspace, put.name(), spec);
  }

  /// Tasks that nothing keeps apart may do what the machine's user may: that needs an owner's word.
  private static @Nullable Rejection withoutIsolation(State state, Order order, Scope cluster) {
    return state.access.refusal(order.actor(), Action.GOVERN, cluster);
  }

  private static ClusterSpec withDefaults(State state, ClusterSpec spec) {
    ClusterSpec located = spec.at(Locations.canonical(spec.location()));
    return spec.idleMillis() == UNCHANGED
        ? located.scaledTo(spec.min(), spec.max(), state.settings.defaultIdleMillis())
        : located;
  }

  static Verdict create(
      State state, NewIds ids, Workspace workspace, String name, ClusterSpec spec) {
    VmSize size = state.size(spec.size());
    if (size == null) {
      return Verdict.refused(new Rejection.UnknownSize(spec.size()));
    }
    if (state.names.clusters(workspace.id()).size() >= state.settings.clusters()) {
      return Verdict.refused(
          new Rejection.LimitReached("clusters in the workspace", state.settings.clusters()));
    }
    Rejection isolation = Guards.isolation(state.host, spec);
    if (isolation != null) {
      return Verdict.refused(isolation);
    }
    ClusterId id = new ClusterId(ids.next());
    Rates rates = state.prices.rates(spec.size(), spec.location(), spec.priority());
    Event.ClusterCreated created =
        new Event.ClusterCreated(id, workspace.id(), name, spec, size, rates);
    Cluster wanted = Cluster.of(created, state.now);
    Rejection quota = Guards.minWithinQuota(state, wanted, State.quotaKeys(wanted, workspace));
    return quota != null ? Verdict.refused(quota) : Verdict.accepted(created);
  }

  private static Verdict change(State state, Cluster cluster, ClusterSpec spec) {
    if (cluster.deleting()) {
      return Verdict.refused(new Rejection.BeingDeleted("cluster", cluster.name()));
    }
    ClusterSpec now = cluster.spec();
    Rejection refusal = immutable("VM size", now.size(), spec.size());
    if (refusal == null) {
      refusal = immutable("priority", now.priority().name(), spec.priority().name());
    }
    if (refusal == null) {
      refusal = immutable("location", Locations.canonical(now.location()), spec.location());
    }
    if (refusal == null && now.internodeCommunication() != spec.internodeCommunication()) {
      refusal =
          new Rejection.Immutable(
              "inter-node communication",
              String.valueOf(now.internodeCommunication()),
              String.valueOf(spec.internodeCommunication()));
    }
    if (refusal == null) {
      refusal = immutable("isolation", now.isolation().name(), spec.isolation().name());
    }
    if (refusal == null) {
      refusal = immutable("network", now.network() ? "on" : "none", spec.network() ? "on" : "none");
    }
    return refusal != null
        ? Verdict.refused(refusal)
        : changeNumbers(state, cluster, inSpellingOf(now, spec));
  }

  /// What never changes keeps the spelling it was given first.
  private static ClusterSpec inSpellingOf(ClusterSpec now, ClusterSpec spec) {
    return new ClusterSpec(
        now.size(),
        now.priority(),
        spec.min(),
        spec.max(),
        spec.idleMillis(),
        now.location(),
        now.internodeCommunication(),
        spec.tags(),
        now.isolation(),
        now.network());
  }

  private static @Nullable Rejection immutable(String field, String now, String asked) {
    return now.equalsIgnoreCase(asked) ? null : new Rejection.Immutable(field, now, asked);
  }

  private static Verdict changeNumbers(State state, Cluster cluster, ClusterSpec spec) {
    if (cluster.spec().equals(spec)) {
      return Verdict.NOTHING_NEW;
    }
    Rejection refusal = Rules.cluster(spec);
    if (refusal == null && spec.min() > cluster.spec().min()) {
      refusal =
          Guards.minWithinQuota(state, cluster.with(spec, state.now), state.quotaKeys(cluster));
    }
    return refusal != null
        ? Verdict.refused(refusal)
        : Verdict.accepted(new Event.ClusterChanged(cluster.id(), spec));
  }

  static Verdict scale(State state, Command.ScaleCluster scale) {
    Workspace workspace = state.workspace(scale.workspace());
    if (workspace == null || workspace.deleting()) {
      return Verdict.refused(noWorkspace(workspace, scale.workspace()));
    }
    Cluster cluster = state.cluster(workspace.id(), scale.name());
    if (cluster == null) {
      return Verdict.refused(new Rejection.NotFound("cluster", scale.name()));
    }
    if (cluster.deleting()) {
      return Verdict.refused(new Rejection.BeingDeleted("cluster", cluster.name()));
    }
    return changeNumbers(state, cluster, scaled(cluster.spec(), scale));
  }

  private static ClusterSpec scaled(ClusterSpec spec, Command.ScaleCluster scale) {
    return spec.scaledTo(
        scale.min() == UNCHANGED ? spec.min() : scale.min(),
        scale.max() == UNCHANGED ? spec.max() : scale.max(),
        scale.idleMillis() == UNCHANGED ? spec.idleMillis() : scale.idleMillis());
  }

  /// Whether all that the wish can do is let nodes go.
  static boolean onlyReleases(State state, Command.ScaleCluster scale) {
    Cluster cluster = find(state, scale.workspace(), scale.name());
    return cluster == null || raisesNothing(cluster.spec(), scaled(cluster.spec(), scale));
  }

  /// The same of one that says all of a cluster, and would make it where it is not there.
  static boolean onlyReleases(State state, Command.PutCluster put) {
    Cluster cluster = find(state, put.workspace(), put.name());
    return cluster != null && raisesNothing(cluster.spec(), withDefaults(state, put.spec()));
  }

  private static boolean raisesNothing(ClusterSpec now, ClusterSpec spec) {
    return spec.min() <= now.min()
        && spec.max() <= now.max()
        && spec.idleMillis() <= now.idleMillis();
  }

  private static @Nullable Cluster find(State state, Scope workspace, String name) {
    Workspace within = state.workspace(workspace);
    return within == null ? null : state.cluster(within.id(), name);
  }

  static Verdict delete(State state, Command.DeleteCluster delete) {
    Cluster cluster = find(state, delete.workspace(), delete.name());
    if (cluster == null) {
      return Verdict.refused(new Rejection.NotFound("cluster", delete.name()));
    }
    return cluster.deleting()
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.ClusterDeleting(cluster.id()));
  }

  /// Why nothing can be made in a workspace that is not there, or not for long.
  static Rejection noWorkspace(@Nullable Workspace workspace, Scope scope) {
    return workspace == null
        ? new Rejection.NotFound("workspace", scope.workspace())
        : new Rejection.BeingDeleted("workspace", scope.workspace());
  }
}
