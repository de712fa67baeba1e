/// The engine: one thread's loop around the kernel, and the ports through which it meets the world.
///
/// [Engine] is the step (decide, apply, next, append, publish, answer, hand over); [Journal],
/// [Backend] and [Publisher] are the ports; [Dispatcher] decides when a backend is told again;
/// [EngineTime] turns two clocks into one that never goes back. Nothing here reads a clock or
/// starts a thread: the shells do.
package ebb.kernel.engine;
