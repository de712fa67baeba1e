/// The local backend: this machine as a cluster's nodes.
///
/// A node is a claim in a folder, a task a process tree of the machine's agent. Nothing here
/// decides: the kernel says what to start and stop, and is told what became of it. No retry of its
/// own either, but for the line to the agent; what is told again, and when, is the engine's
/// dispatcher's.
///
/// Two threads do everything. [InstructionThread] carries out what the engine says; [RecordThread]
/// keeps the line to the agent and turns what its record tells into reports. What both know is in
/// [Inventory]. What must survive the server is with the agent, in [NodeClaims] and in
/// [Acknowledgements]; everything else is read again at a start.
///
/// Read [LocalBackend] first.
@NullMarked
package ebb.app.backend.local;

import org.jspecify.annotations.NullMarked;
