package ebb.kernel.placement;

import ebb.kernel.collection.SortedBlocks;
import ebb.kernel.protocol.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// The waiting jobs of a cluster, in groups of equal demand: what is true of a group's first job
/// (it fits, it is blocked, it would delay the head) is true of all of it, so that a look at the
/// queue costs by groups, not by jobs. Within a group every account has a lane of its own.
final class JobQueue {
  private record Demand(int nodes, long limitMillis) implements Comparable<Demand> {
    @Override
    public int compareTo(Demand other) {
      int byNodes = Integer.compare(nodes, other.nodes);
      return byNodes != 0 ? byNodes : Long.compare(limitMillis, other.limitMillis);
    }
  }

  private static final class Group {
    final TreeMap<String, SortedBlocks<QueueEntry>> lanes = new TreeMap<>();
    final SortedBlocks<QueueEntry> laneHeads = new SortedBlocks<>(QueueEntry::rank);

    @Nullable
    QueueEntry head() {
      return laneHeads.isEmpty() ? null : laneHeads.first();
    }

    void add(QueueEntry entry) {
      SortedBlocks<QueueEntry> lane =
          lanes.computeIfAbsent(entry.account(), _ -> new SortedBlocks<>(QueueEntry::rank));
      QueueEntry before = lane.isEmpty() ? null : lane.first();
      lane.add(entry);
      replace(laneHeads, before, lane.first());
    }

    void remove(QueueEntry entry) {
      SortedBlocks<QueueEntry> lane = lanes.get(entry.account());
      if (lane == null) {
        return;
      }
      QueueEntry before = lane.first();
      lane.remove(entry);
      replace(laneHeads, before, lane.isEmpty() ? null : lane.first());
      if (lane.isEmpty()) {
        lanes.remove(entry.account());
      }
    }
  }

  private static void replace(
      SortedBlocks<QueueEntry> heads, @Nullable QueueEntry before, @Nullable QueueEntry after) {
    if (before != null && before.equals(after)) {
      return;
    }
    if (before != null) {
      heads.remove(before);
    }
    if (after != null) {
      heads.add(after);
    }
  }

  private final TreeMap<Demand, Group> groups = new TreeMap<>();
  private final SortedBlocks<QueueEntry> heads = new SortedBlocks<>(QueueEntry::rank);
  private int size;

  void add(QueueEntry entry) {
    Demand demand = new Demand(entry.nodes(), entry.limitMillis());
    Group group = groups.computeIfAbsent(demand, _ -> new Group());
    QueueEntry before = group.head();
    group.add(entry);
    replace(heads, before, group.head());
    size++;
  }

  void remove(QueueEntry entry) {
    Demand demand = new Demand(entry.nodes(), entry.limitMillis());
    Group group = groups.get(demand);
    if (group == null) {
      throw new IllegalStateException("not queued: " + entry);
    }
    QueueEntry before = group.head();
    group.remove(entry);
    replace(heads, before, group.head());
    if (group.lanes.isEmpty()) {
      groups.remove(demand);
    }
    size--;
  }

  /// The first job of each group, in the queue's order.
  Iterable<QueueEntry> heads() {
    return heads;
  }

  @Nullable
  QueueEntry first() {
    return heads.isEmpty() ? null : heads.first();
  }

  int size() {
    return size;
  }

  /// How many jobs are before this one, counted up to `most`.
  int before(QueueEntry entry, int most) {
    int count = 0;
    for (Group group : groups.values()) {
      for (SortedBlocks<QueueEntry> lane : group.lanes.values()) {
        count += lane.countBefore(entry);
        if (count >= most) {
          return most;
        }
      }
    }
    return count;
  }

  List<QueueEntry> contents() {
    List<QueueEntry> all = new ArrayList<>();
    groups.values().forEach(group -> group.lanes.values().forEach(all::addAll));
    all.sort(null);
    return all;
  }
}
