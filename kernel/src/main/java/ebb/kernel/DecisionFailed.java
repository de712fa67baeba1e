package ebb.kernel;

import ebb.kernel.protocol.Thing;

/// A bug met while deciding about one thing. The thing is put in quarantine; everything else goes
/// on.
public final class DecisionFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Thing thing;

  DecisionFailed(Thing thing, RuntimeException cause) {
    super("deciding about " + thing, cause);
    this.thing = thing;
  }

  public Thing thing() {
    return thing;
  }
}
