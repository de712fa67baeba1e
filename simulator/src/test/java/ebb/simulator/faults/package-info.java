/// Seeded worlds in which everything fails that can fail, and the run that drives the unmodified
/// engine through them: first chaos, then a time in which faults cease and everything must end.
///
/// [FaultRun] is one seed; [Chaos] says which faults it has; [Server] is the engine with all that
/// it loses when it dies; [Wire] and [UnreliableJournal] are what it has to live with; [Mischief],
/// [Bugs] and [Users] act on it. [Faults] runs many seeds; [Tampering] plants bugs, for the tests
/// of the tests. What must hold is in `ebb.simulator.invariants`. Read [FaultRun] first.
package ebb.simulator.faults;
