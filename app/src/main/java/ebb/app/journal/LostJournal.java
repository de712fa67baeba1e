package ebb.app.journal;

import ebb.app.files.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/// Whether what a server answered is missing from the journal: it is gone, or was emptied, or lost
/// its end. Whatever else is in the home is written after the journal, so that one thing of it that
/// is ahead proves it; and only a person can say that what is missing is lost for good.
final class LostJournal {
  private final Path journal;

  /// The highest epoch that this home ever had: ids hold it and must never come twice.
  private final Path kept;

  private final boolean isBegun;
  private final boolean isAccepted;

  /// @param isAccepted a person said that what is missing is lost, and to go on with what is there
  LostJournal(Home home, String journal, boolean isAccepted) {
    this.journal = home.file(journal);
    this.kept = home.file("epoch");
    this.isBegun = home.exists("epoch");
    this.isAccepted = isAccepted;
  }

  /// A journal is made before the first epoch is noted, so that one without the other was lost.
  ///
  /// To be asked before anything opens it: beside a file without a page SQLite deletes the log, and
  /// the newest events may be there alone.
  void refuseIfGone() throws StoreRefused, IOException {
    if (Files.notExists(journal) || Files.size(journal) == 0) {
      refuseIfBegun();
    }
  }

  /// Asked before a journal is begun: here a server ran, and it had one.
  void refuseIfBegun() throws StoreRefused {
    if (isBegun) {
      throw new StoreRefused(
          "The journal "
              + journal
              + " is gone, or nothing is in it, though a server ran on this home before. Nothing was"
              + " changed. Put it back with its -wal file if there is one, or a backup of the whole"
              + " folder; or start anew with another --home, after releasing by hand what this one"
              + " had started.");
    }
  }

  /// The highest epoch before this start.
  long lastEpoch(JournalFile file) throws SQLException, IOException, StoreRefused {
    long inJournal = file.epoch();
    String text = isBegun ? Files.readString(kept).strip() : "";
    long noted = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    if (noted > inJournal) {
      refuse(
          "it knows of %d starts of a server, and %s of %d"
              .formatted(inJournal, kept.getFileName(), noted));
    }
    return Math.max(noted, inJournal);
  }

  /// The journal first: if it fails between the two, what is noted is not ahead.
  void raiseEpoch(JournalFile file, long epoch) throws SQLException, IOException {
    file.raiseEpoch(epoch);
    DurableFile.replace(kept, epoch + "\n");
  }

  /// Also when an older snapshot would fit. Once the loss is accepted, those that are ahead are
  /// deleted: nothing could be read with them.
  void refuseSnapshotsAhead(JournalFile file, SnapshotFiles snapshots)
      throws SQLException, IOException, StoreRefused {
    JournalRow newest = file.newest();
    long end = newest == null ? 0 : newest.lastSequence();
    for (SnapshotFiles.Named snapshot : snapshots.newestFirst()) {
      if (snapshot.sequence() > end) {
        refuseAhead("the snapshot " + snapshot.file(), snapshot.sequence(), end);
        Files.delete(snapshot.file());
      }
    }
  }

  /// @param what holds events up to `sequence`
  /// @param end the journal's last event
  void refuseAhead(String what, long sequence, long end) throws StoreRefused {
    refuse("it ends with event %d, but %s holds events up to %d".formatted(end, what, sequence));
  }

  private void refuse(String proof) throws StoreRefused {
    if (!isAccepted) {
      throw new StoreRefused(
          "The journal "
              + journal
              + " has lost its end, or an older one was put in its place: "
              + proof
              + ". Nothing was changed. Put back the journal that belongs to it, with its -wal file if"
              + " there is one, or a backup of the whole folder; or, if what is missing is lost for"
              + " good, start once with --accept-loss too: the server goes on with the journal that is"
              + " there, and ends what it started and does not know of any more.");
    }
  }
}
