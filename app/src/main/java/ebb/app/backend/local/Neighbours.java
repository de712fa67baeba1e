package ebb.app.backend.local;

import ebb.app.files.DurableFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The other servers of this machine that give numbers to their submitters: nobody gets one of
/// theirs, or a user of one server could be a user of the other.
///
/// A folder of the machine has a file for each installation, which says where its numbers are kept.
/// Whoever gives one out holds the folder's lock and reads the numbers of all. A home that is gone
/// has given up its numbers.
final class Neighbours {
  /// Where all of them look.
  static final Path FOLDER = Path.of("/var/lib/ebb-users");

  private static final String LOCK = "lock";

  private final Path folder;
  private final String installation;

  Neighbours(Path folder, String installation) {
    this.folder = folder;
    this.installation = installation;
  }

  /// What is done while nobody else gives out numbers.
  interface Giving {
    /// `taken`: the numbers of all the others.
    void give(Set<Integer> taken) throws IOException;
  }

  /// @param own where the numbers of this installation are kept
  void alone(Path own, Giving giving) throws IOException {
    synchronized (Neighbours.class) { // the system's locks are a process's
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        String place = own.toAbsolutePath() + "\n";
        Path entry = folder.resolve(installation);
        if (Files.notExists(entry) || !Files.readString(entry).equals(place)) {
          DurableFile.replace(entry, place);
        }
        giving.give(taken());
      }
    }
  }

  private Set<Integer> taken() throws IOException {
    Set<Integer> taken = new TreeSet<>();
    List<Path> entries;
    try (Stream<Path> listed = Files.list(folder)) {
      entries = listed.filter(this::isAnother).toList();
    }
    for (Path entry : entries) {
      Path numbers = Path.of(Files.readString(entry).strip());
      if (Files.exists(numbers)) {
        taken.addAll(TaskUsers.read(numbers).values());
      } else if (Files.notExists(numbers.getParent())) {
        Files.delete(entry);
      }
    }
    return taken;
  }

  /// Not the lock, and no draft that a crash has left.
  private boolean isAnother(Path entry) {
    String name = entry.getFileName().toString();
    return name.matches("[0-9a-f]+") && !name.equals(installation);
  }
}
