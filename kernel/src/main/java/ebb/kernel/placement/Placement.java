package ebb.kernel.placement;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Settings;
import java.util.ArrayList;
import java.util.List;

/// One look at a cluster: what it should do next, or why a job waits. Both answers come from the
/// same judgement, so that a reason can never differ from the rule.
///
/// The order of things: jobs that have a claim and find their nodes there start first; then lost
/// nodes of claims are replaced; then the queue is walked in order. A job that a policy blocks
/// (quota, lock, host) is passed over and waits on what blocks it; the first for which the nodes
/// that exist would do, or that only lacks nodes, is the head, and whatever is behind it may go
/// first only if that leaves the head alone. A claim once made is kept until its deadline, unless
/// the cluster's maximum is lowered below it.
public final class Placement {
  /// Whether the cluster's number of nodes may change now.
  public interface Scaling {
    /// What stands in the way of so many more nodes: locks, quota, the host, back-off. Null if
    /// nothing does.
    @Nullable
    Rejection growthRefusal(int nodes);

    /// What stands in the way of letting nodes go: locks. Null if nothing does.
    @Nullable
    Rejection shrinkRefusal();
  }

  /// How people know jobs.
  public interface Names {
    String job(JobId id);

    String job(AttemptId id);
  }

  private final Cluster cluster;
  private final ClusterLoad load;
  private final Scaling scaling;
  private final Settings settings;
  private final long now;
  private @Nullable Shadow claimShadow;
  private @Nullable Shadow headShadow;

  public Placement(
      Cluster cluster, ClusterLoad load, Scaling scaling, Settings settings, long now) {
    this.cluster = cluster;
    this.load = load;
    this.scaling = scaling;
    this.settings = settings;
    this.now = now;
  }

  private sealed interface Judgement {}

  private record Go(Move move) implements Judgement {}

  /// A policy stands in the way.
  private record Blocked(Rejection reason) implements Judgement {}

  /// There are not enough nodes, and this is the first job of which that is true.
  private record Head(Shadow shadow) implements Judgement {}

  /// The head comes first, whether or not there are enough nodes.
  private record Behind(Shadow shadow) implements Judgement {}

  /// The next move, or null if there is nothing to do until something changes.
  public @Nullable Move next() {
    Move move = shrinkToMax();
    if (move == null) {
      move = startClaimed();
    }
    if (move == null) {
      move = giveBack();
    }
    if (move == null) {
      move = replaceLost();
    }
    if (move == null) {
      move = fromQueue();
    }
    return move == null ? growToMin() : move;
  }

  /// The node to let go because there are more than the maximum, or null.
  public @Nullable Move shrinkToMax() {
    if (load.staying() <= cluster.spec().max() || scaling.shrinkRefusal() != null) {
      return null;
    }
    NodeId node = load.longestIdle();
    if (node == null) {
      node = load.lastComing();
    }
    return node == null ? null : new Move.ShrinkToMax(node);
  }

  private @Nullable Move startClaimed() {
    if (load.idle() == 0) {
      return null;
    }
    int considered = 0;
    for (QueueEntry entry : load.assemblingInOrder()) {
      if (considered++ == settings.backfillCandidates()) {
        return null;
      }
      boolean first = considered == 1;
      if (load.idle() >= entry.nodes() && (first || claimShadow().spares(entry, now))) {
        return start(entry);
      }
    }
    return null;
  }

  private Move start(QueueEntry entry) {
    return new Move.Start(entry.job(), load.mostRecentlyIdled(entry.nodes()));
  }

  /// A claim that has lost nodes and for which there is no room below the maximum, which was
  /// lowered.
  private @Nullable Move giveBack() {
    return load.unclaimed() < 0 && load.claimed() + load.busy() > cluster.spec().max()
        ? new Move.GiveBack(load.lastAssembling().job())
        : null;
  }

  private @Nullable Move replaceLost() {
    int lost = -load.unclaimed();
    if (lost <= 0 || lost > roomBelowMax() || scaling.growthRefusal(lost) != null) {
      return null;
    }
    return new Move.Replace(load.assemblingInOrder().iterator().next().job(), lost);
  }

  private @Nullable Move fromQueue() {
    if (load.idle() == 0 && load.unclaimed() <= 0 && roomBelowMax() == 0) {
      return null;
    }
    int considered = 0;
    for (QueueEntry entry : load.queue().heads()) {
      if (considered++ == settings.backfillCandidates()) {
        return null;
      }
      if (judge(entry) instanceof Go(Move move)) {
        return move;
      }
    }
    return null;
  }

  private @Nullable Move growToMin() {
    int missing = Math.min(cluster.spec().min() - load.staying(), roomBelowMax());
    if (missing <= 0) {
      return null;
    }
    if (scaling.growthRefusal(missing) == null) {
      return new Move.GrowToMin(missing);
    }
    return missing > 1 && scaling.growthRefusal(1) == null ? new Move.GrowToMin(1) : null;
  }

  private int roomBelowMax() {
    return Math.max(0, cluster.spec().max() - load.existing());
  }

  /// How many nodes more may be asked for that no claim is short of.
  private int room() {
    return Math.max(0, roomBelowMax() + Math.min(0, load.unclaimed()));
  }

  private Judgement judge(QueueEntry entry) {
    int asked = entry.nodes();
    int max = cluster.spec().max();
    if (asked > max) {
      return new Blocked(new Rejection.NodesExceedMax(cluster.name(), max, asked));
    }
    if (mayUseIdle(entry)) {
      return new Go(start(entry));
    }
    int unclaimed = Math.max(0, load.unclaimed());
    int room = room();
    if (asked > unclaimed + room) {
      return waitForNodes(entry, room);
    }
    if (headShadow != null && !headShadow.spares(entry, now + settings.bootMillis())) {
      return new Behind(headShadow);
    }
    int missing = Math.max(0, asked - unclaimed);
    Rejection refusal = missing == 0 ? null : scaling.growthRefusal(missing);
    if (refusal == null) {
      return new Go(new Move.Claim(entry.job(), missing));
    }
    if (headShadow == null && asked <= load.staying()) {
      headShadow = Shadow.ofFullCluster(load, entry, 0, now);
    }
    return new Blocked(refusal);
  }

  /// A job that could not start even if all nodes that exist were free, because a policy forbids
  /// the others, is not the head: it would hold up everybody for nothing.
  private Judgement waitForNodes(QueueEntry entry, int room) {
    int beyond = entry.nodes() - load.existing();
    Rejection refusal = beyond > 0 ? scaling.growthRefusal(beyond) : null;
    if (refusal != null) {
      return new Blocked(refusal);
    }
    if (headShadow == null) {
      headShadow = Shadow.ofFullCluster(load, entry, room, now);
    } else if (!headShadow.head().equals(entry)) {
      return new Behind(headShadow);
    }
    return new Head(headShadow);
  }

  /// Idle nodes may be used at once if nobody who was first is delayed: neither a job with a claim
  /// nor the head.
  private boolean mayUseIdle(QueueEntry entry) {
    if (load.idle() < entry.nodes()) {
      return false;
    }
    if (headShadow != null && !headShadow.spares(entry, now)) {
      return false;
    }
    return sparesClaims(entry);
  }

  private boolean sparesClaims(QueueEntry entry) {
    if (load.claimed() == 0) {
      return true;
    }
    return entry.nodes() <= load.unclaimed()
        ? claimShadow().spares(entry, now)
        : claimShadow().endsBefore(entry, now);
  }

  private Shadow claimShadow() {
    if (claimShadow == null) {
      QueueEntry first = load.assemblingInOrder().iterator().next();
      claimShadow = Shadow.ofClaim(load, first, now);
    }
    return claimShadow;
  }

  /// Why this queued job waits, asked now.
  public Rejection whyQueued(QueueEntry entry, Names names) {
    int considered = 0;
    for (QueueEntry head : load.queue().heads()) {
      if (head.compareTo(entry) >= 0 || considered == settings.backfillCandidates()) {
        break;
      }
      considered++;
      judge(head);
    }
    return switch (judge(entry)) {
      case Blocked(Rejection reason) -> reason;
      case Head(Shadow shadow) -> whyNotNow(entry, shadow, names);
      case Behind(Shadow shadow) -> whyNotNow(entry, shadow, names);
      case Go _ ->
          considered < settings.backfillCandidates()
              ? new Rejection.NotWaiting("next in line", 0)
              : new Rejection.TooMany(
                  "kinds of jobs ahead of it that one look at the queue considers",
                  settings.backfillCandidates());
    };
  }

  /// What is true of the job itself, whoever comes first: only where enough nodes are there, or may
  /// be asked for, is it its time limit that makes it wait for the head.
  private Rejection whyNotNow(QueueEntry entry, Shadow head, Names names) {
    if (load.idle() >= entry.nodes()) {
      return delays(entry, now, names);
    }
    int missing = Math.max(0, entry.nodes() - Math.max(0, load.unclaimed()));
    if (missing > room()) {
      boolean isHead = head.head().equals(entry);
      return new Rejection.ClusterFull(
          cluster.spec().max(),
          load.busy() + load.claimed() + load.leaving(),
          load.outOfSight(),
          entry.nodes(),
          isHead ? "" : names.job(head.head().job()),
          head.expectedAt(),
          holders(names));
    }
    Rejection refusal = missing == 0 ? null : scaling.growthRefusal(missing);
    return refusal == null ? delays(entry, now + settings.bootMillis(), names) : refusal;
  }

  /// A job that could run from `start` on, but for whoever comes before it.
  private Rejection delays(QueueEntry entry, long start, Names names) {
    List<Shadow> before = new ArrayList<>();
    if (headShadow != null
        && !headShadow.head().equals(entry)
        && !headShadow.spares(entry, start)) {
      before.add(headShadow);
    }
    if (start == now && !sparesClaims(entry)) {
      before.add(claimShadow());
    }
    if (before.isEmpty()) {
      return new Rejection.NotWaiting("next in line", 0);
    }
    Shadow first = before.getFirst();
    return new Rejection.WouldDelayHead(
        names.job(first.head().job()),
        first.expectedAt(),
        before.stream().mapToLong(shadow -> shadow.longest(start)).min().orElse(0));
  }

  /// Who has the nodes: those that must end soonest first, then those that have a claim.
  private List<Rejection.Holder> holders(Names names) {
    List<Rejection.Holder> holders = new ArrayList<>();
    for (ClusterLoad.End end : load.endsSoonestFirst()) {
      if (holders.size() == Rejection.Holder.MOST) {
        return holders;
      }
      holders.add(new Rejection.Holder(names.job(end.attempt()), end.nodes()));
    }
    for (QueueEntry claim : load.assemblingInOrder()) {
      if (holders.size() == Rejection.Holder.MOST) {
        return holders;
      }
      holders.add(new Rejection.Holder(names.job(claim.job()), claim.nodes()));
    }
    return holders;
  }

  /// Why this job, which has a claim, has not started.
  public Rejection whyAssembling(QueueEntry entry, long deadline) {
    int lost = -load.unclaimed();
    Rejection refusal = lost > 0 ? scaling.growthRefusal(lost) : null;
    if (refusal != null) {
      return refusal;
    }
    return new Rejection.NodesComing(Math.min(load.idle(), entry.nodes()), entry.nodes(), deadline);
  }

  /// Whether an idle node is needed, so that it is kept when its idle time is over: by a claim, or
  /// by the head of the queue, if that should find all its nodes before one that is let go now
  /// could be there again.
  public boolean needsIdle() {
    if (load.claimed() > 0 && load.unclaimed() <= 0) {
      return true;
    }
    int considered = 0;
    for (QueueEntry entry : load.queue().heads()) {
      if (considered++ == settings.backfillCandidates() || judge(entry) instanceof Go) {
        return false;
      }
      if (headShadow != null) {
        return headShadow.extra() == 0 && headShadow.at() - now <= settings.bootMillis();
      }
    }
    return false;
  }
}
