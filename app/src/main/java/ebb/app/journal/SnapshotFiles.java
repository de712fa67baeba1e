package ebb.app.journal;

import ebb.app.files.DurableFile;
import ebb.kernel.codec.SnapshotWriter;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The snapshots of a home, one file each, named by the sequence they hold. A file is there whole
/// or not at all, and the one before it is kept in case it cannot be read.
final class SnapshotFiles {
  private static final String ENDING = ".snapshot";

  /// The newest and the one to fall back to.
  private static final int KEPT = 2;

  /// Bytes handed to the disk at once.
  private static final int PIECE_BYTES = 1 << 20;

  /// No piece is larger: one record more than [#PIECE_BYTES].
  private static final int PIECE_MOST = 64 << 20;

  private final Path folder;

  SnapshotFiles(Path folder) {
    this.folder = folder;
  }

  record Named(Path file, long sequence) {}

  List<Named> newestFirst() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(SnapshotFiles::named)
          .filter(named -> named.sequence() >= 0)
          .sorted(Comparator.comparingLong(Named::sequence).reversed())
          .toList();
    }
  }

  private static Named named(Path file) {
    String name = file.getFileName().toString();
    String digits = name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : "";
    boolean isNumber = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    return new Named(file, isNumber && digits.length() < 19 ? Long.parseLong(digits) : -1);
  }

  /// Writes all of it, durably, and then deletes what is older than the one before.
  void write(long sequence, Hash journalHash, List<Record> facts) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder); // not its parents: a home that is gone is not begun anew
    }
    Path file = folder.resolve("%018d%s".formatted(sequence, ENDING));
    Path partial = folder.resolve("%018d.partial".formatted(sequence));
    try (FileChannel out =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      SnapshotWriter writer = new SnapshotWriter(sequence, journalHash.bytes());
      for (Record fact : facts) {
        writer.add(fact);
        if (writer.size() >= PIECE_BYTES) {
          write(out, writer.take());
        }
      }
      write(out, writer.finish());
      out.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(partial);
      throw e;
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    DurableFile.syncFolder(file);
    List<Named> all = newestFirst();
    for (Named old : all.subList(Math.min(KEPT, all.size()), all.size())) {
      Files.deleteIfExists(old.file());
    }
  }

  private static void write(FileChannel out, byte[] piece) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES + piece.length);
    buffer.putInt(piece.length).put(piece).flip();
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  /// What is left of writes that were cut short.
  void deletePartials() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".partial")).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// The pieces of a snapshot's file, read as they are asked for. Trouble with the disk is an
  /// [UncheckedIOException].
  static final class Pieces implements Iterator<byte[]>, AutoCloseable {
    private final DataInputStream in;
    private byte @Nullable [] next;

    Pieces(Path file) throws IOException {
      this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
      this.next = read();
    }

    private byte @Nullable [] read() throws IOException {
      int length;
      try {
        length = in.readInt();
      } catch (EOFException end) {
        return null;
      }
      if (length < 0 || length > PIECE_MOST) {
        throw new IOException("a piece of " + length + " bytes");
      }
      byte[] piece = in.readNBytes(length);
      if (piece.length < length) {
        throw new EOFException("a piece of " + length + " bytes is cut short");
      }
      return piece;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public byte[] next() {
      byte[] piece = next;
      if (piece == null) {
        throw new NoSuchElementException();
      }
      try {
        next = read();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return piece;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
