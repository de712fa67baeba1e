/// Benchmarks that drive a real server from outside, as its users do: over HTTP, with real
/// processes and kills.
///
/// [Bench] is the entry of the benchmarks, each a class of its own; numbers are medians of several
/// rounds, and [Machine] says where they were taken and how busy the machine was with other things.
/// [Kills] is the entry of `bench/kills`. Not here: what needs no server, the placements and the
/// replayed trace.
@NullMarked
package ebb.app.bench;

import org.jspecify.annotations.NullMarked;
