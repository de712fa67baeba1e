package ebb.simulator.invariants;

import ebb.kernel.Kernel;
import ebb.kernel.Snapshots;
import ebb.kernel.State;
import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.Envelope;
import java.util.Arrays;

/// The journal, read from its bytes, gives the state that lived; and each event stands once, in an
/// unbroken sequence.
final class LiveEqualsReplay implements Promise {
  @Override
  public void healed(Healed healed) {
    State replayed = new State();
    long sequence = 0;
    for (Batch batch : healed.journal()) {
      check(batch.firstSequence() == sequence + 1, batch.firstSequence(), " after ", sequence);
      for (Envelope envelope : batch.envelopes()) {
        Kernel.apply(replayed, envelope);
      }
      sequence = batch.lastSequence();
      check(replayed.sequence() == sequence, replayed.sequence(), " is not ", sequence);
    }
    check(
        Arrays.equals(Snapshots.digest(replayed), Snapshots.digest(healed.state())),
        "another state");
  }
}
