package ebb.app.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// A file together with which file it was: to notice that another one, or none, is in its place. A
/// process goes on writing into a file that was removed, and nobody would ever read it.
record FilePlace(Path file, long inode) {
  static FilePlace of(Path file) throws IOException {
    return new FilePlace(file, inode(file));
  }

  /// The number by which the file system knows the file, whatever its name.
  static long inode(Path file) throws IOException {
    return (Long) Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  boolean isTaken() {
    try {
      return inode(file) == inode;
    } catch (IOException gone) {
      return false;
    }
  }
}
