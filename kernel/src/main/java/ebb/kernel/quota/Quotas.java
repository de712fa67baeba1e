package ebb.kernel.quota;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// vCPU limits as they were set, and the vCPUs of all nodes that exist, by key and by cluster.
///
/// Azure counts dedicated vCPUs per VM family and location, with a regional total beside it, and
/// low-priority vCPUs as one number across families.
public final class Quotas {
  private final TreeMap<QuotaKey, Integer> limits = new TreeMap<>();
  private final TreeMap<QuotaKey, Use> uses = new TreeMap<>();

  /// How many vCPUs count against a key, and whose they are.
  private static final class Use {
    int vcpus;
    final TreeMap<ClusterId, Integer> byCluster = new TreeMap<>();
  }

  /// The keys that a node of this family counts against.
  public static List<QuotaKey> keys(
      Scope workspace, String location, Priority priority, String family) {
    String subscription = workspace.subscription();
    if (priority == Priority.LOW) {
      return List.of(new QuotaKey(QuotaKind.LOW_PRIORITY, subscription, location, ""));
    }
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
    Use use = uses.get(key);
    return use == null ? 0 : use.vcpus;
  }

  /// Whether `asked` more vCPUs fit; null if they do. Who holds the rest is said only to those who
  /// can name it: policy asks often and does not need it.
  public @Nullable Rejection refusal(
      List<QuotaKey> keys, int asked, Settings settings, @Nullable HolderNames names) {
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

  private List<Rejection.Holder> holdersOf(QuotaKey key, @Nullable HolderNames names) {
    Use use = uses.get(key);
    return use == null ? List.of() : largest(use.byCluster, names);
  }

  /// Those that hold most, by name; none if nobody can name them.
  static List<Rejection.Holder> largest(
      TreeMap<ClusterId, Integer> holders, @Nullable HolderNames names) {
    return names == null
        ? List.of()
        : holders.entrySet().stream()
            .sorted(Map.Entry.<ClusterId, Integer>comparingByValue().reversed())
            .limit(Rejection.Holder.MOST)
            .map(held -> new Rejection.Holder(names.name(held.getKey()), held.getValue()))
            .toList();
  }

  /// So many vCPUs of the cluster came to be, or (negative) are gone.
  public void count(ClusterId cluster, List<QuotaKey> keys, int vcpus) {
    for (QuotaKey key : keys) {
      Use use = uses.computeIfAbsent(key, _ -> new Use());
      use.vcpus += vcpus;
      use.byCluster.merge(cluster, vcpus, Quotas::sumOrNothing);
    }
  }

  private static @Nullable Integer sumOrNothing(Integer a, Integer b) {
    return a + b == 0 ? null : a + b;
  }

  /// What is derived, for comparison with a recount.
  public Object derived() {
    TreeMap<QuotaKey, Object> derived = new TreeMap<>();
    uses.forEach((key, use) -> {
      if (!use.byCluster.isEmpty()) {
        derived.put(key, List.of(use.vcpus, use.byCluster));
      }
    });
    return derived;
  }
}
