package ebb.app.loop;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One thread that waits for one answer of the loop.
final class Waiting<T> {
  private final Thread thread = Thread.currentThread();
  private volatile @Nullable Outcome<T> outcome;

  void give(Outcome<T> given) {
    outcome = given;
    LockSupport.unpark(thread);
  }

  /// The answer, or [Outcome.Unknown] when none came in time.
  Outcome<T> await(long nanos) {
    long deadline = System.nanoTime() + nanos;
    while (true) {
      Outcome<T> given = outcome;
      if (given != null) {
        return given;
      }
      long left = deadline - System.nanoTime();
      if (left <= 0 || Thread.interrupted()) {
        return new Outcome.Unknown<>();
      }
      LockSupport.parkNanos(this, left);
    }
  }
}
