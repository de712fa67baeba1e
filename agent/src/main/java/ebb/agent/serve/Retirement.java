package ebb.agent.serve;

import java.time.Duration;

/// When an agent that nobody needs ends by itself: no task, no server, and nothing in its record
/// that a server has not heard of, for an hour without a break. The next server starts another,
/// which reads the same record. Used by one thread.
final class Retirement {
  /// A server that is started again is back within minutes; until then an agent costs some 50 MB of
  /// memory and no time of the processor to speak of.
  static final Duration AFTER = Duration.ofHours(1);

  private final AgentTime time;
  private boolean needed = true;
  private long idleSinceNanos;

  Retirement(AgentTime time) {
    this.time = time;
  }

  /// Told now and then whether anybody needs the agent; true if it is to end.
  boolean isDue(boolean isNeeded) {
    long now = time.nanoTime();
    if (isNeeded || needed) {
      idleSinceNanos = now;
    }
    needed = isNeeded;
    return !needed && now - idleSinceNanos >= AFTER.toNanos();
  }
}
