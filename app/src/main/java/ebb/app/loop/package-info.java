/// The thread that drives the kernel, and how everybody else speaks to it.
///
/// [EngineLoop] takes reports of backends and wishes of users from queues, steps the engine and
/// answers. [Memory] is what it needs of whatever remembers. [Watch] is a second thread that sees
/// when the first one hangs.
///
/// Nothing here decides about jobs, nodes or money, knows HTTP or knows where a journal is kept.
/// Read [EngineLoop] first.
@NullMarked
package ebb.app.loop;

import org.jspecify.annotations.NullMarked;
