package ebb.app.loop;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/// A thread beside the loop: says in the log when the loop hangs, with where it hangs, and what
/// else does not work as it should though the server goes on.
public final class Watch implements Runnable {
  private static final System.Logger LOG = System.getLogger(Watch.class.getName());

  /// A step is milliseconds; a disk under heavy load seconds. Beyond this something is wrong.
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final long EVERY_MILLIS = 1_000;

  private final EngineLoop loop;
  private final Supplier<List<String>> troubles;
  private List<String> told = List.of();
  private boolean hanging;

  public Watch(EngineLoop loop, Supplier<List<String>> troubles) {
    this.loop = loop;
    this.troubles = troubles;
  }

  @Override
  public void run() {
    try {
      while (true) {
        lookAtLoop();
        lookAtTroubles();
        Thread.sleep(EVERY_MILLIS);
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookAtLoop() {
    boolean now = loop.condition(PATIENCE) == EngineLoop.Condition.HANGING;
    if (now && !hanging) {
      StringBuilder where = new StringBuilder();
      for (StackTraceElement frame : loop.whereabouts()) {
        where.append("\n    at ").append(frame);
      }
      LOG.log(Level.WARNING, "the engine gave no sign of life for {0}; it is{1}", PATIENCE, where);
    } else if (hanging && !now) {
      LOG.log(Level.WARNING, "the engine goes on");
    }
    hanging = now;
  }

  private void lookAtTroubles() {
    List<String> now = troubles.get();
    for (String trouble : now) {
      if (!told.contains(trouble)) {
        LOG.log(Level.WARNING, trouble);
      }
    }
    told = now;
    loop.meter().troubles = now.size();
  }
}
