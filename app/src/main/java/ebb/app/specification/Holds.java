package ebb.app.specification;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Which specifications are about to be named by a job, and which are about to be erased: none is
/// both.
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

  /// Waits for an erasure that is under way.
  synchronized Hold take(String hash) {
    boolean interrupted = false;
    while (closed.contains(hash)) {
      try {
        wait();
      } catch (InterruptedException later) {
        interrupted = true; // it takes as long as a look at a table
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
