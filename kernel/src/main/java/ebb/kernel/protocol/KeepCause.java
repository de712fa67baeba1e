package ebb.kernel.protocol;

/// Why a node whose idle time is over is kept.
public enum KeepCause {
  /// The cluster would fall below its minimum.
  MINIMUM,
  /// A job has a claim on it, or is about to need it.
  CLAIMED,
  /// A lock on an enclosing scope stops scaling.
  LOCKED
}
