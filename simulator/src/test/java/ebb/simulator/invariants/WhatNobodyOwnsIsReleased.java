package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import java.util.TreeMap;
import java.util.TreeSet;

/// Once the faults have ceased, a node that nobody owns is found when the backend is next asked
/// what there is; and what was found, a task too, is confirmed gone within the longest wait until
/// it is told again and the time that it takes to end.
final class WhatNobodyOwnsIsReleased implements Promise {
  /// For a message there and one back.
  private static final long TOLD_AND_HEARD = 1_000;

  /// The backend is asked once a minute.
  private static final long FOUND_WITHIN = 60_000 + TOLD_AND_HEARD;

  /// Told again after five minutes at the latest; nothing in these worlds takes longer than 400 s
  /// to end.
  private static final long GONE_WITHIN = 300_000 + 400_000 + TOLD_AND_HEARD;

  private final TreeSet<NodeId> forgotten = new TreeSet<>();
  private final TreeSet<NodeId> there = new TreeSet<>();
  private final TreeMap<String, Long> since = new TreeMap<>();
  private boolean faultsHaveCeased;

  @Override
  public void forgotten(NodeId node) {
    forgotten.add(node);
  }

  @Override
  public void nodeClaimed(NodeId node, long at) {
    if (forgotten.contains(node)) {
      there.add(node);
    }
  }

  @Override
  public void nodeGone(NodeId node, long at) {
    there.remove(node);
  }

  @Override
  public void faultsHaveCeased() {
    faultsHaveCeased = true;
  }

  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (event instanceof Event.StrayNodeGone gone) {
      check(!there.contains(gone.node()), gone.node(), " exists and is taken for gone");
    } else if (event instanceof Event.ClockJumped) {
      since.clear(); // the machine slept, and asked nobody
    }
  }

  @Override
  public void settled(State state, long now, History history) {
    if (!faultsHaveCeased) {
      return;
    }
    TreeMap<String, Long> due = new TreeMap<>();
    for (NodeId node : there) {
      if (!history.strayNodes.contains(node)) {
        due.put("not found: node " + node, FOUND_WITHIN);
      }
    }
    history.strayNodes.forEach(node -> due.put("not released: node " + node, GONE_WITHIN));
    history.strayTasks.forEach(task -> due.put("not released: task " + task, GONE_WITHIN));
    since.keySet().retainAll(due.keySet());
    due.forEach((what, within) -> {
      long began = since.computeIfAbsent(what, _ -> now);
      check(now - began <= within, what, " since ", began, " at ", now);
    });
  }
}
