package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.collection.IdMap;
import ebb.kernel.collection.SortedBlocks;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.placement.ClusterLoad;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Thing;
import java.util.List;
import java.util.TreeSet;

/// What is due when. Every phase has one deadline; this index is derived from the phases.
///
/// Deadlines of nodes and attempts, and of jobs that wait for nodes on their way, are apart from
/// the others: they wait until a backend has answered after a start.
final class Deadlines {
  static final long NEVER = Long.MAX_VALUE;

  /// Soonest first.
  record Due(long at, Thing thing) implements Comparable<Due> {
    /// By time, and within a millisecond by kind.
    long rank() {
      return Math.min(at, NEVER / Thing.Kind.MOST - 1) * Thing.Kind.MOST + thing.kind().place();
    }

    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : thing.compareTo(other.thing);
    }
  }

  private final SortedBlocks<Due> answeredByBackend = soonestFirst();
  private final SortedBlocks<Due> others = soonestFirst();
  private final TreeSet<Thing> quarantined = new TreeSet<>();

  private static SortedBlocks<Due> soonestFirst() {
    return new SortedBlocks<>(Due::rank, due -> due.thing().id());
  }

  void cluster(
      @Nullable Cluster before,
      @Nullable Cluster after,
      ClusterLoad load,
      IdMap<NodeId, Node> nodes) {
    long was = before == null || before.growthNotBefore() == 0 ? NEVER : before.growthNotBefore();
    long is = after == null || after.growthNotBefore() == 0 ? NEVER : after.growthNotBefore();
    if (was != is) {
      Cluster either = after == null ? before : after;
      if (either != null) {
        move(others, new Thing(Thing.Kind.CLUSTER, either.id().value()), was, is);
      }
    }
    if (before != null
        && after != null
        && before.spec().idleMillis() != after.spec().idleMillis()) {
      for (NodeId id : load.nodes()) {
        Node node = nodes.get(id);
        if (node != null) {
          Thing thing = new Thing(Thing.Kind.NODE, id.value());
          move(answeredByBackend, thing, of(node, before), of(node, after));
        }
      }
    }
  }

  void node(@Nullable Node before, @Nullable Node after, Cluster cluster) {
    long was = before == null ? NEVER : of(before, cluster);
    long is = after == null ? NEVER : of(after, cluster);
    Node either = after == null ? before : after;
    if (was != is && either != null) {
      move(answeredByBackend, new Thing(Thing.Kind.NODE, either.id().value()), was, is);
    }
  }

  /// When something must happen to the node. A node out of sight is due when the bound on that has
  /// passed, whatever else it does, unless it leaves already.
  static long of(Node node, Cluster cluster) {
    long byPhase =
        switch (node.phase()) {
          case Node.Requested requested -> requested.deadline();
          case Node.Preparing preparing -> preparing.deadline();
          case Node.Idle idle ->
              Math.max(idle.keptUntil(), idle.at() + cluster.spec().idleMillis());
          case Node.Running _ -> NEVER; // its attempt has the deadline
          case Node.Leaving leaving -> leaving.deadline();
        };
    return node.unreachableUntil() == 0 || node.isLeaving()
        ? byPhase
        : Math.min(byPhase, node.unreachableUntil());
  }

  void job(@Nullable Job before, @Nullable Job after) {
    long was = before == null ? NEVER : of(before);
    long is = after == null ? NEVER : of(after);
    Job either = after == null ? before : after;
    if (either != null && (was != is || isAnswered(before) != isAnswered(after))) {
      Thing thing = new Thing(Thing.Kind.JOB, either.id().value());
      move(setOf(before), thing, was, NEVER);
      move(setOf(after), thing, NEVER, is);
    }
  }

  private SortedBlocks<Due> setOf(@Nullable Job job) {
    return isAnswered(job) ? answeredByBackend : others;
  }

  /// Whether a backend may have news of what it waits for.
  private static boolean isAnswered(@Nullable Job job) {
    return job != null && job.phase() instanceof Job.Assembling;
  }

  static long of(Job job) {
    return switch (job.phase()) {
      case Job.Queued queued -> queued.deadline();
      case Job.BackingOff backingOff -> backingOff.until();
      case Job.Assembling assembling -> assembling.deadline();
      case Job.Active _ -> NEVER; // its attempt has the deadline
      case Job.Local local -> local.deadline();
      case Job.Ended _ -> NEVER; // history takes it
    };
  }

  void attempt(@Nullable Attempt before, @Nullable Attempt after) {
    long was = before == null ? NEVER : before.phase().deadline();
    long is = after == null ? NEVER : after.phase().deadline();
    Attempt either = after == null ? before : after;
    if (was != is && either != null) {
      move(answeredByBackend, new Thing(Thing.Kind.ATTEMPT, either.id().value()), was, is);
    }
  }

  private void move(SortedBlocks<Due> set, Thing thing, long was, long is) {
    if (was != NEVER) {
      set.remove(new Due(was, thing));
    }
    if (is != NEVER && !quarantined.contains(thing)) {
      set.add(new Due(is, thing));
    }
  }

  /// What is due at `now`, or null. While the backend has not answered, only what it need not
  /// answer for.
  @Nullable
  Thing due(long now, boolean backendAnswered) {
    Due due = first(backendAnswered);
    return due == null || due.at() > now ? null : due.thing();
  }

  /// When something will be due, or [#NEVER].
  long next(boolean backendAnswered) {
    Due due = first(backendAnswered);
    return due == null ? NEVER : due.at();
  }

  /// What is due before then, soonest first, of what a backend need not answer for.
  List<Thing> dueBefore(long then) {
    return others.stream().takeWhile(due -> due.at() < then).map(Due::thing).toList();
  }

  private @Nullable Due first(boolean backendAnswered) {
    Due other = others.isEmpty() ? null : others.first();
    if (!backendAnswered || answeredByBackend.isEmpty()) {
      return other;
    }
    Due answered = answeredByBackend.first();
    return other == null || answered.compareTo(other) < 0 ? answered : other;
  }

  /// From now on the thing is never due, whatever happens to it.
  void quarantine(Thing thing) {
    quarantined.add(thing);
    answeredByBackend.removeIf(due -> due.thing().equals(thing));
    others.removeIf(due -> due.thing().equals(thing));
  }

  /// The thing may be due again; whoever calls this puts its deadline back.
  void endQuarantine(Thing thing) {
    quarantined.remove(thing);
  }

  Object contents() {
    return List.of(List.copyOf(answeredByBackend), List.copyOf(others));
  }
}
