package ebb.simulator.invariants;

import ebb.kernel.Insides;
import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.protocol.Envelope;

/// When policy has nothing more to say, looking at every cluster again finds nothing either.
final class AgendaForgetsNothing implements Promise {
  @Override
  public void sampled(State state, State rebuilt, long now, History history) {
    Envelope unsaid = Insides.unsaid(rebuilt, new Kernel.Moment(now, 0));
    check(unsaid == null, "not looked at: ", unsaid);
  }
}
