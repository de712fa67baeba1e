package ebb.app.backend.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The home together with which folder it was: one that was moved away may have another in its
/// place, where nothing is to be made. An agent there would be a second one beside the home's own.
///
/// @param key by which the file system knows the folder, whatever its name
record HomeFolder(Path path, @Nullable Object key) {
  static HomeFolder of(Path path) throws IOException {
    return new HomeFolder(path, keyOf(path));
  }

  private static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /// Throws if the folder is not there, or is another.
  void require() throws IOException {
    if (!Files.isDirectory(path) || !Objects.equals(keyOf(path), key)) {
      throw new IOException(path + " is not the home any more: put the folder back");
    }
  }
}
