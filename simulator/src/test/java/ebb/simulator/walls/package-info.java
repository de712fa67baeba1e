/// The kernel's walls, held against the simulator: what drives the kernel in virtual time must be
/// as repeatable as the kernel itself. The walls themselves are in `ebb.kernel.walls`.
package ebb.simulator.walls;
