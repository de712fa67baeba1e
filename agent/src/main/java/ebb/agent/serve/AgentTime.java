package ebb.agent.serve;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The two times of the agent: `wall` goes into the record, `nanos` measures limits and graces, for
/// nobody can set it.
public record AgentTime(InstantSource wall, LongSupplier nanos) {

  Instant now() {
    return wall.instant();
  }

  long nanoTime() {
    return nanos.getAsLong();
  }
}
