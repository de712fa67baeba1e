package ebb.app.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The user that this process runs as.
public final class ProcessUser {
  private ProcessUser() {}

  /// Whether it may do anything to files, and run programs as somebody else.
  public static boolean isRoot() throws IOException {
    return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }
}
