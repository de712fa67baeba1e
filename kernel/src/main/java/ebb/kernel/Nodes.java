package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.job.Attempt;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Verdict;
import java.util.ArrayList;
import java.util.List;

/// Decisions about nodes: what a backend reports of them, and letting them go.
final class Nodes {
  private Nodes() {}

  private static Verdict notExpected(State state, Command.Report report, NodeId id) {
    Node node = state.nodes.get(id);
    String phase = node == null ? "unknown node" : Why.phase(node);
    return Verdict.refused(new Rejection.NotExpected(report.getClass().getSimpleName(), phase));
  }

  static Verdict accepted(State state, Order order, Command.NodeAccepted report) {
    Node node = state.nodes.get(report.node());
    if (node == null || node.ack() != 0 || !(node.isComing() || node.isLeaving())) {
      return notExpected(state, report, report.node());
    }
    long from = Segments.seen(report.observed(), node.phase().at(), order.at());
    return Verdict.accepted(acceptance(state, node, report.ack(), from, order.at()));
  }

  /// From the backend's claim on, the node costs; also if it is already being let go.
  private static Event acceptance(State state, Node node, long ack, long from, long now) {
    return new Event.NodeAccepted(node.id(), ack, from, now + state.settings.bootMillis());
  }

  static Verdict ready(State state, Order order, Command.NodeReady report) {
    Node node = state.nodes.get(report.node());
    if (node == null || !node.isComing()) {
      return notExpected(state, report, report.node());
    }
    List<Event> events = new ArrayList<>();
    long at = Segments.seen(report.observed(), node.phase().at(), order.at());
    if (node.ack() == 0) { // nobody said when it was claimed: not before it was asked for
      long from = node.phase().at();
      events.add(acceptance(state, node, report.ack(), from, order.at()));
      Segments.close(state, node.meteredFrom(from), at, events);
    } else {
      Segments.close(state, node, at, events);
    }
    events.add(new Event.NodeReady(node.id(), report.ack(), at));
    return new Verdict.Accepted(events);
  }

  static Verdict failed(State state, Order order, Command.NodeFailed report) {
    Node node = state.nodes.get(report.node());
    if (node == null || node.isLeaving()) {
      return notExpected(state, report, report.node());
    }
    long at = Segments.seen(report.observed(), node.phase().at(), order.at());
    List<Event> events = new ArrayList<>();
    lose(state, node, ReleaseCause.UNUSABLE, report.detail(), at, order.at(), events);
    return new Verdict.Accepted(events);
  }

  static Verdict preempted(State state, Order order, Command.NodePreempted report) {
    Node node = state.nodes.get(report.node());
    if (node == null || node.isLeaving()) {
      return notExpected(state, report, report.node());
    }
    long at = Segments.seen(report.observed(), node.phase().at(), order.at());
    List<Event> events = new ArrayList<>();
    lose(state, node, ReleaseCause.PREEMPTED, "taken back", at, order.at(), events);
    return new Verdict.Accepted(events);
  }

  /// The node goes, wanted or not: what it runs is stopped, and a node that never came slows growth
  /// down.
  static void lose(
      State state,
      Node node,
      ReleaseCause cause,
      String detail,
      long at,
      long now,
      List<Event> events) {
    if (node.isComing()) {
      growthFailed(state, node, detail, now, events);
    }
    release(state, node, cause, detail, at, now, events);
    Attempt attempt = state.attempts.get(node.task().attempt());
    if (attempt != null && !attempt.isStopping()) {
      EndCause end = cause == ReleaseCause.PREEMPTED ? EndCause.PREEMPTED : EndCause.INFRASTRUCTURE;
      events.add(Jobs.stopping(state, attempt, end, 0, "its node is lost: " + detail, now));
    }
  }

  /// Nodes that fail while the cluster backs off already, as those of one gang do together, make
  /// the wait no longer.
  private static void growthFailed(
      State state, Node node, String detail, long now, List<Event> events) {
    Cluster cluster = state.clusterOf(node);
    boolean waits = cluster.growthNotBefore() > now;
    int failures = cluster.growthFailures() + (waits ? 0 : 1);
    long retryAt = waits ? cluster.growthNotBefore() : now + Jobs.backOff(state, failures);
    events.add(new Event.GrowthFailed(node.id(), cluster.id(), detail, failures, retryAt));
  }

  /// Lets the node go. Its open segment ends unless a task still runs: the run goes on until that
  /// has ended.
  static void release(
      State state,
      Node node,
      ReleaseCause cause,
      String detail,
      long at,
      long now,
      List<Event> events) {
    if (node.task().equals(TaskId.NONE)) {
      Segments.close(state, node, at, events);
    }
    long deadline = now + state.settings.leaveMillis();
    events.add(new Event.NodeReleased(node.id(), cause, detail, at, deadline));
  }

  static Verdict unreachable(State state, Order order, Command.NodeUnreachable report) {
    Node node = state.nodes.get(report.node());
    if (node == null || node.isLeaving() || node.isComing()) {
      return notExpected(state, report, report.node());
    }
    return node.unreachableUntil() != 0
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(
            new Event.NodeUnreachable(node.id(), order.at() + state.settings.unreachableMillis()));
  }

  static Verdict reachable(State state, Command.NodeReachable report) {
    Node node = state.nodes.get(report.node());
    return node == null || node.unreachableUntil() == 0
        ? notExpected(state, report, report.node())
        : Verdict.accepted(new Event.NodeReachable(node.id()));
  }

  /// The only way a node ends: the backend says that it is not there.
  static Verdict gone(State state, Order order, Command.NodeGone report) {
    if (state.strayNodes.contains(report.node())) {
      return Verdict.accepted(new Event.StrayNodeGone(report.node()));
    }
    Node node = state.nodes.get(report.node());
    if (node == null) {
      return notExpected(state, report, report.node());
    }
    long from = Math.max(node.phase().at(), node.meterFrom());
    long at = Segments.seen(report.observed(), from, order.at());
    List<Event> events = new ArrayList<>();
    if (node.isComing()) {
      growthFailed(state, node, "it disappeared", order.at(), events);
    }
    Attempt attempt = state.attempts.get(node.task().attempt());
    if (attempt != null) {
      TaskReport lost = new TaskReport(TaskEnd.LOST, 0, 0, 0, "its node is gone");
      Tasks.end(state, attempt, node, lost, at, order.at(), events);
    } else {
      Segments.close(state, node, at, events);
    }
    events.add(new Event.NodeGone(node.id(), at));
    return new Verdict.Accepted(events);
  }
}
