package ebb.kernel.protocol;

/// How a backend saw a task end.
public enum TaskEnd {
  /// By itself, with the exit code or signal given.
  EXITED,
  /// Stopped by the backend because its time limit had passed.
  LIMIT,
  /// Stopped because it was told to.
  STOPPED,
  /// Never started, because the stop came first.
  NEVER_STARTED,
  /// Could not be started; the reason is the command or its environment.
  REFUSED,
  /// Gone, and nobody saw how.
  LOST,
  /// Stopped by the backend because it had used more of the disk than it may.
  DISK
}
