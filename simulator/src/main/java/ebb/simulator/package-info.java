/// Virtual time, a modelled world, and the kernel between them: what a trace of jobs would have
/// waited and cost under other numbers.
///
/// [VirtualTime] is the order of everything that happens; [World] is the backend that it happens
/// to, by the [Fate] that a generator or a trace gives to each node and task; [Simulation] drives
/// the engine with them. [TraceReplay] replays a recorded trace, [WhatIf] compares replays.
/// [TraceFile] alone reads files, [Report] alone prints. No rule of the kernel is repeated here,
/// and nothing here reads a clock.
///
/// Faults and invariants are the tests' part. Read [Simulation] first.
package ebb.simulator;
