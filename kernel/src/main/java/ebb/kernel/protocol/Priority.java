package ebb.kernel.protocol;

/// How a cluster gets its nodes.
public enum Priority {
  /// Paid in full and kept until let go.
  DEDICATED,
  /// Cheaper, and may be taken at any time.
  LOW
}
