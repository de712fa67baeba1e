package ebb.simulator.invariants;

/// A promise that was broken, with what was seen.
public final class Broken extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String promise;

  Broken(String promise, String seen) {
    super(promise + ": " + seen);
    this.promise = promise;
  }

  public String promise() {
    return promise;
  }
}
