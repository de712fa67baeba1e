package ebb.kernel.placement;

import ebb.kernel.collection.SortedBlocks;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.ReleaseCause;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What is known of one cluster: its nodes by what they do, its jobs by what they wait for.
/// Derived: kept by the changes of nodes, jobs and attempts alone, and rebuilt from them.
public final class ClusterLoad {
  /// A node with a time: since when it is idle, or by when it should be there.
  record TimedNode(long at, NodeId node) {}

  /// When an attempt gives back how many nodes, at the latest.
  record End(long at, AttemptId attempt, int nodes) {}

  /// Jobs before another in the queue are counted up to here, for that costs in proportion to them.
  public static final int PLACES_COUNTED = 10_000;

  private final SortedBlocks<TimedNode> idle =
      new SortedBlocks<>(node -> -node.at(), node -> -node.node().value());
  private final SortedBlocks<TimedNode> coming =
      new SortedBlocks<>(TimedNode::at, node -> node.node().value());
  private final SortedBlocks<NodeId> nodes = new SortedBlocks<>(NodeId::value);
  private final SortedBlocks<End> ends = new SortedBlocks<>(End::at, end -> end.attempt().value());
  private final SortedBlocks<QueueEntry> assembling = new SortedBlocks<>(QueueEntry::rank);
  private final SortedBlocks<JobId> backingOff = new SortedBlocks<>(JobId::value);
  private final SortedBlocks<AttemptId> unstopped = new SortedBlocks<>(AttemptId::value);
  private final SortedBlocks<NodeId> outOfSight = new SortedBlocks<>(NodeId::value);
  private final JobQueue queue = new JobQueue();
  private int claimed;
  private int leaving;
  private int preempted;
  private int unusable;
  private int busy;
  private int unended;

  // Changes.

  public void node(@Nullable Node before, @Nullable Node after) {
    if (before != null
        && after != null
        && before.phase().equals(after.phase())
        && before.isFree() == after.isFree()) {
      return;
    }
    if (before != null) {
      forget(before);
    }
    if (after != null) {
      learn(after);
    }
    if (before == null && after != null) {
      nodes.add(after.id());
    } else if (before != null && after == null) {
      nodes.remove(before.id());
    }
  }

  private void forget(Node node) {
    switch (node.phase()) {
      case Node.Requested requested ->
          coming.remove(new TimedNode(requested.deadline(), node.id()));
      case Node.Preparing preparing ->
          coming.remove(new TimedNode(preparing.deadline(), node.id()));
      case Node.Idle free -> {
        if (node.isFree()) {
          idle.remove(new TimedNode(free.at(), node.id()));
        } else {
          outOfSight.remove(node.id());
        }
      }
      case Node.Running _ -> busy--;
      case Node.Leaving gone -> countLeaving(gone, -1);
    }
  }

  private void learn(Node node) {
    switch (node.phase()) {
      case Node.Requested requested -> coming.add(new TimedNode(requested.deadline(), node.id()));
      case Node.Preparing preparing -> coming.add(new TimedNode(preparing.deadline(), node.id()));
      case Node.Idle free -> {
        if (node.isFree()) {
          idle.add(new TimedNode(free.at(), node.id()));
        } else {
          outOfSight.add(node.id());
        }
      }
      case Node.Running _ -> busy++;
      case Node.Leaving going -> countLeaving(going, 1);
    }
  }

  private void countLeaving(Node.Leaving node, int sign) {
    leaving += sign;
    preempted += node.cause() == ReleaseCause.PREEMPTED ? sign : 0;
    unusable += node.cause() == ReleaseCause.UNUSABLE ? sign : 0;
  }

  public void job(@Nullable Job before, @Nullable Job after) {
    if (before != null) {
      switch (before.phase()) {
        case Job.Queued _ -> queue.remove(QueueEntry.of(before));
        case Job.Assembling _ -> {
          assembling.remove(QueueEntry.of(before));
          claimed -= before.spec().nodes();
        }
        case Job.BackingOff _ -> backingOff.remove(before.id());
        case Job.Active _, Job.Local _, Job.Ended _ -> {}
      }
      unended -= before.isEnded() ? 0 : 1;
    }
    if (after != null) {
      switch (after.phase()) {
        case Job.Queued _ -> queue.add(QueueEntry.of(after));
        case Job.Assembling _ -> {
          assembling.add(QueueEntry.of(after));
          claimed += after.spec().nodes();
        }
        case Job.BackingOff _ -> backingOff.add(after.id());
        case Job.Active _, Job.Local _, Job.Ended _ -> {}
      }
      unended += after.isEnded() ? 0 : 1;
    }
  }

  public void attempt(@Nullable Attempt before, @Nullable Attempt after) {
    if (before != null) {
      ends.remove(new End(before.expectedEnd(), before.id(), before.live()));
    }
    if (after != null && after.live() > 0) {
      ends.add(new End(after.expectedEnd(), after.id(), after.live()));
    }
    if (after != null && !after.isStopping()) {
      unstopped.add(after.id());
    } else if (before != null && !before.isStopping()) {
      unstopped.remove(before.id());
    }
  }

  // What is known.

  /// All nodes that exist, those that leave included: what max and the quota count.
  public int existing() {
    return nodes.size();
  }

  /// Nodes that are not leaving.
  public int staying() {
    return nodes.size() - leaving;
  }

  public int leaving() {
    return leaving;
  }

  /// Nodes that leave because the backend took them back.
  public int preempted() {
    return preempted;
  }

  /// Nodes that leave because they could not be had or broke.
  public int unusable() {
    return unusable;
  }

  public int busy() {
    return busy;
  }

  public int idle() {
    return idle.size();
  }

  /// Nodes without work on which none is placed, for their backend does not see them.
  int outOfSight() {
    return outOfSight.size();
  }

  public int coming() {
    return coming.size();
  }

  /// Nodes that jobs have a claim on.
  public int claimed() {
    return claimed;
  }

  public int queued() {
    return queue.size();
  }

  /// The place in the queue, from 1, of a job that is in it; that or one further back where
  /// [#PLACES_COUNTED] are before it.
  public int place(QueueEntry entry) {
    return queue.before(entry, PLACES_COUNTED) + 1;
  }

  public int assembling() {
    return assembling.size();
  }

  /// Nodes that are there or coming and that nobody has a claim on; negative when some were lost.
  int unclaimed() {
    return idle.size() + coming.size() - claimed;
  }

  /// Changes only when a node comes to be or is gone, not when one changes its phase, so that a
  /// walk over them may change phases.
  public SortedBlocks<NodeId> nodes() {
    return nodes;
  }

  /// How many jobs have not ended.
  public int unended() {
    return unended;
  }

  /// A job that waits: in the queue, for the nodes of its claim, or to be tried again; null if none
  /// does.
  public @Nullable JobId waiting() {
    QueueEntry head = head();
    if (head != null) {
      return head.job();
    }
    return backingOff.isEmpty() ? null : backingOff.first();
  }

  /// An attempt that nobody stops yet, or null.
  public @Nullable AttemptId unstopped() {
    return unstopped.isEmpty() ? null : unstopped.first();
  }

  /// A node without work, there or on its way, that has not been let go; null if there is none.
  public @Nullable NodeId workless() {
    NodeId there = longestIdle();
    if (there == null && !outOfSight.isEmpty()) {
      there = outOfSight.first();
    }
    return there == null ? lastComing() : there;
  }

  /// The node that was idle for the shortest time: the one to use.
  List<NodeId> mostRecentlyIdled(int count) {
    List<NodeId> chosen = new ArrayList<>(count);
    for (TimedNode node : idle) {
      if (chosen.size() == count) {
        break;
      }
      chosen.add(node.node());
    }
    return chosen;
  }

  /// The node that was idle for the longest time: the one to let go.
  public @Nullable NodeId longestIdle() {
    return idle.isEmpty() ? null : idle.last().node();
  }

  /// The one among the nodes on their way that is needed last.
  public @Nullable NodeId lastComing() {
    return coming.isEmpty() ? null : coming.last().node();
  }

  Iterable<TimedNode> comingSoonestFirst() {
    return coming;
  }

  Iterable<End> endsSoonestFirst() {
    return ends;
  }

  Iterable<QueueEntry> assemblingInOrder() {
    return assembling;
  }

  /// The job with a claim that is last in order; there must be one.
  QueueEntry lastAssembling() {
    return assembling.last();
  }

  JobQueue queue() {
    return queue;
  }

  /// The job that is first in order, whether it has a claim or not.
  public @Nullable QueueEntry head() {
    QueueEntry queued = queue.first();
    if (assembling.isEmpty()) {
      return queued;
    }
    QueueEntry first = assembling.first();
    return queued == null || first.compareTo(queued) < 0 ? first : queued;
  }

  /// Everything, for comparison with a recount.
  public Object contents() {
    TreeMap<String, Object> all = new TreeMap<>();
    all.put("idle", List.copyOf(idle));
    all.put("coming", List.copyOf(coming));
    all.put("nodes", List.copyOf(nodes));
    all.put("ends", List.copyOf(ends));
    all.put("assembling", List.copyOf(assembling));
    all.put("backing off", List.copyOf(backingOff));
    all.put("unstopped", List.copyOf(unstopped));
    all.put("out of sight", List.copyOf(outOfSight));
    all.put("queue", queue.contents());
    all.put("counts", List.of(claimed, leaving, preempted, unusable, busy, unended));
    return all;
  }
}
