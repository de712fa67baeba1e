package ebb.kernel.protocol;

/// What somebody wants to do, as far as permission is concerned.
public enum Action {
  READ,
  WRITE,
  DELETE,
  /// Locks, roles, limits, prices, settings.
  GOVERN
}
