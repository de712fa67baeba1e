/// The operating system, through the foreign-function API and `/proc`.
///
/// [Libc] holds the downcalls, [SpawnCall] the one way a process is started here, [ProcessTable]
/// reads `/proc`, [Processes] sends signals without hitting a recycled pid. Linux with glibc 2.34
/// or newer only: `posix_spawn_file_actions_addclosefrom_np` is what keeps the agent's descriptors
/// out of tasks. Nothing here knows tasks, records or sockets.
package ebb.agent.posix;
