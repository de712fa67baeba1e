package ebb.agent.serve;

import ebb.agent.posix.CannotLook;
import java.time.Duration;

/// The pause before the next look, where there is nothing to look at processes with. Says so, but
/// not with each of them: other looks may succeed in between. For one thread.
final class WantPause {
  /// As long as a look at a tree pauses at most.
  static final Duration LENGTH = Duration.ofMillis(50);

  private static final long TELL_NANOS = 60_000_000_000L;

  private final AgentTime time;
  private final AgentLog log;
  private boolean told;
  private long tellAtNanos;

  WantPause(AgentTime time, AgentLog log) {
    this.time = time;
    this.log = log;
  }

  void after(CannotLook e) throws InterruptedException {
    long now = time.nanoTime();
    if (!told || now - tellAtNanos >= 0) {
      told = true;
      tellAtNanos = now + TELL_NANOS;
      log.say(
          "processes cannot be looked at, so no end is seen; it is tried on: " + e.getMessage());
    }
    Thread.sleep(LENGTH);
  }
}
