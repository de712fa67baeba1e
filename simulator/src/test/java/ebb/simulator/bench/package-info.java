/// The speed of the simulator, measured. Started by `bench/replay`; nothing here is asserted.
package ebb.simulator.bench;
