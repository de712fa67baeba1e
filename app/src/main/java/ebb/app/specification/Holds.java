package ebb.app.specification;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is about to be named by a job, as what it runs or what is said of it, and what is about to
/// be erased: nothing is both.
public final class Holds {
  private final Map<String, Integer> held = new HashMap<>();
  private final Set<String> closed = new HashSet<>();

  Holds() {}

  /// One job that is on its way. One whose outcome nobody knows is never let go of, as long as the
  /// server runs that may still take it.
  public final class Hold {
    private final String hash;

    private Hold(String hash) {
      this.hash = hash;
    }

    public String hash() {
      return hash;
    }

    /// Once only.
    public void release() {
      synchronized (Holds.this) {
        held.computeIfPresent(hash, (_, count) -> count == 1 ? null : count - 1);
      }
    }
  }

  /// Waits for an erasure that is under way: what is put before it is done would be erased with it.
  /// Null if it is not done by then.
  synchronized @Nullable Hold take(String hash, long patienceMillis) {
    long until = System.nanoTime() + patienceMillis * 1_000_000;
    boolean interrupted = false;
    while (closed.contains(hash)) {
      long left = (until - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return null;
      }
      try {
        wait(left);
      } catch (InterruptedException later) {
        interrupted = true; // it takes as long as a commit
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    held.merge(hash, 1, Integer::sum);
    return new Hold(hash);
  }

  /// Nobody takes it until it is opened again; false if somebody has it.
  synchronized boolean close(String hash) {
    return !held.containsKey(hash) && closed.add(hash);
  }

  synchronized void open(String hash) {
    closed.remove(hash);
    notifyAll();
  }
}
