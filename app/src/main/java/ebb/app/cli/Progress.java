package ebb.app.cli;

/// Says on a terminal that something goes on, when it takes longer than a second.
final class Progress {
  private static final long QUIET_MILLIS = 1_000;

  /// Of a longer line that stood there before (EL of ECMA-48).
  private static final String CLEAR_REST = "\u001b[K";

  private final String what;
  private final long began = System.currentTimeMillis();
  private boolean shown;

  Progress(String what) {
    this.what = what;
  }

  /// Waits, and shows for how long it has.
  void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failed("Interrupted", what + " goes on; nobody waits for it any more.", 130);
    }
    show("");
  }

  /// Shows how long it has taken, and how far it is.
  void show(String howFar) {
    long taken = System.currentTimeMillis() - began;
    if (taken > QUIET_MILLIS && Terminal.isThere()) {
      shown = true;
      String far = howFar.isEmpty() ? "" : ", " + howFar;
      System.err.print("\r" + what + " " + taken / 1_000 + " s" + far + CLEAR_REST);
    }
  }

  void end() {
    if (shown) {
      System.err.println();
    }
  }
}
