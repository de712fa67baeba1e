package ebb.app.journal;

import ebb.app.files.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where in the code the server stopped because an event could not be applied, one line for each
/// time. Three at one place in a row, and the next start is in safe mode.
///
/// The place is one in the code and not one in the journal, because each start adds events of its
/// own before it comes there again.
final class Stops {
  private static final int TOO_OFTEN = 3;

  private final Path file;

  Stops(Path file) {
    this.file = file;
  }

  boolean areRepeated() throws IOException {
    List<String> lines = lines();
    if (lines.size() < TOO_OFTEN) {
      return false;
    }
    List<String> last = lines.subList(lines.size() - TOO_OFTEN, lines.size());
    return last.stream().distinct().count() == 1;
  }

  void add(Throwable bug) throws IOException {
    List<String> lines = new ArrayList<>(lines());
    lines.add(place(bug));
    int from = Math.max(0, lines.size() - TOO_OFTEN);
    DurableFile.replace(file, String.join("\n", lines.subList(from, lines.size())) + "\n");
  }

  /// The kind of the throw and the first line of ours that it came through.
  static String place(Throwable bug) {
    String at = "";
    for (StackTraceElement frame : bug.getStackTrace()) {
      if (frame.getClassName().startsWith("ebb.")) {
        at = frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber();
        break;
      }
    }
    return bug.getClass().getName() + " at " + at;
  }

  /// The server ended as it was told to: the next start is an ordinary one.
  void forget() throws IOException {
    Files.deleteIfExists(file);
  }

  private List<String> lines() throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }
}
