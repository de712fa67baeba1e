package ebb.kernel;

import ebb.kernel.money.Stretch;
import ebb.kernel.node.Node;
import ebb.kernel.placement.ClusterLoad;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Thing;
import ebb.kernel.protocol.Verdict;
import java.util.Collections;
import java.util.SortedMap;

/// The kernel's three functions. Pure but for `apply`, which changes the state it is given and
/// nothing else.
public final class Kernel {
  private Kernel() {}

  /// How many jobs before another in a queue are counted.
  public static final int PLACES_COUNTED = ClusterLoad.PLACES_COUNTED;

  /// What the engine knows at a moment and the state does not: the time, and how far history has
  /// come.
  public record Moment(long now, long historyReached) {}

  /// What a command makes true, or what stands in its way. Reads, changes nothing.
  public static Verdict decide(State state, Order order) {
    return switch (order.command()) {
      case Command.Wish wish -> {
        Rejection refusal = refusal(state, order.actor(), wish);
        yield refusal == null ? decideWish(state, order, wish) : Verdict.refused(refusal);
      }
      case Command.Report report -> decideReport(state, order, report);
    };
  }

  private static @Nullable Rejection refusal(State state, Actor actor, Command.Wish wish) {
    Rejection refusal = state.access.refusal(actor, action(wish), scope(wish));
    if (refusal != null) {
      return refusal;
    }
    return state.safeMode && !stopsOrReleases(state, wish) ? new Rejection.SafeMode() : null;
  }

  /// Whether it is done in safe mode too. What keeps nodes that cost, a lock or a minimum, can be
  /// taken away.
  private static boolean stopsOrReleases(State state, Command.Wish wish) {
    return switch (wish) {
      case Command.CancelJob _, Command.DeleteJob _, Command.DeleteCluster _ -> true;
      case Command.DeleteWorkspace _, Command.DeleteGroup _, Command.DeleteLock _ -> true;
      case Command.ScaleCluster scale -> Clusters.onlyReleases(state, scale);
      case Command.PutCluster put -> Clusters.onlyReleases(state, put);
      case Command.EndQuarantine _, Command.ChangeSettings _ -> true;
      case Command.ReportLocalStart _, Command.ReportLocalSending _, Command.ReportLocalEnd _ ->
          true;
      default -> false; // everything else may start something
    };
  }

  /// What permission a wish needs.
  public static Action action(Command.Wish wish) {
    return switch (wish) {
      case Command.DeleteGroup _, Command.DeleteWorkspace _, Command.DeleteCluster _ ->
          Action.DELETE;
      case Command.PutGroup _,
          Command.PutWorkspace _,
          Command.PutCluster _,
          Command.ScaleCluster _,
          Command.SubmitJob _,
          Command.CancelJob _,
          Command.DeleteJob _,
          Command.DescribeJob _ ->
          Action.WRITE;
      // What has happened is told whatever is locked, by whoever submitted the job.
      case Command.ReportLocalStart _, Command.ReportLocalSending _, Command.ReportLocalEnd _ ->
          Action.READ;
      case Command.PutLock _,
          Command.DeleteLock _,
          Command.AssignRole _,
          Command.RemoveRole _,
          Command.ChangeSettings _,
          Command.ChangeSizes _,
          Command.ChangePrices _,
          Command.SetQuota _,
          Command.EndQuarantine _ ->
          Action.GOVERN;
    };
  }

  /// Where a wish needs it.
  public static Scope scope(Command.Wish wish) {
    return switch (wish) {
      case Command.PutGroup put -> put.group();
      case Command.DeleteGroup delete -> delete.group();
      case Command.PutWorkspace put -> put.workspace();
      case Command.DeleteWorkspace delete -> delete.workspace();
      case Command.PutLock put -> put.lock().scope();
      case Command.DeleteLock delete -> delete.scope();
      case Command.AssignRole assign -> assign.assignment().scope();
      case Command.RemoveRole remove -> remove.assignment().scope();
      case Command.ChangeSettings _, Command.ChangeSizes _, Command.ChangePrices _ -> Scope.ALL;
      case Command.EndQuarantine _ -> Scope.ALL;
      case Command.SetQuota set -> new Scope(set.key().subscription(), "", "", "");
      case Command.PutCluster put -> put.workspace().cluster(put.name());
      case Command.ScaleCluster scale -> scale.workspace().cluster(scale.name());
      case Command.DeleteCluster delete -> delete.workspace().cluster(delete.name());
      case Command.SubmitJob submit -> submit.workspace();
      case Command.CancelJob cancel -> cancel.workspace();
      case Command.DeleteJob delete -> delete.workspace();
      case Command.DescribeJob describe -> describe.workspace();
      case Command.ReportLocalStart report -> report.workspace();
      case Command.ReportLocalSending report -> report.workspace();
      case Command.ReportLocalEnd report -> report.workspace();
    };
  }

  private static Verdict decideWish(State state, Order order, Command.Wish wish) {
    return switch (wish) {
      case Command.SubmitJob submit -> Jobs.submit(state, order, submit);
      case Command.CancelJob cancel -> Jobs.cancel(state, order, cancel);
      case Command.DeleteJob delete -> Jobs.delete(state, delete);
      case Command.DescribeJob describe -> Jobs.describe(state, describe);
      case Command.ReportLocalStart report -> LocalJobs.started(state, order, report);
      case Command.ReportLocalSending report -> LocalJobs.sending(state, order, report);
      case Command.ReportLocalEnd report -> LocalJobs.ended(state, order, report);
      case Command.PutCluster put -> Clusters.put(state, order, put);
      case Command.ScaleCluster scale -> Clusters.scale(state, scale);
      case Command.DeleteCluster delete -> Clusters.delete(state, delete);
      case Command.PutGroup put -> Scopes.putGroup(state, put);
      case Command.DeleteGroup delete -> Scopes.deleteGroup(state, delete);
      case Command.PutWorkspace put -> Scopes.putWorkspace(state, put);
      case Command.DeleteWorkspace delete -> Scopes.deleteWorkspace(state, delete);
      case Command.PutLock put -> Scopes.putLock(state, put);
      case Command.DeleteLock delete -> Scopes.deleteLock(state, delete);
      case Command.AssignRole assign -> Scopes.assignRole(state, assign);
      case Command.RemoveRole remove -> Scopes.removeRole(state, remove);
      case Command.ChangeSettings change -> Governance.changeSettings(state, change);
      case Command.ChangeSizes change -> Governance.changeSizes(state, change);
      case Command.ChangePrices change -> Governance.changePrices(state, change);
      case Command.SetQuota set -> Governance.setQuota(state, set);
      case Command.EndQuarantine end -> Governance.endQuarantine(state, end);
    };
  }

  private static Verdict decideReport(State state, Order order, Command.Report report) {
    return switch (report) {
      case Command.TaskStarted started -> Tasks.started(state, order, started);
      case Command.TaskExited exited -> Tasks.exited(state, order, exited);
      case Command.NodeAccepted accepted -> Nodes.accepted(state, order, accepted);
      case Command.NodeReady ready -> Nodes.ready(state, order, ready);
      case Command.NodeFailed failed -> Nodes.failed(state, order, failed);
      case Command.NodePreempted preempted -> Nodes.preempted(state, order, preempted);
      case Command.NodeUnreachable unreachable -> Nodes.unreachable(state, order, unreachable);
      case Command.NodeReachable reachable -> Nodes.reachable(state, reachable);
      case Command.NodeGone gone -> Nodes.gone(state, order, gone);
      case Command.BackendListed listed -> Sweep.listed(state, listed);
      case Command.StartServer start -> Governance.start(state, order, start);
      case Command.ClockJumped jumped -> Governance.jumped(state, order, jumped);
      case Command.HostFound found -> Governance.hostFound(state, found);
      case Command.StorageMeasured measured -> Governance.storageMeasured(state, measured);
      case Command.QuarantineThing quarantine -> Governance.quarantine(state, quarantine);
    };
  }

  /// One decision of policy that nobody asked for, or null if there is none at this moment.
  ///
  /// @throws DecisionFailed if deciding about one thing failed; the thing should be quarantined
  public static @Nullable Envelope next(State state, Moment moment) {
    return Policy.next(state, moment);
  }

  /// Makes the events of one decision true, in order.
  public static void apply(State state, Envelope envelope) {
    state.now = Math.max(state.now, envelope.at());
    for (Event event : envelope.events()) {
      state.sequence++;
      Apply.event(state, event, envelope.at());
    }
  }

  /// What a node's meter counts now, for whoever shows what is spent; null while nothing is
  /// charged.
  public static @Nullable Stretch openStretch(State state, Node node) {
    return Segments.open(state, node);
  }

  /// What a bug was met about, with the incident: left as it is until somebody ends that.
  public static SortedMap<Thing, String> quarantine(State state) {
    return Collections.unmodifiableSortedMap(state.quarantine);
  }

  /// Why something waits, is kept, or does what it does: the rejection that the guards return when
  /// asked now.
  public static Rejection why(State state, Thing thing, long now) {
    return Why.of(state, thing, now);
  }

  /// The place in its cluster's queue, from 1, of a job that waits in it, whatever it waits for; 0
  /// of any other. More than [#PLACES_COUNTED] says that it is there or further back.
  public static int place(State state, JobId job) {
    return Why.place(state, job);
  }
}
