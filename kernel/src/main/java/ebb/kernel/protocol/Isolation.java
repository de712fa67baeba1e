package ebb.kernel.protocol;

/// How a cluster's tasks are kept apart from the machine and from each other.
public enum Isolation {
  /// The machine's programs, read-only; of its files only those that are the task's own.
  SANDBOX,
  /// A container: the programs and files of an image.
  CONTAINER,
  /// A process like any other of its user.
  NONE
}
