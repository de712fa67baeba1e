package ebb.app.backend.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/// What the local backend works for, and what an operator decides about it.
///
/// @param home the server's folder; the backend keeps its own things in it
/// @param isHomeThere whether that folder is where it was; in another that is now in its place
///   nothing is to be made: an agent there would be a second one beside the home's own
/// @param installation the installation's id: the owner's tag on everything here
/// @param confines what keeps tasks apart
/// @param outputBoundBytes how much of each of a task's two streams is kept
public record LocalOptions(
    Path home,
    BooleanSupplier isHomeThere,
    String installation,
    Confines confines,
    long outputBoundBytes) {
  /// Enough for a verbose training run, and a hundred such runs fit on any disk.
  public static final long OUTPUT_BOUND_BYTES = 64L * 1024 * 1024;

  public LocalOptions {
    home = home.toAbsolutePath().normalize();
  }

  /// Throws if the home is not there, or is another.
  void requireHome() throws IOException {
    if (!isHomeThere.getAsBoolean()) {
      throw new IOException(home + " is not the home any more: put the folder back");
    }
  }
}
