/// What the server remembers: the journal of batches, snapshots of the state, and history, the read
/// tables that a projector writes from the journal.
///
/// Everything lives under one folder, the home, which belongs to one running server at a time.
/// `journal.db` is the truth and is never shortened: batches that a snapshot covers are packed,
/// many to a row, and read as they were. Snapshots and `history.db` follow from it and may be
/// deleted while no server runs. Nothing here decides anything, and nothing here is asked by a
/// decision but how far history has come.
///
/// Read [Store] first, then [SqliteJournal] for how a batch becomes durable, [Recovery] for a
/// start, [Projector] for history, and [Packer] for what keeps the journal small.
@NullMarked
package ebb.app.journal;

import org.jspecify.annotations.NullMarked;
