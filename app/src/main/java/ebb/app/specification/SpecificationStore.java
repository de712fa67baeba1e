package ebb.app.specification;

import ebb.app.files.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Keeps specifications by their hash: durable when [#put] returns, idempotent, erasable.
///
/// One SQLite file with one writer: what is asked for while a commit is under way goes into the
/// next one, so that a sync is shared by everybody who waits for it. A file for each would cost two
/// syncs and an inode each; see `docs/decisions/0012-specifications-in-one-file.md`.
public final class SpecificationStore implements AutoCloseable {
  /// Written to the file's `user_version`.
  private static final int FORMAT = 1;

  /// A commit beyond this would make its first waiter wait for too long.
  private static final int COMMIT_MAX = 1_000;

  /// A disk that does not answer for this long is an error that somebody has to hear of.
  private static final long PATIENCE_SECONDS = 30;

  /// For a reader of the other connection: it never waits for long, for WAL readers do not block.
  private static final int BUSY_MILLIS = 5_000;

  private sealed interface Wish {
    CompletableFuture<Boolean> done();
  }

  @SuppressWarnings("ArrayRecordComponent") // The bytes go to the writer and nobody else sees them.
  private record Put(
      String hash, Specification content, byte[] bytes, CompletableFuture<Boolean> done)
      implements Wish {}

  private record Erase(String hash, CompletableFuture<Boolean> done) implements Wish {}

  private record End(CompletableFuture<Boolean> done) implements Wish {}

  private final Path file;
  private final Connection writing;
  private final Connection reading;
  private final KnownSpecifications known = new KnownSpecifications();
  private final BlockingQueue<Wish> wishes = new LinkedBlockingQueue<>();
  private final Holds holds = new Holds();
  private final Thread writer;
  private volatile boolean closed;

  private SpecificationStore(Path file, Connection writing, Connection reading) {
    this.file = file;
    this.writing = writing;
    this.reading = reading;
    this.writer = Thread.ofPlatform().name("specifications").daemon().unstarted(this::write);
  }

  /// Opens the store of a file, made if absent and readable by its owner only.
  public static SpecificationStore open(Path file) throws SpecificationStoreFailure {
    try {
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      WriteAheadLog.writeAgain(file);
      Connection writing = connect(file);
      prepare(writing, file);
      SpecificationStore store = new SpecificationStore(file, writing, connect(file));
      store.writer.start();
      return store;
    } catch (SQLException | IOException e) {
      throw failure("cannot be opened", file, e);
    }
  }

  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "true");
    return config.createConnection("jdbc:sqlite:" + file);
  }

  private static void prepare(Connection connection, Path file) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int format;
      try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
        format = row.getInt(1);
      }
      if (format > FORMAT) {
        connection.close();
        throw new SQLException(
            file + " was written by a newer version of Ebb: run that version, or a later one");
      }
      statement.execute(
          "CREATE TABLE IF NOT EXISTS specification"
              + " (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, content BLOB NOT NULL)");
      statement.execute("PRAGMA user_version = " + FORMAT);
    }
    connection.setAutoCommit(false);
  }

  /// Makes the specification durable and returns its hash. Any number of threads may call this, and
  /// virtual ones should.
  public String put(Specification specification) throws SpecificationStoreFailure {
    String hash = hashOf(specification);
    put(hash, specification);
    return hash;
  }

  private String hashOf(Specification specification) {
    String hash = known.hashOf(specification);
    return hash == null ? Specification.hashOf(specification.canonicalBytes()) : hash;
  }

  private void put(String hash, Specification content) throws SpecificationStoreFailure {
    if (!known.contains(hash)) {
      await(new Put(hash, content, content.canonicalBytes(), new CompletableFuture<>()));
    }
  }

  /// The same, and it is not erased before the hold is let go of: a job that names it is on its
  /// way.
  public Holds.Hold hold(Specification specification) throws SpecificationStoreFailure {
    String hash = hashOf(specification);
    Holds.Hold hold = holds.take(hash, PATIENCE_SECONDS * 1_000);
    if (hold == null) {
      throw failure(
          "is not written", file, new TimeoutException("what is the same is being erased"));
    }
    try {
      put(hash, specification);
    } catch (SpecificationStoreFailure failure) {
      hold.release();
      throw failure;
    }
    return hold;
  }

  /// What has this hash; empty if it was never stored, or was erased.
  public Optional<Specification> find(String hash) throws SpecificationStoreFailure {
    Specification content = known.content(hash);
    return content != null ? Optional.of(content) : read(hash);
  }

  private Optional<Specification> read(String hash) throws SpecificationStoreFailure {
    synchronized (reading) {
      try (PreparedStatement select =
          reading.prepareStatement("SELECT content FROM specification WHERE hash = ?")) {
        select.setString(1, hash);
        try (ResultSet row = select.executeQuery()) {
          return row.next() ? Optional.of(Specification.read(row.getBytes(1))) : Optional.empty();
        }
      } catch (SQLException e) {
        throw failure("cannot be read", file, e);
      }
    }
  }

  /// Removes what has this hash, and its bytes from the file; false if there was nothing.
  boolean erase(String hash) throws SpecificationStoreFailure {
    return await(new Erase(hash, new CompletableFuture<>()));
  }

  /// Whether a job needs what is stored: asked while none that does can be on its way.
  public interface Need {
    boolean is() throws IOException;
  }

  /// Removes what has this hash unless it is needed; false if that cannot be said now, for a job
  /// that names it is on its way, or another erasure of it is.
  public boolean eraseUnless(String hash, Need need) throws SpecificationStoreFailure, IOException {
    if (!has(hash)) {
      return true;
    }
    if (!holds.close(hash)) {
      return false;
    }
    boolean isAsked = false;
    try {
      if (!need.is()) {
        isAsked = true; // whoever waits may give up, and it is erased all the same: then it opens
        erase(hash);
      }
      return true;
    } finally {
      if (!isAsked) {
        holds.open(hash);
      }
    }
  }

  /// Without a word to the writer, whom others wait for.
  private boolean has(String hash) throws SpecificationStoreFailure {
    synchronized (reading) {
      try (PreparedStatement select =
          reading.prepareStatement("SELECT 1 FROM specification WHERE hash = ?")) {
        select.setString(1, hash);
        try (ResultSet row = select.executeQuery()) {
          return row.next();
        }
      } catch (SQLException e) {
        throw failure("cannot be read", file, e);
      }
    }
  }

  private boolean await(Wish wish) throws SpecificationStoreFailure {
    if (closed) {
      throw failure("is closed", file, new IOException("closed"));
    }
    wishes.add(wish);
    try {
      return wish.done().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw failure("cannot be written", file, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("was not waited for", file, e);
    }
  }

  private void write() {
    List<Wish> batch = new ArrayList<>();
    boolean ended = false;
    while (!ended) {
      batch.clear();
      try {
        batch.add(wishes.take());
      } catch (InterruptedException e) {
        return; // Nobody interrupts this thread; if somebody does, it means to end it.
      }
      wishes.drainTo(batch, COMMIT_MAX);
      ended = batch.stream().anyMatch(wish -> wish instanceof End);
      commit(batch);
    }
  }

  /// What is erased is unknown before it is gone, and what is put is known after it is there.
  private void commit(List<Wish> batch) {
    for (Wish wish : batch) {
      if (wish instanceof Erase erase) {
        known.remove(erase.hash());
      }
    }
    List<Boolean> outcomes = new ArrayList<>(batch.size());
    try {
      for (Wish wish : batch) {
        outcomes.add(carryOut(wish));
      }
      writing.commit();
    } catch (SQLException e) {
      rollBack(e);
      for (Wish wish : batch) {
        open(wish);
        wish.done().completeExceptionally(e);
      }
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i) instanceof Erase && outcomes.get(i)) {
        emptyLog();
        break;
      }
    }
    for (int i = 0; i < batch.size(); i++) {
      switch (batch.get(i)) {
        case Put put -> known.add(put.hash(), put.content(), put.bytes().length);
        case Erase erase -> known.remove(erase.hash());
        case End _ -> {}
      }
      open(batch.get(i));
      batch.get(i).done().complete(outcomes.get(i));
    }
  }

  /// What has been erased, or could not be, may be put anew.
  private void open(Wish wish) {
    if (wish instanceof Erase erase) {
      holds.open(erase.hash());
    }
  }

  private boolean carryOut(Wish wish) throws SQLException {
    return switch (wish) {
      case Put put -> {
        try (PreparedStatement insert =
            writing.prepareStatement(
                "INSERT OR IGNORE INTO specification (hash, content) VALUES (?, ?)")) {
          insert.setString(1, put.hash());
          insert.setBytes(2, put.bytes());
          yield insert.executeUpdate() > 0;
        }
      }
      case Erase erase -> {
        try (PreparedStatement delete =
            writing.prepareStatement("DELETE FROM specification WHERE hash = ?")) {
          delete.setString(1, erase.hash());
          yield delete.executeUpdate() > 0;
        }
      }
      case End _ -> true;
    };
  }

  private void rollBack(SQLException why) {
    try {
      writing.rollback();
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
  }

  /// The old pages lie in the write-ahead log until it is emptied. If a reader is in the way, the
  /// next erasure or the close does it.
  private void emptyLog() {
    try {
      writing.commit();
      writing.setAutoCommit(true);
      try (Statement statement = writing.createStatement()) {
        statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      } finally {
        writing.setAutoCommit(false); // or what is put next would be durable piece by piece
      }
    } catch (SQLException e) {
      System.getLogger(SpecificationStore.class.getName())
          .log(System.Logger.Level.WARNING, "the log of {0} was not emptied: {1}", file, e);
    }
  }

  /// Comes back when everything that was asked for is done.
  @Override
  public void close() throws SpecificationStoreFailure {
    if (closed) {
      return;
    }
    closed = true;
    wishes.add(new End(new CompletableFuture<>()));
    try {
      writer.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      writing.close();
      synchronized (reading) {
        reading.close();
      }
    } catch (SQLException e) {
      throw failure("cannot be closed", file, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static SpecificationStoreFailure failure(
      String what, Path file, @Nullable Throwable cause) {
    Throwable why = cause == null ? new IOException(what) : cause;
    boolean retryCanHelp =
        why instanceof SQLiteException sqlite
            && (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL
                || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_BUSY
                || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR);
    return new SpecificationStoreFailure(
        "the store of specifications " + file + " " + what + ": " + why.getMessage(),
        retryCanHelp || why instanceof TimeoutException,
        why);
  }
}
