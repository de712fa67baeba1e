package ebb.app.cli;

/// How long to wait before what has failed is tried again: the longer, the longer it has failed.
final class Patience {
  private static final long LEAST_MILLIS = 1_000;

  /// Asking once a minute costs nothing, and who comes back after hours is not missed for long.
  private static final long MOST_MILLIS = 60_000;

  /// Who comes back is asked after a tenth more of the time that it was away.
  private static final long PART = 10;

  private long failingSince;

  /// It has failed; answers how long to wait now.
  long pauseMillis() {
    long now = System.nanoTime() / 1_000_000;
    failingSince = failingSince == 0 ? now : failingSince;
    return Math.clamp((now - failingSince) / PART, LEAST_MILLIS, MOST_MILLIS);
  }

  void hasSucceeded() {
    failingSince = 0;
  }
}
