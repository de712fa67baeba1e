package ebb.app.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// A file together with which file it was: to notice that another one, or none, is in its place. A
/// process goes on writing into a file that was removed, and nobody would ever read it.
///
/// Only of use for a file that this process has open: until it is closed, no other file of the
/// device gets its number.
record FilePlace(Path file, long device, long inode) {
  static FilePlace of(Path file) throws IOException {
    return new FilePlace(file, number(file, "unix:dev"), inode(file));
  }

  /// The number by which the file system knows the file, whatever its name.
  static long inode(Path file) throws IOException {
    return number(file, "unix:ino");
  }

  private static long number(Path file, String attribute) throws IOException {
    return (Long) Files.getAttribute(file, attribute, LinkOption.NOFOLLOW_LINKS);
  }

  boolean isTaken() {
    try {
      return of(file).equals(this);
    } catch (IOException gone) {
      return false;
    }
  }
}
