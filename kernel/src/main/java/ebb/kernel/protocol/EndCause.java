package ebb.kernel.protocol;

/// Why an attempt, and with it perhaps its job, ended. Each has a retry budget of its own.
public enum EndCause {
  SUCCEEDED,
  /// The command itself: an exit code other than 0, or a command that cannot be started.
  FAILED,
  CANCELED,
  TIME_LIMIT,
  PREEMPTED,
  /// Ours: a machine, an agent, a backend.
  INFRASTRUCTURE,
  /// Waited in the queue for longer than jobs may.
  QUEUE_LIMIT,
  CLUSTER_DELETED
}
