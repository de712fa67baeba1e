package ebb.agent.record;

import ebb.agent.protocol.EntryCodec;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.RecordEntry;
import ebb.agent.protocol.WireWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The record, open for appending.
///
/// What happened cannot be refused: if the disk does not take a fact, it is kept and tried again
/// with the next one and every second, and followers see it when it is written. What has not
/// happened yet can be: [#appendOrFail] leaves nothing behind when it throws.
public final class RecordFile implements Closeable {
  private final Path path;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final WireWriter unwritten = new WireWriter();
  private FileChannel channel;
  private final String agent;
  private long written;
  private long position;
  private long generation;
  private boolean unsynced;

  /// The file's name may be lost with the machine.
  private boolean unnamed;

  private boolean closed;

  private RecordFile(
      Path path, InstantSource clock, String agent, RecordImage.Rewritten rewritten) {
    this.path = path;
    this.clock = clock;
    this.agent = agent;
    this.channel = rewritten.channel();
    this.written = rewritten.length();
    this.position = rewritten.position();
  }

  /// Opens the record of a home, made if absent, with what it says. A torn tail is cut, entries
  /// that nobody needs are dropped.
  public static Opened open(Path path, String bootId, InstantSource clock) throws IOException {
    RecordImage image = RecordImage.read(path);
    RecordFile file = new RecordFile(path, clock, image.agent(), image.tidied(bootId));
    RecordImage.syncName(path);
    file.bookkeep(Bookkeeping.Kind.BOOTED, bootId, 0);
    return new Opened(file, image.tasks(), image.notice());
  }

  /// A record, what it says, and what was wrong with it, if anything was.
  public record Opened(RecordFile file, RecordedTasks tasks, Optional<String> notice) {}

  /// The name of this record, made with it: positions of another one mean nothing here.
  public String agent() {
    return agent;
  }

  /// The position of the last entry.
  public long position() {
    lock.lock();
    try {
      return position;
    } finally {
      lock.unlock();
    }
  }

  /// Writes down what is so, whatever the disk says.
  public long append(List<Draft> drafts) {
    lock.lock();
    try {
      encode(drafts);
      retry();
      return position;
    } finally {
      lock.unlock();
    }
  }

  public long append(String task, Fact fact) {
    return append(List.of(new Draft(task, fact)));
  }

  /// Writes down what shall be so, or throws and leaves nothing behind.
  public long appendOrFail(List<Draft> drafts) throws IOException {
    lock.lock();
    try {
      int size = unwritten.size();
      long before = position;
      encode(drafts);
      try {
        write();
      } catch (IOException e) {
        unwritten.cutTo(size);
        position = before;
        throw e;
      }
      return position;
    } finally {
      lock.unlock();
    }
  }

  /// Writes a line for the agent's own next start.
  public void bookkeep(Bookkeeping.Kind kind, String text, long number) {
    lock.lock();
    try {
      Instant now = clock.instant();
      EntryCodec.writeBookkeeping(unwritten, ++position, kind.number, now, text, number);
      retry();
    } finally {
      lock.unlock();
    }
  }

  /// Tries again to write what the disk refused; true if nothing is left unwritten.
  public boolean retry() {
    lock.lock();
    try {
      write();
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  /// Makes what is written survive the machine. Called every second, never by a task.
  public void sync() throws IOException {
    FileChannel current;
    boolean bytes;
    boolean name;
    long named;
    lock.lock();
    try {
      bytes = unsynced;
      name = unnamed;
      named = generation;
      unsynced = false;
      current = channel;
    } finally {
      lock.unlock();
    }
    if (bytes) {
      current.force(false);
    }
    if (name) {
      syncName(named);
    }
  }

  /// Where it fails it is tried again with the next sync.
  private void syncName(long named) throws IOException {
    RecordImage.syncName(path);
    lock.lock();
    try {
      unnamed = generation != named;
    } finally {
      lock.unlock();
    }
  }

  /// Bytes in the file, for deciding when to drop what nobody needs.
  public long length() {
    lock.lock();
    try {
      return written;
    } finally {
      lock.unlock();
    }
  }

  /// Rewrites the file without what nobody needs. Appending waits meanwhile; followers find their
  /// place again by position. The next sync makes its name survive the machine: until then the old
  /// file is found again, with all but what came after the last sync before this.
  public void compact() throws IOException {
    lock.lock();
    try {
      write();
      RecordImage.Rewritten rewritten = RecordImage.read(path).compacted();
      FileChannel old = channel;
      channel = rewritten.channel();
      written = rewritten.length();
      generation++;
      unnamed = true;
      grown.signalAll();
      old.close();
    } finally {
      lock.unlock();
    }
  }

  /// Reads along, beginning after a position.
  public RecordCursor after(long position) {
    return new RecordCursor(this, position);
  }

  private void encode(List<Draft> drafts) {
    Instant now = clock.instant();
    for (Draft draft : drafts) {
      EntryCodec.write(unwritten, new RecordEntry(++position, now, draft.task(), draft.fact()));
    }
  }

  /// At a fixed place, so that a write that was cut short is written over by the next.
  private void write() throws IOException {
    if (unwritten.size() == 0) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(unwritten.array(), 0, unwritten.size());
    while (bytes.hasRemaining()) {
      channel.write(bytes, written + bytes.position());
    }
    written += unwritten.size();
    unwritten.cutTo(0);
    unsynced = true;
    grown.signalAll();
  }

  /// Fills `into` from `offset` if the file is still of `generation` and has grown past it; waits
  /// for that no longer than `patienceMillis`. Returns the current generation.
  long read(long offsetGeneration, long offset, ByteBuffer into, long patienceMillis)
      throws IOException {
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
      while (generation == offsetGeneration && offset >= written && nanos > 0 && !closed) {
        nanos = grown.awaitNanos(nanos);
      }
      if (closed) {
        throw new IOException("the agent is ending");
      }
      if (generation == offsetGeneration && offset < written) {
        into.limit((int) Math.min(into.capacity(), into.position() + (written - offset)));
        channel.read(into, offset);
      }
      return generation;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      retry();
      closed = true;
      grown.signalAll();
      try (FileChannel ending = channel) {
        ending.force(false);
        if (unnamed) {
          RecordImage.syncName(path);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
