/// The append-only record of what happened to tasks: the agent's only memory.
///
/// [RecordFile] appends, [RecordCursor] reads along for one follower, [RecordedTasks] is what a
/// record says when it is read from its start.
///
/// **Durability.** An entry is `write()`n before anything is built on it and is not synced: what
/// must survive is the death of the agent, and the page cache survives that. When the machine dies
/// every task dies with it, and the boot id says so. A sync every second, off the path of any task,
/// bounds what a machine's death can take from the record; after one, numbering leaps ahead so that
/// no position is ever used twice.
package ebb.agent.record;
