package ebb.app.code;

import java.util.HashSet;
import java.util.Set;

/// The paths of files and links, and the folders that they are in: nothing is both.
final class Places {
  private final Set<String> files = new HashSet<>();
  private final Set<String> folders = new HashSet<>();

  /// Refuses a path that is a folder already, or below what is none.
  void check(String path) throws CodeRefused {
    if (folders.contains(path)) {
      throw besideItself(path);
    }
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      String folder = path.substring(0, slash);
      if (folders.contains(folder)) {
        return; // and so are all above it
      }
      if (files.contains(folder)) {
        throw besideItself(folder);
      }
    }
  }

  /// Takes a path that is not refused; the same again is the same.
  void add(String path) throws CodeRefused {
    check(path);
    files.add(path);
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (!folders.add(path.substring(0, slash))) {
        return;
      }
    }
  }

  private static CodeRefused besideItself(String path) {
    return CodeRefused.unfit("'" + path + "' is a file and a folder at once: send one of them.");
  }
}
