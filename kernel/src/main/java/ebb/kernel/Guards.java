package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.HostIsolation;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.quota.Quotas;

/// What may stand in the way of starting something, in the order in which rules win when they
/// collide: budget (to come), lock, quota, and then what the machine has. [Policy] asks them before
/// it acts and [Why] asks them again when somebody wants the reason.
final class Guards {
  private Guards() {}

  /// Whether the cluster may have so many more nodes now; null if it may. `names`: for people, who
  /// want to know who holds what is missing.
  static @Nullable Rejection growth(
      State state, Cluster cluster, int nodes, long now, Quotas.@Nullable HolderNames names) {
    Rejection lock = scaling(state, state.scopeOf(cluster));
    if (lock != null) {
      return lock;
    }
    Rejection start = start(state);
    if (start != null) {
      return start;
    }
    Rejection isolation = isolation(state.host, cluster.spec());
    if (isolation != null) {
      return isolation;
    }
    Rejection quota =
        state.quotas.refusal(
            state.quotaKeys(cluster),
            Math.multiplyExact(nodes, cluster.size().vcpus()),
            state.settings,
            names);
    if (quota != null) {
      return quota;
    }
    Rejection host = state.hostUsage.refusal(state.host, cluster.size(), nodes, names);
    if (host != null) {
      return host;
    }
    return cluster.growthNotBefore() > now
        ? new Rejection.GrowthBackingOff(cluster.growthFailures(), cluster.growthNotBefore())
        : null;
  }

  /// Whether the machine can keep tasks apart as asked, or may go without; null if so.
  static @Nullable Rejection isolation(Host host, ClusterSpec spec) {
    HostIsolation can = host.isolation();
    Isolation asked = spec.isolation();
    String missing =
        switch (asked) {
          case SANDBOX -> can.mayGoWithout() ? "" : can.sandboxMissing();
          case CONTAINER -> can.containerMissing();
          case NONE -> "";
        };
    if (!missing.isEmpty()) {
      return new Rejection.IsolationUnavailable(asked, missing);
    }
    if (can.given(asked) == Isolation.NONE) {
      // Nothing but a sandbox or a container closes a network: what was asked for is not weakened.
      return spec.network()
          ? null
          : new Rejection.NetworkStaysOpen(
              asked, asked == Isolation.NONE ? "" : can.sandboxMissing());
    }
    boolean isUnfiltered = spec.network() && !can.filterMissing().isEmpty();
    return isUnfiltered && !can.mayGoWithout()
        ? new Rejection.IsolationUnavailable(asked, can.filterMissing())
        : null;
  }

  /// Whether anything may be started at all.
  static @Nullable Rejection start(State state) {
    if (state.safeMode) {
      return new Rejection.SafeMode();
    }
    return state.storage.low() ? new Rejection.StorageLow(state.storage.markBytes()) : null;
  }

  static @Nullable Rejection scaling(State state, Scope scope) {
    Lock lock = state.access.scalingLock(scope);
    return lock == null ? null : new Rejection.Locked(lock, scope);
  }

  /// The key whose change makes it worth asking again; null if the cluster's own changes suffice.
  static Agenda.@Nullable Key keyOf(Rejection rejection) {
    return switch (rejection) {
      case Rejection.QuotaExceeded quota -> Agenda.Key.of(quota.key());
      case Rejection.HostFull _,
          Rejection.HostTooSmall _,
          Rejection.IsolationUnavailable _,
          Rejection.NetworkStaysOpen _ ->
          Agenda.Key.HOST;
      case Rejection.Locked _ -> Agenda.Key.LOCKS;
      case Rejection.StorageLow _ -> Agenda.Key.STORAGE;
      default -> null; // the kinds that only this cluster's own events end
    };
  }

  /// The quota that fixed nodes alone would exceed; null if none.
  static @Nullable Rejection minWithinQuota(State state, Cluster cluster, Iterable<QuotaKey> keys) {
    long asked = (long) cluster.spec().min() * cluster.size().vcpus();
    for (QuotaKey key : keys) {
      int limit = state.quotas.limit(key, state.settings);
      if (asked > limit) {
        return new Rejection.MinNodesExceedQuota(
            key, limit, state.quotas.used(key), (int) Math.min(asked, Integer.MAX_VALUE));
      }
    }
    return null;
  }
}
