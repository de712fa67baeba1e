package ebb.app.journal;

import ebb.kernel.codec.Malformed;
import ebb.kernel.codec.NewerFormat;
import ebb.kernel.engine.Batch;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Follows the durable journal on a thread of its own and writes the read tables: the rows and how
/// far they have come in one transaction.
///
/// What was just appended is handed over in memory, as long as it keeps up; whatever it was not
/// handed it reads from the journal. Nothing waits for it but jobs that leave memory. While the
/// disk is full it writes nothing, so that what is left serves the journal.
final class Projector {
  /// Events waiting in memory; beyond that they are read from the journal later.
  private static final int QUEUED_EVENTS_MOST = 100_000;

  /// Events in one transaction.
  private static final int EVENTS_AT_ONCE = 20_000;

  private static final int PAGE_BYTES = 4 << 20;
  private static final long IDLE_MILLIS = 200;

  /// Between two transactions when the first took all that there was, so that the second takes what
  /// would be many: each writes the same pages again, on the disk and the processor that the
  /// journal's appends use.
  private static final long GATHER_MILLIS = 20;

  private static final long RETRY_MILLIS = 1_000;
  private static final long STOP_MILLIS = 10_000;

  private record Handed(Batch batch, Hash hash) {}

  private final JournalFile journal;
  private final Connection connection;
  private final Projection projection;
  private final Reserve reserve;
  private final Thread thread;

  private final ConcurrentLinkedQueue<Handed> handed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger handedEvents = new AtomicInteger();
  private final AtomicLong durable;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile boolean stopping;
  private volatile @Nullable String trouble;
  private volatile long reached;

  /// What the open transaction has come to; the same as `reached` between transactions.
  private long sequence;

  private Hash hash;

  /// Whether `sequence` is where the open transaction is: not after a failure, until it was rolled
  /// back.
  private boolean positionKnown = true;

  Projector(
      JournalFile journal,
      Connection connection,
      HistoryFile.Position position,
      long durable,
      Reserve reserve)
      throws SQLException {
    this.journal = journal;
    this.connection = connection;
    this.reserve = reserve;
    this.projection = new Projection(connection);
    this.sequence = position.sequence();
    this.hash = position.hash();
    this.reached = sequence;
    this.durable = new AtomicLong(durable);
    connection.setAutoCommit(false);
    this.thread = Thread.ofPlatform().name("ebb-projector").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Told of each batch once it is durable. Never waits.
  void hand(Batch batch, Hash batchHash) {
    if (handedEvents.get() < QUEUED_EVENTS_MOST) {
      handedEvents.addAndGet(batch.count());
      handed.add(new Handed(batch, batchHash));
    }
    durable.set(batch.lastSequence());
    signal();
  }

  /// The tables hold everything up to this event.
  long reached() {
    return reached;
  }

  /// The last event of the journal; whatever is published is in it.
  long durable() {
    return durable.get();
  }

  /// What keeps it from going on; null if nothing does.
  @Nullable String trouble() {
    return trouble;
  }

  /// Waits until the tables have come so far. False if they did not in that time.
  boolean await(long wanted, long millis) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(millis);
    lock.lock();
    try {
      while (reached < wanted) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (!stopping) {
      try {
        if (!positionKnown) {
          rollBack();
        }
        int events = reserve.isGivenUp() ? standStill() : work();
        if (events == 0) {
          pause(IDLE_MILLIS);
        } else if (events < EVENTS_AT_ONCE) {
          Thread.sleep(GATHER_MILLIS);
        }
      } catch (SQLException | RuntimeException e) { // also a bug must be told of, and tried again
        trouble = "History stands still at event " + reached + ": " + reason(e);
        positionKnown = false;
        pause(RETRY_MILLIS);
      } catch (InterruptedException e) {
        stopping = true;
      }
    }
  }

  /// Takes nothing, and says why if there is something to take.
  private int standStill() {
    if (sequence < durable.get()) {
      trouble = "History stands still at event " + reached + " until the disk has room again";
    }
    return 0;
  }

  /// How many events it took; 0 if there was nothing to do.
  private int work() throws SQLException {
    long before = sequence;
    Handed next = handed.poll();
    if (next == null) {
      if (sequence < durable.get()) {
        readPage();
      }
    } else {
      while (next != null) {
        handedEvents.addAndGet(-next.batch().count());
        take(next);
        next = sequence - before < EVENTS_AT_ONCE ? handed.poll() : null;
      }
    }
    if (sequence == before) {
      return 0;
    }
    projection.reached(sequence, hash);
    connection.commit();
    trouble = null;
    reached = sequence;
    signal();
    return (int) (sequence - before);
  }

  /// What came before it and was not handed over is read first; what the tables have already is
  /// passed over.
  private void take(Handed next) throws SQLException {
    long first = next.batch().firstSequence();
    while (sequence + 1 < first) {
      readPage();
    }
    if (sequence + 1 == first) {
      projection.batch(next.batch());
      sequence = next.batch().lastSequence();
      hash = next.hash();
    }
  }

  private void readPage() throws SQLException {
    List<JournalRow> page = journal.after(sequence, PAGE_BYTES);
    if (page.isEmpty()) {
      throw new SQLException("the journal ends before event " + (sequence + 1));
    }
    for (JournalRow row : page) {
      String broken = ChainCheck.broken(row, sequence, hash);
      if (broken != null) {
        throw new SQLException("the journal is damaged at event " + (sequence + 1) + ": " + broken);
      }
      projection.batch(row.batch());
      sequence = row.lastSequence();
      hash = row.hash();
    }
  }

  /// Back to what the tables hold. What was handed over meanwhile is read from the journal. Nothing
  /// may be written before that has succeeded, or the rows of what failed would be missing.
  private void rollBack() throws SQLException {
    try {
      Sqlite.run(connection, "BEGIN"); // a full disk has made SQLite roll back by itself
    } catch (SQLException within) {
      connection.rollback();
    }
    HistoryFile.Position position = HistoryFile.position(connection);
    sequence = position.sequence();
    hash = position.hash();
    positionKnown = true;
  }

  private static String reason(Exception e) {
    return e instanceof SQLException || e instanceof Malformed || e instanceof NewerFormat
        ? String.valueOf(e.getMessage())
        : e.toString();
  }

  private void pause(long millis) {
    long left = TimeUnit.MILLISECONDS.toNanos(millis);
    lock.lock();
    try {
      while (!stopping && left > 0 && (handed.isEmpty() || millis > IDLE_MILLIS)) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      stopping = true;
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Ends it between two transactions.
  void stop() throws SQLException, InterruptedException {
    stopping = true;
    signal();
    thread.join(STOP_MILLIS);
    if (!thread.isAlive()) {
      connection.close();
      journal.close();
    }
  }
}
