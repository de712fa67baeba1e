package ebb.app.journal;

import ebb.kernel.Kernel;
import ebb.kernel.Snapshots;
import ebb.kernel.State;
import ebb.kernel.codec.BatchCodec;
import ebb.kernel.codec.Malformed;
import ebb.kernel.codec.NewerFormat;
import ebb.kernel.codec.SnapshotReader;
import ebb.kernel.protocol.Envelope;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what is remembered into a state: the newest snapshot that can be trusted, and the journal
/// after it; the whole journal if there is none.
final class Recovery {
  /// Bytes of rows held at once.
  private static final int PAGE_BYTES = 8 << 20;

  private final JournalFile journal;
  private final Path journalPath;
  private final SnapshotFiles snapshots;
  private final List<String> warnings = new ArrayList<>();

  private State state = new State();
  private long sequence;
  private Hash hash = Hash.NONE;

  /// @param snapshotSequence what was read from a snapshot, 0 if nothing was
  record Recovered(
      State state, long sequence, Hash hash, long snapshotSequence, List<String> warnings) {}

  private Recovery(JournalFile journal, Path journalPath, SnapshotFiles snapshots) {
    this.journal = journal;
    this.journalPath = journalPath;
    this.snapshots = snapshots;
  }

  static Recovered recover(JournalFile journal, Path journalPath, SnapshotFiles snapshots)
      throws StoreRefused, SQLException, IOException {
    return new Recovery(journal, journalPath, snapshots).recover();
  }

  private Recovered recover() throws StoreRefused, SQLException, IOException {
    JournalRow newest = journal.newest();
    long end = newest == null ? 0 : newest.lastSequence();
    for (SnapshotFiles.Named snapshot : snapshots.newestFirst()) {
      if (read(snapshot)) {
        break;
      }
    }
    long fromSnapshot = sequence;
    replayTail();
    if (sequence != end) {
      throw damaged(sequence + 1, "the rows after it are missing");
    }
    return new Recovered(state, sequence, hash, fromSnapshot, List.copyOf(warnings));
  }

  /// False if the snapshot cannot be trusted: an older one, or the journal alone, gives the same.
  private boolean read(SnapshotFiles.Named snapshot) throws SQLException, StoreRefused {
    try (SnapshotFiles.Pieces pieces = new SnapshotFiles.Pieces(snapshot.file())) {
      SnapshotReader reader = new SnapshotReader(pieces);
      JournalRow row = journal.rowAt(reader.sequence());
      if (row == null
          || row.lastSequence() != reader.sequence()
          || !row.hash().equals(new Hash(reader.journalHash()))) {
        warnings.add("The snapshot " + snapshot.file() + " is of another journal and is not used.");
        return false;
      }
      refuseUnlessWhole(row);
      state = Snapshots.read(reader);
      sequence = reader.sequence();
      hash = row.hash();
      return true;
    } catch (IOException | RuntimeException damage) {
      // Whatever the bytes led to: nothing of a snapshot is believed before all of it was proven.
      // One of a newer version is no different, since the journal it is of refuses by itself.
      warnings.add(
          "The snapshot "
              + snapshot.file()
              + " is damaged and is not used: "
              + (damage.getMessage() == null ? damage : damage.getMessage())
              + ".");
      return false;
    }
  }

  /// What comes after the snapshot hashes onto this row: a chain that goes on from a damaged one
  /// would prove nothing of what is appended from here on.
  private void refuseUnlessWhole(JournalRow row) throws SQLException, StoreRefused {
    JournalRow before = journal.rowAt(row.firstSequence() - 1);
    @Nullable String broken =
        before == null
            ? ChainCheck.broken(row, 0, Hash.NONE)
            : ChainCheck.broken(row, before.lastSequence(), before.hash());
    if (broken != null) {
      throw new StoreRefused(
          "The journal "
              + journalPath
              + " is damaged at event "
              + row.firstSequence()
              + ": "
              + broken
              + ". It is the last that the newest snapshot covers, and what is appended would follow"
              + " it. Nothing was changed. Put back a backup of the whole folder.");
    }
  }

  private void replayTail() throws SQLException, StoreRefused {
    List<JournalRow> page = journal.after(sequence, PAGE_BYTES);
    while (!page.isEmpty()) {
      for (JournalRow row : page) {
        replay(row);
      }
      page = journal.after(sequence, PAGE_BYTES);
    }
  }

  private void replay(JournalRow row) throws StoreRefused {
    @Nullable String broken = ChainCheck.broken(row, sequence, hash);
    if (broken != null) {
      throw damaged(sequence + 1, broken);
    }
    List<Envelope> envelopes;
    try {
      envelopes = BatchCodec.decode(row.bytes());
    } catch (NewerFormat newer) {
      throw new StoreRefused(
          "Cannot read "
              + journalPath
              + " from event "
              + row.firstSequence()
              + " on. "
              + newer.getMessage(),
          newer);
    } catch (Malformed malformed) {
      throw damaged(row.firstSequence(), malformed.toString());
    }
    for (Envelope envelope : envelopes) {
      apply(envelope);
    }
    state.forgetChanges();
    sequence = row.lastSequence();
    hash = row.hash();
    if (state.sequence() != sequence) {
      throw damaged(row.firstSequence(), "it holds other events than its row says");
    }
  }

  private void apply(Envelope envelope) throws StoreRefused {
    try {
      Kernel.apply(state, envelope);
    } catch (RuntimeException bug) {
      throw new StoreRefused(
          "Event "
              + state.sequence()
              + " of "
              + journalPath
              + " cannot be read into the state ("
              + bug
              + "). This is a bug of Ebb, or the memory of this machine is faulty. Nothing was"
              + " changed: start the version that wrote it, on another machine if need be.",
          bug);
    }
  }

  private StoreRefused damaged(long at, String how) {
    return new StoreRefused(
        "The journal "
            + journalPath
            + " is damaged at event "
            + at
            + ": "
            + how
            + ". Nothing was changed. Put back a backup of the whole folder; everything before that"
            + " event is intact.");
  }
}
