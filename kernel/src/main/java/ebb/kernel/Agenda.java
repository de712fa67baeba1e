package ebb.kernel;

import ebb.kernel.collection.IdMap;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.QuotaKey;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which clusters have to be looked at, because something about them changed, and which were looked
/// at and wait on a key that they share with others. An optimisation: looking at every cluster
/// would find the same.
///
/// Clusters are looked at in the order of their first jobs, so that among those that wait on one
/// key (a quota, the host) the longest waiting of the highest priority comes first.
final class Agenda {
  /// A key that several clusters may wait on.
  record Key(String name, @Nullable QuotaKey quota) implements Comparable<Key> {
    static final Key HOST = new Key("host", null);
    static final Key LOCKS = new Key("locks", null);
    static final Key STORAGE = new Key("storage", null);

    /// Growth that was allowed may no longer be. Who relies on it (the head of a queue, which is
    /// passed over when it may not have the nodes that it waits for) is looked at again.
    static final Key GROWTH = new Key("growth", null);

    static Key of(QuotaKey quota) {
      return new Key("quota", quota);
    }

    @Override
    public int compareTo(Key other) {
      return quota != null && other.quota != null
          ? quota.compareTo(other.quota)
          : name.compareTo(other.name);
    }
  }

  /// Highest priority first, then longest waiting.
  private record Look(int priority, long sequence, ClusterId cluster) implements Comparable<Look> {
    @Override
    public int compareTo(Look other) {
      int byPriority = Integer.compare(other.priority, priority);
      int bySequence = Long.compare(sequence, other.sequence);
      return byPriority != 0
          ? byPriority
          : bySequence != 0 ? bySequence : cluster.compareTo(other.cluster);
    }
  }

  private final TreeSet<Look> due = new TreeSet<>();
  private final IdMap<ClusterId, Look> byCluster = new IdMap<>(ClusterId::new);
  private final TreeMap<Key, TreeSet<ClusterId>> waiting = new TreeMap<>();

  void look(ClusterId cluster, int headPriority, long headSequence) {
    Look before = byCluster.get(cluster);
    if (before != null) {
      if (before.priority() == headPriority && before.sequence() == headSequence) {
        return;
      }
      due.remove(before);
    }
    Look look = new Look(headPriority, headSequence, cluster);
    byCluster.put(cluster, look);
    due.add(look);
  }

  @Nullable
  ClusterId first() {
    return due.isEmpty() ? null : due.first().cluster();
  }

  /// The cluster was looked at and has nothing to do.
  void done(ClusterId cluster) {
    Look look = byCluster.remove(cluster);
    if (look != null) {
      due.remove(look);
    }
  }

  void waitOn(Key key, ClusterId cluster) {
    waiting.computeIfAbsent(key, _ -> new TreeSet<>()).add(cluster);
  }

  /// The clusters that waited on the key; they wait no longer.
  TreeSet<ClusterId> changed(Key key) {
    TreeSet<ClusterId> woken = waiting.remove(key);
    return woken == null ? new TreeSet<>() : woken;
  }

  void forget(ClusterId cluster) {
    done(cluster);
    waiting.values().forEach(clusters -> clusters.remove(cluster));
  }

  /// Everything that waits on a key shared with others.
  TreeMap<Key, TreeSet<ClusterId>> waiting() {
    return waiting;
  }
}
