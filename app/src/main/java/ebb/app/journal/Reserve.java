package ebb.app.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/// A file that is there to be deleted when the disk is full, so that what runs can still be ended
/// and what costs can still be released.
final class Reserve {
  private static final int PIECE_BYTES = 1 << 20;

  /// What a start writes at the very least: logs, and a few small files.
  private static final long START_BYTES = 512 << 10;

  private final Path file;
  private final long bytes;
  private boolean givenUp;

  Reserve(Path file, long bytes) {
    this.file = file;
    this.bytes = bytes;
    this.givenUp = !Files.exists(file);
  }

  /// Frees the space. False if it was freed before.
  synchronized boolean giveUp() {
    givenUp = true;
    try {
      boolean whole = Files.deleteIfExists(file);
      boolean cutShort = Files.deleteIfExists(partial());
      return whole || cutShort;
    } catch (IOException e) {
      return false; // a disk that forbids this forbids appending too, and that is told of
    }
  }

  /// What is left of setting it aside, if that was cut short.
  private Path partial() {
    return file.resolveSibling(file.getFileName() + ".partial");
  }

  /// At a start: a server must come up on a full disk too, to let go of what costs.
  void giveUpIfFull() throws IOException {
    if (Files.exists(file) && Files.getFileStore(file).getUsableSpace() < START_BYTES) {
      giveUp();
    }
  }

  synchronized boolean isGivenUp() {
    return givenUp;
  }

  long bytes() {
    return bytes;
  }

  /// Sets the space aside, if it is not. Filled with noise, because a file system that compresses
  /// would set nothing aside for zeros.
  synchronized void setAside() throws IOException {
    if (Files.exists(file) && Files.size(file) == bytes) {
      givenUp = false;
      return;
    }
    Path partial = partial();
    try (FileChannel out =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      SplittableRandom noise = new SplittableRandom(bytes);
      byte[] piece = new byte[PIECE_BYTES];
      for (long left = bytes; left > 0; left -= piece.length) {
        noise.nextBytes(piece);
        ByteBuffer buffer = ByteBuffer.wrap(piece, 0, (int) Math.min(left, piece.length));
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
      }
      out.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(partial);
      throw e;
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    givenUp = false;
  }
}
