package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Thing;

/// Who says why something waits: the kernel, or for the tests of the tests one with a bug.
public interface Reasons {
  Rejection why(State state, Thing thing, long now);
}
