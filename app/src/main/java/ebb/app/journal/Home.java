package ebb.app.journal;

import ebb.app.files.DurableFile;
import ebb.app.files.HomeFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The folder of one installation: found or made, locked, and proven to be the one it was.
///
/// The installation's id stands on everything a backend starts for it. A copy of the folder with
/// the same id would take the original's nodes for its own, so the id is bound to the folder's
/// place, and a folder in another place is refused until a person has said what it is.
final class Home implements AutoCloseable {
  private static final int ID_BYTES = 6;

  private final Path path;
  private final HomeLock lock;
  private final Named named;

  /// An installation's id, and that of the one that the home was copied from a moment ago; empty if
  /// it was not.
  ///
  /// @param isBound the id is on the disk, with the place where the home is
  private record Named(String id, String original, boolean isBound) {}

  private Home(Path path, HomeLock lock, Named named) {
    this.path = path;
    this.lock = lock;
    this.named = named;
  }

  static Home open(Path asked, Store.Said said) throws StoreRefused {
    Path path = asked.toAbsolutePath().normalize();
    if (path.toString().indexOf('?') >= 0) {
      throw new StoreRefused("The home " + path + " has a ? in its name: choose another.");
    }
    try {
      String refusal = HomeFolder.refusal(path);
      if (refusal != null) {
        throw new StoreRefused(refusal);
      }
      make(path);
      Path real = path.toRealPath();
      HomeLock lock = HomeLock.take(real);
      try {
        return new Home(real, lock, identify(real, said));
      } catch (IOException | StoreRefused e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StoreRefused(
          "Cannot use the home "
              + path
              + ": "
              + reason(e)
              + ". Check that the disk is not full or mounted read-only, and that the folder belongs"
              + " to the user who starts Ebb; or choose another with --home.",
          e);
    }
  }

  private static String reason(IOException e) {
    String kind = e.getClass().getSimpleName();
    return e.getMessage() == null ? kind : kind + " " + e.getMessage();
  }

  private static void make(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      makeDurably(path.getParent());
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      DurableFile.syncFolder(path);
    }
    if (!PosixFilePermissions.toString(Files.getPosixFilePermissions(path)).endsWith("------")) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /// A home whose name was lost with the power would be begun anew.
  private static void makeDurably(@Nullable Path folder) throws IOException {
    if (folder != null && !Files.isDirectory(folder)) {
      makeDurably(folder.getParent());
      Files.createDirectory(folder);
      DurableFile.syncFolder(folder);
    }
  }

  private static Named identify(Path home, Store.Said said) throws IOException, StoreRefused {
    Path file = home.resolve("installation");
    if (Files.notExists(file)) {
      if (Files.exists(home.resolve("journal.db"))) {
        throw new StoreRefused(
            file
                + " is missing, though there is a journal beside it. It holds the name by which what"
                + " this server started is known. Put back a backup of it or of the whole folder.");
      }
      // Before there is a journal, which without it would be refused.
      String id = newId();
      bind(id, home);
      return new Named(id, "", true);
    }
    Binding binding = Binding.read(file);
    if (binding.holds(home)) {
      return new Named(binding.id(), "", true);
    }
    return switch (said) {
      case NOTHING ->
          throw new StoreRefused(
              "The home "
                  + home
                  + " belongs to the installation "
                  + binding.id()
                  + ", which was last at "
                  + binding.path()
                  + ", in another folder. If it was moved or put back from a backup, and nothing"
                  + " else runs as this installation, start with --adopt-home. If it is a copy,"
                  + " start with --new-installation: it gets an id of its own, leaves alone whatever"
                  + " the original has started, and ends what it knows of that without touching it.");
      case MOVED -> {
        refuseIfStillThere(binding, home);
        yield new Named(binding.id(), "", false);
      }
      case COPIED -> {
        CopiedHome.refuseIfAgentLives(home, binding.id());
        yield new Named(newId(), binding.id(), false);
      }
    };
  }

  /// What was moved is no longer where it was: two servers would own the same nodes and jobs.
  private static void refuseIfStillThere(Binding binding, Path home) throws StoreRefused {
    Path before = Path.of(binding.path());
    try {
      if (Files.isSameFile(before, home)) {
        return; // a link stands where it was, or where a folder above it was, and leads here
      }
      Binding there = Binding.read(before.resolve("installation"));
      if (!there.id().equals(binding.id()) || !there.holds(before)) {
        return;
      }
    } catch (IOException | StoreRefused e) {
      return; // no home, or none that could be started
    }
    throw new StoreRefused(
        "The home "
            + home
            + " is a copy: its original, the installation "
            + binding.id()
            + ", is still at "
            + before
            + ". Nothing was changed. Start the copy with --new-installation; or, if it is to take"
            + " the original's place, stop that one's server, remove or rename its folder, and start"
            + " with --adopt-home again.");
  }

  /// Where an installation is. The number of the folder's inode tells a copy from the original also
  /// when it stands in the original's place.
  private record Binding(String id, String path, long inode) {
    static Binding read(Path file) throws IOException, StoreRefused {
      String[] parts = Files.readString(file).strip().split("\n", 3);
      try {
        if (parts.length == 3 && parts[0].matches("[0-9a-f]{12}")) {
          return new Binding(parts[0], parts[2], Long.parseLong(parts[1]));
        }
      } catch (NumberFormatException notANumber) {
        // told of below, with every other damage
      }
      throw new StoreRefused(
          file
              + " is damaged: it should hold an id, a number and a path, one on each line. Put back"
              + " a backup of it.");
    }

    boolean holds(Path home) throws IOException {
      return path.equals(home.toString()) && inode == FilePlace.inode(home);
    }
  }

  private static void bind(String id, Path home) throws IOException {
    DurableFile.replace(
        home.resolve("installation"), id + "\n" + FilePlace.inode(home) + "\n" + home + "\n");
  }

  private static String newId() {
    byte[] bytes = new byte[ID_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// Does what a person said about a home in another place: binds it to this one, a copy under an
  /// id of its own and without what means the original's. Until then nothing of it is changed, so
  /// that whoever is refused for another reason finds it as it was.
  void settle() throws IOException {
    if (named.isBound()) {
      return;
    }
    if (!named.original().isEmpty()) {
      CopiedHome.forgetOriginal(path);
    }
    bind(named.id(), path);
  }

  Path path() {
    return path;
  }

  String installation() {
    return named.id();
  }

  /// The installation that this home was copied from and belongs to no more since this start; empty
  /// at any other.
  String original() {
    return named.original();
  }

  /// Whether the folder is still where it was: neither moved, nor removed, nor a disk that was
  /// taken away, with another folder or none in its place. The lock tells, for it is held open: a
  /// folder that is removed and made again may well have the number that it had.
  boolean isThere() {
    return lock.isInPlace();
  }

  Path file(String name) {
    return path.resolve(name);
  }

  boolean exists(String name) {
    return Files.exists(file(name), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void close() {
    lock.close();
  }
}
