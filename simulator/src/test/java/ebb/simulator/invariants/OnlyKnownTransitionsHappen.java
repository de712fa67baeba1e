package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.Transitions;
import ebb.kernel.engine.Batch;
import java.util.TreeSet;

/// No event ever meets a phase in which no test of the kernel has tried it.
final class OnlyKnownTransitionsHappen implements Promise {
  private static final TreeSet<String> KNOWN = Transitions.known();

  @Override
  public void healed(Healed healed) {
    Transitions transitions = new Transitions();
    State replayed = new State();
    for (Batch batch : healed.journal()) {
      batch.envelopes().forEach(envelope -> transitions.make(replayed, envelope));
    }
    TreeSet<String> unknown = transitions.seen();
    unknown.removeAll(KNOWN);
    check(unknown.isEmpty(), unknown);
  }
}
