package ebb.agent.record;

import ebb.agent.protocol.EntryCodec;
import ebb.agent.protocol.MalformedFrame;
import ebb.agent.protocol.RecordEntry;
import ebb.agent.protocol.WireWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// A record's bytes as they lie on disk, read whole, and the rules by which they are tidied.
///
/// Head: 8 bytes of magic with the format's version, 36 of the agent's name. A damaged head is not
/// guessed around: the agent refuses to start, for it could forget what runs.
record RecordImage(Path path, String agent, ByteBuffer bytes, Extent extent, RecordedTasks tasks) {
  private static final byte[] MAGIC = "EBBREC01".getBytes(StandardCharsets.US_ASCII);
  private static final int NAME_BYTES = 36;
  private static final int HEAD_BYTES = MAGIC.length + NAME_BYTES;

  /// What a machine's death can take is at most the entries of the second since the last sync; a
  /// leap is wider than any second.
  private static final long LEAP = 1_000_000;

  private static final int PIECE_BYTES = 64 * 1024;

  private static final Set<StandardOpenOption> REWRITE =
      EnumSet.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE);

  /// How far the whole entries reach, in bytes and in positions, and what was cut.
  record Extent(int length, long position, int cut) {}

  int length() {
    return extent.length();
  }

  long position() {
    return extent.position();
  }

  Optional<String> notice() {
    return extent.cut() == 0
        ? Optional.empty()
        : Optional.of(
            "the record ended in "
                + extent.cut()
                + " bytes that are no entry; they were moved to "
                + cutFile(path).getFileName());
  }

  /// Reads a record, or makes a new one.
  static RecordImage read(Path path) throws IOException {
    if (!Files.exists(path) || Files.size(path) == 0) {
      create(path);
    }
    ByteBuffer bytes = map(path);
    if (bytes.limit() < HEAD_BYTES
        || !ByteBuffer.wrap(MAGIC).equals(bytes.slice(0, MAGIC.length))) {
      throw new IOException(path + " is not a record of this version's format (EBBREC01)");
    }
    String agent =
        StandardCharsets.US_ASCII.decode(bytes.slice(MAGIC.length, NAME_BYTES)).toString();
    RecordedTasks tasks = new RecordedTasks();
    ByteBuffer source = bytes.duplicate().position(HEAD_BYTES);
    long position = 0;
    for (Optional<ByteBuffer> next = EntryCodec.next(source);
        next.isPresent();
        next = EntryCodec.next(source)) {
      ByteBuffer payload = next.get();
      position = EntryCodec.positionOf(payload);
      take(tasks, payload);
    }
    Extent extent = new Extent(source.position(), position, source.remaining());
    return new RecordImage(path, agent, bytes, extent, tasks);
  }

  private static void take(RecordedTasks tasks, ByteBuffer payload) throws MalformedFrame {
    if (EntryCodec.isBookkeeping(EntryCodec.typeOf(payload))) {
      Bookkeeping.read(payload).ifPresent(tasks::take);
    } else {
      EntryCodec.read(payload).ifPresent(tasks::take);
    }
  }

  /// A record that was written anew and has taken the old one's place: open, of this length, and up
  /// to this position. Its name is durable after [#syncName].
  record Rewritten(FileChannel channel, long length, long position) {}

  /// The record as a new agent of this boot may write to it: without a torn tail, with numbering
  /// that cannot meet an entry that the machine's death took away, and without what nobody needs.
  Rewritten tidied(String bootId) throws IOException {
    boolean tailLost = extent.cut() > 0 || !tasks.bootId().equals(bootId);
    if (extent.cut() > 0) {
      Files.write(
          cutFile(path), new WireWriter().raw(bytes.slice(length(), extent.cut())).toBytes());
    }
    Rewritten tidy = compacted();
    return tailLost && position() > 0
        ? new Rewritten(tidy.channel(), tidy.length(), position() + LEAP)
        : tidy;
  }

  /// Writes the record anew with what somebody still needs, synced before it takes the old one's
  /// place. Piece by piece: a record may be larger than the heap.
  ///
  /// Nothing can fail once it has the place: whoever wrote to the old one would go on with a file
  /// that has no name any more.
  Rewritten compacted() throws IOException {
    Path next = next(path);
    FileChannel channel = FileChannel.open(next, REWRITE);
    try {
      writeNeeded(channel);
      channel.force(true);
      Rewritten rewritten = new Rewritten(channel, channel.size(), position());
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
      return rewritten;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void writeNeeded(FileChannel channel) throws IOException {
    WireWriter out = new WireWriter();
    out.raw(bytes.slice(0, HEAD_BYTES));
    ByteBuffer source = bytes.duplicate().limit(length()).position(HEAD_BYTES);
    for (Optional<ByteBuffer> entry = EntryCodec.next(source);
        entry.isPresent();
        entry = EntryCodec.next(source)) {
      if (isNeeded(entry.get())) {
        int framed = EntryCodec.HEAD_BYTES + entry.get().capacity();
        out.raw(bytes.slice(source.position() - framed, framed));
      }
      if (out.size() > PIECE_BYTES) {
        flush(out, channel);
      }
    }
    keepBooks(out);
    flush(out, channel);
  }

  /// Makes durable that the record has its name: a file whose name the disk does not know is lost
  /// with the machine.
  static void syncName(Path path) throws IOException {
    try (FileChannel folder =
        FileChannel.open(path.toAbsolutePath().resolveSibling(""), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  /// The old file is never shortened, only replaced, so what is mapped stays.
  private static ByteBuffer map(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }
  }

  private static void flush(WireWriter out, FileChannel channel) throws IOException {
    ByteBuffer piece = ByteBuffer.wrap(out.array(), 0, out.size());
    while (piece.hasRemaining()) {
      channel.write(piece);
    }
    out.cutTo(0);
  }

  private boolean isNeeded(ByteBuffer payload) throws MalformedFrame {
    if (EntryCodec.isBookkeeping(EntryCodec.typeOf(payload))) {
      return false;
    }
    Optional<RecordEntry> entry = EntryCodec.read(payload.duplicate());
    return entry.isEmpty() || tasks.needs(entry.get());
  }

  /// The books in their latest state, under the last position: all lines of it are already known.
  private void keepBooks(WireWriter out) {
    book(out, Bookkeeping.Kind.ACKNOWLEDGED, "", tasks.acknowledged());
    book(out, Bookkeeping.Kind.INSTALLED, tasks.installation(), 0);
    book(out, Bookkeeping.Kind.BOOTED, tasks.bootId(), 0);
  }

  private void book(WireWriter out, Bookkeeping.Kind kind, String text, long number) {
    EntryCodec.writeBookkeeping(out, position(), kind.number, Instant.EPOCH, text, number);
  }

  private static void create(Path path) throws IOException {
    WireWriter out = new WireWriter();
    out.raw(MAGIC, 0, MAGIC.length);
    byte[] name = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
    out.raw(name, 0, name.length);
    Path next = next(path);
    try (FileChannel channel = FileChannel.open(next, REWRITE)) {
      flush(out, channel);
      channel.force(true);
    }
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path next(Path path) {
    return path.resolveSibling(path.getFileName() + ".next");
  }

  private static Path cutFile(Path path) {
    return path.resolveSibling(path.getFileName() + ".cut");
  }
}
