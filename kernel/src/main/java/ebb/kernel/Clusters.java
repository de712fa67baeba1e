package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Nullable;
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

  static Verdict put(State state, Command.PutCluster put) {
    Workspace workspace = state.workspace(put.workspace());
    if (workspace == null || workspace.deleting()) {
      return Verdict.refused(noWorkspace(workspace, put.workspace()));
    }
    ClusterSpec spec = withDefaults(state, put.spec());
    Cluster existing = state.cluster(workspace.id(), put.name());
    if (existing != null) {
      return change(state, existing, spec);
    }
    Rejection invalid = Rules.clusterName(put.name());
    if (invalid == null) {
      invalid = Rules.cluster(spec);
    }
    if (invalid != null) {
      return Verdict.refused(invalid);
    }
    VmSize size = state.size(spec.size());
    if (size == null) {
      return Verdict.refused(new Rejection.UnknownSize(spec.size()));
    }
    if (state.names.clusters(workspace.id()).size() >= state.settings.clusters()) {
      return Verdict.refused(
          new Rejection.TooMany("clusters in the workspace", state.settings.clusters()));
    }
    return create(state, workspace, put.name(), spec, size);
  }

  private static ClusterSpec withDefaults(State state, ClusterSpec spec) {
    return spec.idleMillis() == UNCHANGED
        ? spec.scaledTo(spec.min(), spec.max(), state.settings.defaultIdleMillis())
        : spec;
  }

  private static Verdict create(
      State state, Workspace workspace, String name, ClusterSpec spec, VmSize size) {
    ClusterId id = new ClusterId(state.ids().next());
    Rates rates = state.prices.rates(spec.size(), spec.location(), spec.priority());
    Cluster wanted =
        new Cluster(id, workspace.id(), name, spec, size, rates, false, 0, 0, state.now, state.now);
    Rejection quota = Guards.minWithinQuota(state, wanted, State.quotaKeys(wanted, workspace));
    return quota != null
        ? Verdict.refused(quota)
        : Verdict.accepted(new Event.ClusterCreated(id, workspace.id(), name, spec, size, rates));
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
      refusal = immutable("location", now.location(), spec.location());
    }
    if (refusal == null && now.internodeCommunication() != spec.internodeCommunication()) {
      refusal =
          new Rejection.Immutable(
              "inter-node communication",
              String.valueOf(now.internodeCommunication()),
              String.valueOf(spec.internodeCommunication()));
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
        spec.tags());
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
    ClusterSpec spec = cluster.spec();
    return changeNumbers(
        state,
        cluster,
        spec.scaledTo(
            scale.min() == UNCHANGED ? spec.min() : scale.min(),
            scale.max() == UNCHANGED ? spec.max() : scale.max(),
            scale.idleMillis() == UNCHANGED ? spec.idleMillis() : scale.idleMillis()));
  }

  static Verdict delete(State state, Command.DeleteCluster delete) {
    Workspace workspace = state.workspace(delete.workspace());
    Cluster cluster = workspace == null ? null : state.cluster(workspace.id(), delete.name());
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
