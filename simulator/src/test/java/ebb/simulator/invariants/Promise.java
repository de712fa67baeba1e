package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import ebb.simulator.Witness;

/// Something that must always hold. A promise sees what became durable, what was told to the world
/// and to users, the state between steps, and what truly happened; it throws [Broken] the moment it
/// is not kept.
public interface Promise extends Witness {
  /// A durable event, before `history` knows it.
  default void event(Envelope envelope, Event event, History history) {}

  /// All events of one decision are known to `history`.
  default void decided(Envelope envelope, History history) {}

  /// The world is about to be told this.
  default void told(Backend.Instruction instruction, History history) {}

  /// Somebody was answered.
  default void answered(Answered answered, History history) {}

  /// A step is over; policy had nothing more to say.
  default void settled(State state, long now, History history) {}

  /// Like [#settled], at a few moments only, for what costs much to check. `rebuilt` is the same
  /// state built anew from the bytes of its facts.
  default void sampled(State state, State rebuilt, long now, History history) {}

  /// A journal that has lost its end knew this node: nobody does any more.
  default void forgotten(NodeId node) {}

  /// From now on nothing goes wrong.
  default void faultsHaveCeased() {}

  /// The faults have ceased, and time has run on for long enough.
  default void healed(Healed healed) {}

  default Broken broken(String seen) {
    return new Broken(getClass().getSimpleName(), seen);
  }

  default void check(boolean holds, Object... seen) {
    if (!holds) {
      StringBuilder text = new StringBuilder();
      for (Object each : seen) {
        text.append(each);
      }
      throw broken(text.toString());
    }
  }
}
