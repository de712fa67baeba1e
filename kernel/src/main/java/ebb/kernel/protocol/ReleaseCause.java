package ebb.kernel.protocol;

/// Why a node is let go.
public enum ReleaseCause {
  /// Idle longer than the cluster keeps nodes.
  IDLE_TIMEOUT,
  /// More nodes than the cluster may have since its maximum was lowered.
  ABOVE_MAX,
  CLUSTER_DELETED,
  /// The backend takes it back.
  PREEMPTED,
  /// It could not be started, or broke.
  UNUSABLE,
  /// Not there when its deadline passed.
  BOOT_TIMEOUT,
  /// Out of sight for longer than the stated bound.
  LOST,
  /// A task on it could not be stopped.
  STUCK_TASK
}
