package ebb.app.journal;

import ebb.app.files.WriteAheadLog;
import ebb.kernel.State;
import ebb.kernel.engine.Batch;
import ebb.kernel.engine.Journal;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// A home that is open: the journal, what was read from it, and history.
///
/// Opened before anything else of a server, and closed after everything else. Its epoch is the
/// server's: a server that was thought dead and comes back finds its epoch passed and can append
/// nothing.
public final class Store implements AutoCloseable {
  private static final String JOURNAL = "journal.db";
  private static final long CLOSE_HISTORY_MILLIS = 5_000;

  private final Home home;
  private final Stops stops;
  private final boolean safeMode;
  private final long lastAlive;
  private final long epoch;
  private final State state;
  private final List<String> warnings;
  private final SqliteJournal journal;
  private final Projector projector;
  private final Readers readers;
  private final History history;
  private final SnapshotTaker snapshots;
  private final Keeper keeper;
  private final Packer packer;
  private boolean closed;

  /// How a home is opened.
  ///
  /// @param said what a person said about a home that is not where or what it was
  /// @param acceptsLoss `--accept-loss`, whatever else was said: the end of the journal is lost for
  ///   good, and it goes on with what is there
  /// @param markBytes less free space than this is too little to start anything new; 0 takes 1 GiB
  ///   or a twentieth of the disk, whichever is less
  /// @param reserveBytes set aside for what must be remembered on a full disk
  /// @param snapshotEvents how many events after a snapshot the next one is due
  /// @param packBytes how many bytes of batches that a snapshot covers are packed together
  public record Options(
      Said said,
      boolean acceptsLoss,
      long markBytes,
      long reserveBytes,
      long snapshotEvents,
      int packBytes) {
    /// Four windows of the deflater: a longer pack is hardly smaller, and more work at once.
    private static final int PACK_BYTES = 128 << 10;

    public static final Options DEFAULT =
        new Options(Said.NOTHING, false, 0, 64L << 20, 200_000, PACK_BYTES);

    public Options with(Said newSaid) {
      return new Options(newSaid, acceptsLoss, markBytes, reserveBytes, snapshotEvents, packBytes);
    }

    /// The same without what a person said, which is of the home as it was found then.
    public Options withNothingSaid() {
      return new Options(Said.NOTHING, false, markBytes, reserveBytes, snapshotEvents, packBytes);
    }
  }

  /// What a person says about a home that is not where it was.
  public enum Said {
    NOTHING,
    /// `--adopt-home`: it is the same one and was moved, or put back; there is no other.
    MOVED,
    /// `--new-installation`: it is a copy. It gets an id of its own and never touches what the
    /// original started.
    COPIED
  }

  /// Opens the home, or makes it: takes it for this process, raises the epoch, and reads what is
  /// remembered.
  ///
  /// @throws StoreRefused if the home is another server's, in another place than it was, damaged,
  ///   of a newer version, or on a disk that cannot be written
  public static Store open(Path home) throws StoreRefused {
    return open(home, Options.DEFAULT);
  }

  public static Store open(Path path, Options options) throws StoreRefused {
    Home home = Home.open(path, options.said());
    try (Closing closing = new Closing()) {
      closing.add(home::close);
      Store store = new Store(home, options, closing);
      closing.keep();
      return store;
    } catch (SQLException e) {
      throw Sqlite.refused(home.file(JOURNAL), e);
    } catch (IOException e) {
      throw new StoreRefused(
          "Cannot use the home "
              + home.path()
              + ": "
              + e
              + ". Check that the disk is not full or mounted read-only.",
          e);
    }
  }

  /// Opens a home that this process had open before, after a failure. What a person said of it
  /// before it was first opened holds no more.
  ///
  /// @throws StoreRefused also if the folder is gone: a new one in its place would know nothing of
  ///   what runs
  public static Store reopen(Path home, Options options) throws StoreRefused {
    if (isGone(home)) {
      throw new StoreRefused(
          "The home "
              + home
              + " was removed or moved while the server ran. Put the folder back and start again; if"
              + " it is to stay where it is now, start there with --adopt-home.");
    }
    return open(home, options.withNothingSaid());
  }

  /// Whether a home that was open is not there any more, which does not pass by waiting.
  public static boolean isGone(Path home) {
    return Files.notExists(home.resolve(JOURNAL));
  }

  private Store(Home home, Options options, Closing closing)
      throws StoreRefused, SQLException, IOException {
    this.home = home;
    Reserve reserve = new Reserve(home.file("reserve"), options.reserveBytes());
    reserve.giveUpIfFull();
    this.stops = new Stops(home.file("stops"));
    this.safeMode = stops.areRepeated();
    LostJournal lost = new LostJournal(home, JOURNAL, options.acceptsLoss());
    lost.refuseIfGone();
    WriteAheadLog.writeAgain(home.file(JOURNAL));
    JournalFile file = JournalFile.open(home.file(JOURNAL), lost::refuseIfBegun);
    closing.add(file::close);
    long before = lost.lastEpoch(file);
    SnapshotFiles snapshotFiles = new SnapshotFiles(home.file("snapshots"));
    snapshotFiles.deletePartials();
    lost.refuseSnapshotsAhead(file, snapshotFiles);
    Recovery.Recovered recovered = Recovery.recover(file, home.file(JOURNAL), snapshotFiles);
    this.state = recovered.state();
    this.warnings = new ArrayList<>(recovered.warnings());
    if (!home.original().isEmpty()) {
      warnings.add(
          "This home was a copy of the installation "
              + home.original()
              + " and is one of its own now: that one's nodes, and its jobs that have not ended,"
              + " end here and go on there.");
    }
    this.lastAlive = Math.max(Keeper.lastAlive(home), state.now());

    this.journal =
        new SqliteJournal(
            home.file(JOURNAL), file, recovered.sequence(), recovered.hash(), reserve);
    this.snapshots =
        new SnapshotTaker(
            snapshotFiles,
            journal,
            reserve,
            options.snapshotEvents(),
            recovered.snapshotSequence());
    this.keeper = new Keeper(home, reserve, options.markBytes());

    Path historyPath = home.file("history.db");
    HistoryFile.Opened opened = HistoryFile.open(historyPath, file, recovered.sequence(), lost);
    closing.add(opened.connection()::close);
    if (opened.rebuiltBecause() != null) {
      warnings.add("History is rebuilt from the journal: " + opened.rebuiltBecause() + ".");
    }
    // Not before nothing can be refused any more: a journal that is put back must still fit, and a
    // home that was moved or copied is none of this place's before it is whole.
    home.settle();
    this.epoch = before + 1;
    lost.raiseEpoch(file, epoch);
    JournalFile followed = JournalFile.openToRead(home.file(JOURNAL));
    closing.add(followed::close);
    this.projector =
        new Projector(
            followed, opened.connection(), opened.position(), recovered.sequence(), reserve);
    JournalFile packed = JournalFile.openToRead(home.file(JOURNAL));
    closing.add(packed::close);
    this.packer = new Packer(packed, journal, reserve, snapshots::written, options.packBytes());
    this.readers = new Readers(historyPath);
    this.history = new History(readers, projector, recovered.sequence());
    keeper.start();
    projector.start();
    packer.start();
  }

  // What was found.

  /// The state, as the journal has it. The engine's from now on.
  public State state() {
    return state;
  }

  public long epoch() {
    return epoch;
  }

  public String installation() {
    return home.installation();
  }

  /// When a server last ran on this home, in milliseconds; 0 if none ever did.
  public long lastAlive() {
    return lastAlive;
  }

  /// Whether the server stopped three times in a row at one place in the code because an event
  /// could not be applied. [#close] ends it.
  public boolean safeMode() {
    return safeMode;
  }

  /// What an operator should be told about how this home was found, in whole sentences.
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  public Path home() {
    return home.path();
  }

  // While the server runs.

  /// Appends, and tells history of what is durable.
  public Journal journal() {
    return this::append;
  }

  private void append(Batch batch) throws JournalFailure {
    journal.append(batch);
    projector.hand(batch, journal.lastHash());
  }

  public History history() {
    return history;
  }

  /// History has everything up to this event: for [ebb.kernel.engine.Engine#step].
  public long historyReached() {
    return projector.reached();
  }

  /// Waits until history has come so far: for tests, and before an answer that must show it.
  public boolean awaitHistory(long sequence, long millis) throws InterruptedException {
    return projector.await(sequence, millis);
  }

  /// Takes a snapshot if enough has happened since the last. Called by the engine's thread between
  /// two steps; copies references and returns.
  public boolean snapshotIfDue() {
    return snapshots.takeIfDue(state);
  }

  /// Whether the home is where it was when it was opened, and no other in its place.
  public boolean isHomeThere() {
    return home.isThere();
  }

  /// A server that nobody asks anything would find out at the next append only.
  ///
  /// @throws JournalFailure if the home is not there any more
  public void requireThere() throws JournalFailure {
    if (!home.isThere()) {
      throw new JournalFailure("the home " + home.path() + " is not there any more", false, null);
    }
  }

  /// What the disk had at the last look, a second ago at most: to be told to the kernel.
  public Command.StorageMeasured storage() {
    return keeper.measured();
  }

  /// What does not work as it should though the server goes on, in whole sentences.
  public List<String> troubles() {
    return Stream.of(projector.trouble(), snapshots.trouble(), keeper.trouble(), packer.trouble())
        .filter(Objects::nonNull)
        .toList();
  }

  /// Notes that the server stops because an event could not be applied, see [#safeMode]. To be
  /// called before [#abandon].
  public void stoppedBy(RuntimeException bug) {
    try {
      stops.add(bug);
    } catch (IOException e) {
      // a disk that cannot take a line stops the next start by itself
    }
  }

  /// Lets go of everything without a last snapshot and without forgetting what stopped the server:
  /// after a failure.
  public void abandon() {
    close(false);
  }

  /// Takes the last snapshot and lets go of everything; nothing after [#abandon]. The engine must
  /// have stopped.
  @Override
  public void close() {
    close(true);
  }

  private void close(boolean asTold) {
    if (closed) {
      return;
    }
    closed = true;
    try (Closing closing = new Closing()) {
      closing.add(home::close);
      closing.add(journal::close);
      closing.add(readers::close);
      closing.add(projector::stop);
      closing.add(keeper::stop);
      closing.add(packer::stop);
      if (asTold) {
        snapshots.takeLast(state);
        projector.await(journal.lastSequence(), CLOSE_HISTORY_MILLIS);
        stops.forget();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | SQLException e) {
      // everything that was answered is durable already
    }
  }
}
