package ebb.agent.serve;

import ebb.agent.posix.ProcessStat;
import ebb.agent.posix.ProcessTable;
import ebb.agent.posix.Processes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Processes that belong to no task any more. While a running task may have made one it is left
/// alone; after that it is ended like a tree: SIGTERM, a while, SIGKILL.
final class Strays {
  /// Nobody said how long such a process may take; five seconds is what most supervisors give.
  private static final long GRACE_NANOS = 5_000_000_000L;

  private static final long LOOK_NANOS = 1_000_000_000L;

  private final ProcessTable processes;
  private final Map<ProcessStat, Long> killAt = new HashMap<>();
  private boolean some;
  private long lookAtNanos;

  Strays(ProcessTable processes) {
    this.processes = processes;
  }

  boolean areDue(long now) {
    return some && lookAtNanos - now <= 0;
  }

  void attend(List<Ownership.Stray> strays, long now) {
    some = !strays.isEmpty();
    lookAtNanos = now + LOOK_NANOS;
    Set<ProcessStat> seen = new HashSet<>();
    for (Ownership.Stray stray : strays) {
      if (!stray.kept()) {
        seen.add(stray.root());
        press(stray, now);
      }
    }
    killAt.keySet().retainAll(seen);
  }

  private void press(Ownership.Stray stray, long now) {
    Long deadline = killAt.get(stray.root());
    if (deadline == null) {
      stray.tree().forEach(process -> signal(process, Processes.SIGTERM));
      killAt.put(stray.root(), now + GRACE_NANOS); // after all have been warned
    } else if (deadline - now <= 0) {
      stray.tree().forEach(process -> signal(process, Processes.SIGKILL));
    }
  }

  private void signal(ProcessStat process, int signal) {
    Processes.signal(process, signal, processes);
  }
}
