package ebb.simulator.invariants;

import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Verdict;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// What somebody was told is done is durable before they are told, and still there in the end.
final class AnsweredIsNeverLost implements Promise {
  private final TreeMap<String, Answered> accepted = new TreeMap<>();

  @Override
  public void answered(Answered answered, History history) {
    if (answered.verdict() instanceof Verdict.Accepted(List<Event> events) && !events.isEmpty()) {
      check(
          history.requests.contains(answered.requestId()),
          answered.wish(),
          " was answered and is not durable");
      accepted.put(answered.requestId(), answered);
    }
  }

  @Override
  public void healed(Healed healed) {
    TreeSet<String> there = new TreeSet<>();
    for (Batch batch : healed.journal()) {
      for (Envelope envelope : batch.envelopes()) {
        there.add(envelope.requestId());
      }
    }
    accepted.forEach(
        (id, answered) -> check(there.contains(id), answered.wish(), " was answered and lost"));
  }
}
