package ebb.app.cli;

/// Says on a terminal that something goes on, when it takes longer than a second.
final class Progress {
  private static final long QUIET_MILLIS = 1_000;

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
    long waited = System.currentTimeMillis() - began;
    if (waited > QUIET_MILLIS && Terminal.isThere()) {
      shown = true;
      System.err.print("\r" + what + " " + waited / 1_000 + " s ");
    }
  }

  void end() {
    if (shown) {
      System.err.println();
    }
  }
}
