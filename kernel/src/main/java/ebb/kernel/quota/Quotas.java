package ebb.kernel.quota;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// vCPU limits as they were set, and the vCPUs of all nodes that exist, by key and by cluster.
///
/// Azure counts dedicated vCPUs per VM family and location, with a regional total beside it, and
/// low-priority vCPUs as one number across families.
public final class Quotas {
  private final TreeMap<QuotaKey, Integer> limits = new TreeMap<>();
  private final TreeMap<QuotaKey, TreeMap<ClusterId, Integer>> holders = new TreeMap<>();
  private final TreeMap<QuotaKey, Integer> used = new TreeMap<>();

  /// The keys that a node of this cluster counts against.
  public static List<QuotaKey> keys(Cluster cluster, Scope workspace) {
    String subscription = workspace.subscription().toLowerCase(Locale.ROOT);
    String location = cluster.spec().location().toLowerCase(Locale.ROOT);
    if (cluster.spec().priority() == Priority.LOW) {
      return List.of(new QuotaKey(QuotaKind.LOW_PRIORITY, subscription, location, ""));
    }
    String family = cluster.size().family().toLowerCase(Locale.ROOT);
    return List.of(
        new QuotaKey(QuotaKind.FAMILY, subscription, location, family),
        new QuotaKey(QuotaKind.REGIONAL_TOTAL, subscription, location, ""));
  }

  public void setLimit(QuotaKey key, int limit) {
    limits.put(key, limit);
  }

  public TreeMap<QuotaKey, Integer> limits() {
    return limits;
  }

  /// The limit in force: what was set, else the settings' number.
  public int limit(QuotaKey key, Settings settings) {
    Integer set = limits.get(key);
    if (set != null) {
      return set;
    }
    return switch (key.kind()) {
      case FAMILY -> settings.familyQuota();
      case REGIONAL_TOTAL -> settings.regionalQuota();
      case LOW_PRIORITY -> settings.lowPriorityQuota();
    };
  }

  public int used(QuotaKey key) {
    return used.getOrDefault(key, 0);
  }

  /// Whether `nodes` more nodes of this cluster fit; null if they do.
  public @Nullable Rejection refusal(
      Cluster cluster, List<QuotaKey> keys, int nodes, Settings settings, HolderNames names) {
    int asked = Math.multiplyExact(nodes, cluster.size().vcpus());
    for (QuotaKey key : keys) {
      int limit = limit(key, settings);
      if ((long) used(key) + asked > limit) {
        return new Rejection.QuotaExceeded(key, limit, used(key), asked, holdersOf(key, names));
      }
    }
    return null;
  }

  /// How people know a cluster.
  public interface HolderNames {
    String name(ClusterId cluster);
  }

  private List<Rejection.Holder> holdersOf(QuotaKey key, HolderNames names) {
    TreeMap<ClusterId, Integer> byCluster = holders.get(key);
    if (byCluster == null) {
      return List.of();
    }
    List<Rejection.Holder> result = new ArrayList<>();
    byCluster.forEach((id, vcpus) -> result.add(new Rejection.Holder(names.name(id), vcpus)));
    result.sort((a, b) -> Long.compare(b.amount(), a.amount()));
    return result;
  }

  /// A node of the cluster came to be (+1) or is gone (-1).
  public void count(Cluster cluster, List<QuotaKey> keys, int nodes) {
    int vcpus = nodes * cluster.size().vcpus();
    for (QuotaKey key : keys) {
      used.merge(key, vcpus, Quotas::sumOrNothing);
      holders
          .computeIfAbsent(key, _ -> new TreeMap<>())
          .merge(cluster.id(), vcpus, Quotas::sumOrNothing);
    }
  }

  private static @Nullable Integer sumOrNothing(Integer a, Integer b) {
    return a + b == 0 ? null : a + b;
  }

  /// What is derived, for comparison with a recount.
  public Object derived() {
    holders.values().removeIf(TreeMap::isEmpty);
    return List.of(used, holders);
  }
}
