package ebb.app.loop;

import ebb.kernel.State;
import ebb.kernel.engine.Journal;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Command;

/// What the engine's loop needs of whatever remembers: the state as it was read, the journal that
/// continues it, and how far history has come. Opened at the start, and again after the journal
/// failed: there is no other way to a state that is known to be true.
public interface Memory {
  /// The state as it was read. Owned by the loop from now on.
  State state();

  Journal journal();

  String installation();

  /// One more than at any opening before.
  long epoch();

  /// When the last server on this home was certainly alive, in the engine's milliseconds; 0 if
  /// there was none.
  long lastAlive();

  /// Whether the last servers stopped again and again at one place, so that only reads, stops and
  /// releases are done.
  boolean safeMode();

  /// Up to which sequence history has everything.
  long historyReached();

  /// How much room the disk had at the last look.
  ///
  /// @throws JournalFailure if what remembers is not there any more
  Command.StorageMeasured storage() throws JournalFailure;

  /// Between two steps: takes a snapshot if one is due. Holds the loop up for no longer than a
  /// batch does.
  void snapshotIfDue();

  /// The server stops because of this bug; whoever counts such stops by place writes it down.
  void stoppedBy(RuntimeException bug);

  /// Lets go of everything after a failure.
  void abandon();

  /// Lets go of everything at a clean end: the next start has next to nothing to replay.
  void close();

  /// Opens the memory, reading everything again.
  interface Opening {
    Memory open() throws MemoryFailure;
  }
}
