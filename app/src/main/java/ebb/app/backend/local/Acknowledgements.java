package ebb.app.backend.local;

import ebb.app.files.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The numbers under which the backend confirms what it has: one sequence for nodes and tasks that
/// grows over all lives of the server.
///
/// What is durable is a bound that no number has reached yet; it is moved a block at a time, and
/// each life begins at it. So a number costs nothing, and none is given twice.
final class Acknowledgements {
  /// A life of the server that gives fewer wastes the rest; 2⁶³ of them last.
  private static final long BLOCK = 1_000_000;

  private final Path file;
  private long last;
  private long bound;

  private Acknowledgements(Path file, long bound) {
    this.file = file;
    this.last = bound;
    this.bound = bound;
  }

  static Acknowledgements open(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new Acknowledgements(file, 0);
    }
    String text = Files.readString(file).strip();
    try {
      return new Acknowledgements(file, Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new IOException(
          file
              + " does not hold a number: restore it, or write one into it that is larger than"
              + " every number in the folder of node claims",
          e);
    }
  }

  synchronized long next() throws IOException {
    if (last == bound) {
      DurableFile.replace(file, (bound + BLOCK) + "\n");
      bound += BLOCK;
    }
    return ++last;
  }

  /// The number given last. What has a smaller one, or this, was confirmed before this call.
  synchronized long current() {
    return last;
  }
}
