package ebb.app.code;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/// Which paths and links a snapshot may have: those that mean the same wherever it is unpacked, and
/// nothing outside it.
final class Names {
  /// As Linux has it (PATH_MAX, NAME_MAX).
  private static final int PATH_BYTES_MAX = 4096;

  private static final int NAME_BYTES_MAX = 255;

  /// What a name becomes whose bytes are no text in the character set of the system.
  private static final int UNREADABLE = 0xFFFD;

  private Names() {}

  /// Refuses a path that is empty, absolute, with `.` or `..`, too long, or no text.
  static void check(String path) throws CodeRefused {
    if (bytesOf(path) > PATH_BYTES_MAX) {
      throw CodeRefused.unfit("A path has more than " + PATH_BYTES_MAX + " bytes.");
    }
    if (!isText(path)) {
      throw CodeRefused.unfit(
          "The name '"
              + path.replaceAll("\\p{Cntrl}", "?")
              + "' has a control character or is not UTF-8: rename it, leave it out with .amlignore, or set"
              + " LC_ALL=C.UTF-8 if it is fine.");
    }
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw CodeRefused.unfit("'" + path + "' is no path below the code's folder.");
      }
      if (bytesOf(name) > NAME_BYTES_MAX) {
        throw CodeRefused.unfit(
            "The name '" + name + "' has more than " + NAME_BYTES_MAX + " bytes.");
      }
    }
  }

  private static boolean isText(String path) {
    return path.codePoints()
        .noneMatch(c ->
            c < ' ' || c == 127 || c == UNREADABLE || Character.getType(c) == Character.SURROGATE);
  }

  /// Refuses a link that leads out. The folder a link is in is a real one, so the `..` that its
  /// target begins with are what they seem; after a name, which may be a link itself, there must be
  /// none.
  static void checkLink(String path, String target) throws CodeRefused {
    List<String> names =
        Stream.of(target.split("/")).filter(name -> !name.isEmpty() && !name.equals(".")).toList();
    int up = 0;
    while (up < names.size() && names.get(up).equals("..")) {
      up++;
    }
    int depth = path.split("/").length - 1;
    boolean isBelow = up <= depth && !names.subList(up, names.size()).contains("..");
    boolean isFit = isText(target) && !target.isEmpty() && bytesOf(target) < PATH_BYTES_MAX;
    if (target.startsWith("/") || !isBelow || !isFit) {
      throw CodeRefused.unfit(
          "'%s' is a link to '%s', which is not surely below the code's folder: put a copy there, or leave it out with .amlignore."
              .formatted(path, target.replaceAll("\\p{Cntrl}", "?")));
    }
  }

  private static int bytesOf(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
