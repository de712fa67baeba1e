package ebb.simulator.faults;

/// The server dies here. An error, so that nothing between here and the run takes it for a bug of
/// the kernel.
final class Crash extends Error {
  private static final long serialVersionUID = 1;

  Crash(String where) {
    super(where, null, false, false);
  }
}
