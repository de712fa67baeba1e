package ebb.app.files;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// The log beside a SQLite file, in which its newest transactions are.
public final class WriteAheadLog {
  private static final int PIECE_BYTES = 1 << 20;

  private WriteAheadLog() {}

  /// Writes the log of a file that nobody has open again, durably. After a write that failed the
  /// system may show what it has only in memory, and would never write it: whoever went on behind
  /// it would lose, with the power, what was answered from then on.
  ///
  /// It becomes a new file: ext4 remembers of a block whose first write failed that nothing is in
  /// it, also when a second one was done. Without room for that, the old one is written over.
  public static void writeAgain(Path database) throws IOException {
    Path log = database.resolveSibling(database.getFileName() + "-wal");
    if (Files.notExists(log)) {
      return;
    }
    Path again = log.resolveSibling(log.getFileName() + ".again");
    try {
      Files.copy(log, again, REPLACE_EXISTING, COPY_ATTRIBUTES);
      force(again);
    } catch (IOException noRoom) {
      Files.deleteIfExists(again);
      writeOver(log);
      return;
    }
    Files.move(again, log, ATOMIC_MOVE);
    DurableFile.syncFolder(log);
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, WRITE)) {
      channel.force(true);
    }
  }

  private static void writeOver(Path log) throws IOException {
    try (FileChannel channel = FileChannel.open(log, READ, WRITE)) {
      ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
      long at = 0;
      while (channel.read(piece.clear(), at) > 0) {
        piece.flip();
        while (piece.hasRemaining()) {
          at += channel.write(piece, at);
        }
      }
      channel.force(true);
    }
  }
}
