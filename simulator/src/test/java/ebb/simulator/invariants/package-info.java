/// What must always hold, one class for each promise, named as the promise.
///
/// [Promise] is what a promise may see; [Watch] shows it what happens; [History] is a second,
/// simple reading of the durable events that it is held against; [PromisesOfTheDesign] lists all of
/// them. Nothing here drives anything. Read [Promise] first.
package ebb.simulator.invariants;
