/// Benchmarks that drive a real server from outside, as its users do: over HTTP, with real
/// processes and kills.
///
/// [Bench] is the entry; every benchmark is a class of its own. Numbers are medians of several
/// rounds; [Machine] says where they were taken and how busy the machine was with other things.
@NullMarked
package ebb.app.bench;

import org.jspecify.annotations.NullMarked;
