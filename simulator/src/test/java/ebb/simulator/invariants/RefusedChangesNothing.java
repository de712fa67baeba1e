package ebb.simulator.invariants;

import ebb.kernel.Kernel;
import ebb.kernel.Snapshots;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Verdict;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.TreeSet;

/// Deciding changes nothing, and of what was refused the journal holds the refusal alone.
final class RefusedChangesNothing implements Promise {
  private final TreeMap<String, Answered> answers = new TreeMap<>();
  private final TreeSet<String> changed = new TreeSet<>();

  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (!envelope.requestId().isEmpty() && !(event instanceof Event.CommandRefused)) {
      changed.add(envelope.requestId());
    }
  }

  @Override
  public void answered(Answered answered, History history) {
    if (answered.verdict() instanceof Verdict.Refused(Rejection rejection)) {
      check(
          !changed.contains(answered.requestId()),
          answered.wish(),
          " was refused with ",
          rejection,
          " and changed something");
      check(!(rejection instanceof Rejection.Broken), answered.wish(), " broke the kernel");
    }
    answers.put(answered.requestId(), answered);
  }

  @Override
  public void healed(Healed healed) {
    byte[] before = Snapshots.digest(healed.state());
    for (Answered answered : answers.values()) {
      Kernel.decide(
          healed.state(),
          new ebb.kernel.protocol.Order(
              healed.state().now(), new Actor("owner", "", ""), "again", answered.wish()));
    }
    check(Arrays.equals(before, Snapshots.digest(healed.state())), "deciding changed the state");
  }
}
