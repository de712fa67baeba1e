/// The running agent: its threads and what they share.
///
/// [TaskTable] holds every known task under one lock. [Spawner] threads start what is claimed, the
/// [Reaper] takes exits, the [Warden] keeps limits, graces, output bounds and whole-tree stops, the
/// [Door] and its [Conversation]s speak with servers, [Aftermath] clears what a dead predecessor
/// left. [Agent] puts them together, from top to bottom.
package ebb.agent.serve;
