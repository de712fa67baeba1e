package ebb.app.backend.local;

import java.nio.file.Path;

/// What an operator decides about the local backend.
///
/// @param home the server's folder; the backend keeps its own things in it
/// @param installation the installation's id: the owner's tag on everything here
/// @param confines what keeps tasks apart
/// @param outputBoundBytes how much of each of a task's two streams is kept
public record LocalOptions(
    Path home, String installation, Confines confines, long outputBoundBytes) {
  /// Enough for a verbose training run, and a hundred such runs fit on any disk.
  public static final long OUTPUT_BOUND_BYTES = 64L * 1024 * 1024;

  public LocalOptions {
    home = home.toAbsolutePath().normalize();
  }
}
