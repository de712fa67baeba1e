package ebb.agent.protocol;

import java.time.Instant;

/// One numbered line of the record: at `at`, `fact` became true of `task`.
///
/// Positions rise and are never used twice, but need not be dense: the agent's bookkeeping has
/// positions of its own, and what was acknowledged may have been dropped.
public record RecordEntry(long position, Instant at, String task, Fact fact) {}
