/// Benchmarks of the kernel alone: no disk, no network, no process. Not run by the tests;
/// `bench/kernel-placements` runs them.
///
/// Read [Placements] first.
package ebb.kernel.bench;
