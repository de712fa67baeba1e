package ebb.simulator.invariants;

import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;

/// After a start or a jump of the clock nothing that a backend answers for is ended by a deadline,
/// until the backend has answered or the stated bound has passed. Its answer ends what was said of
/// nodes out of sight before: whoever said so may not be there any more to say that one came back.
final class ObserveBeforeExpire implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    boolean answeredFor =
        event instanceof Event.NodeReleased
            || event instanceof Event.AttemptStopping
            || event instanceof Event.AttemptEnded
            || event instanceof Event.NodeKept
            || event instanceof Event.JobBackedOff;
    check(
        !(history.observing && envelope.cause().equals("deadline") && answeredFor),
        event,
        " at ",
        envelope.at(),
        ", observing until ",
        history.observeUntil);
    if (event instanceof Event.BackendObserved) {
      check(
          envelope.cause().equals("BackendListed") || envelope.at() >= history.observeUntil,
          "observed because of ",
          envelope.cause());
    }
  }

  @Override
  public void decided(Envelope envelope, History history) {
    if (envelope.cause().equals("BackendListed")
        && envelope.events().stream().anyMatch(Event.BackendObserved.class::isInstance)) {
      for (History.Node node : history.nodes.values()) {
        check(node.gone || !node.unreachable, node.requested, " stays out of sight");
      }
    }
  }
}
