package ebb.simulator.faults;

import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Thing;
import java.util.List;

/// A hand between the engine and the world, for the tests of the tests: what it changes on the way
/// is what a faulty kernel would have done.
interface Tampering {
  Tampering NONE = new Tampering() {};

  /// What is appended in place of this batch.
  default Batch appended(Batch batch) {
    return batch;
  }

  /// Whether the batch is kept at all; one that is not is answered all the same.
  default boolean kept(Batch batch) {
    return true;
  }

  /// What the world is told in place of this.
  default List<Backend.Instruction> told(Backend.Instruction instruction) {
    return List.of(instruction);
  }

  /// What somebody is told who asks why the thing waits.
  default Rejection why(State state, Thing thing, long now) {
    return Kernel.why(state, thing, now);
  }
}
