/// The simulator drives the unmodified kernel in virtual time. It requires the kernel only, so that
/// no question about what would be can reach a live backend.
module ebb.simulator {
  requires ebb.kernel;

  exports ebb.simulator;
}
