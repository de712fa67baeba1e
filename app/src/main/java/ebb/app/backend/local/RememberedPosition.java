package ebb.app.backend.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How far the record of an agent is safe with the engine. A hint that saves reading: one that is
/// too small, or lost, makes the engine hear again what it knows.
record RememberedPosition(String agent, long position) {
  private static final Pattern TEXT = Pattern.compile("(\\S+) ([0-9]{1,18})\\n");

  static final RememberedPosition NONE = new RememberedPosition("", 0);

  static RememberedPosition read(Path file) {
    try {
      Matcher fields = TEXT.matcher(Files.readString(file));
      return fields.matches()
          ? new RememberedPosition(fields.group(1), Long.parseLong(fields.group(2)))
          : NONE;
    } catch (IOException e) {
      return NONE;
    }
  }

  void write(Path file) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, agent + " " + position + "\n");
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
