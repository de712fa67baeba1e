/// Keeps processes alive while servers come and go. Knows nothing of jobs.
///
/// This package is the way in: [AgentLauncher] finds or starts the agent of a home, [AgentClient]
/// asks it for things, [AgentFollower] streams its record, [AgentMain] is the agent's own program.
/// What is said is in `ebb.agent.protocol` and in `docs/agent-protocol.md`.
///
/// | word | meaning |
/// | --- | --- |
/// | home | a private folder; one agent serves it, and everything the agent knows is in it |
/// | task | a main process with everything that descends from it, known by an id the server made |
/// | tree | the processes of a task that live now, wherever they moved |
/// | record | the append-only file of what happened to tasks, numbered by position |
package ebb.agent;
