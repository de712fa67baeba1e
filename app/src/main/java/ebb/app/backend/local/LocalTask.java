package ebb.app.backend.local;

import java.time.Duration;

/// What this life of the server knows of a task. Guarded by the [Inventory].
final class LocalTask {
  enum Phase {
    /// Told by the engine; the agent has not confirmed it.
    ORDERED,
    /// The agent has it.
    CLAIMED,
    /// Its end was told. Kept until that is durable, so that an order that was on its way finds it.
    ENDED
  }

  /// For a task of an earlier life, whose order is not here: the kernel's own default.
  private static final Duration GRACE = Duration.ofSeconds(30);

  final AgentTask name;
  Phase phase = Phase.ORDERED;

  /// Between SIGTERM and SIGKILL, when its node is stopped.
  Duration grace = GRACE;

  /// In the engine's milliseconds; 0 for a task of an earlier life.
  long acceptedAt;

  long preparedAt;

  /// The record's position at which the agent certainly had it.
  long claimedPosition;

  /// What it has used of the disk if that is why it is stopped; empty otherwise.
  String overDisk = "";

  LocalTask(AgentTask name) {
    this.name = name;
  }

  boolean isLive() {
    return phase != Phase.ENDED;
  }
}
