package ebb.app.backend.local;

import ebb.app.files.DurableFile;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The other servers of this machine that give numbers to their submitters: nobody gets one of
/// theirs, or a user of one server could be a user of the other.
///
/// A folder of the machine has an entry for each installation that has given any: its home, the
/// folder of its jobs, and the numbers. Whoever gives one out holds the folder's lock and reads all
/// entries. Nothing of another home is opened: its owner may have put anything there.
///
/// An installation reads its own entry as well: a home that was put back from a backup has
/// forgotten numbers that tasks and files of the lost one may have.
final class Neighbours {
  /// Where all of them look.
  static final Path FOLDER = Path.of("/var/lib/ebb-task-users");

  /// A home that is being moved, or whose disk is not mounted, is there again before that.
  static final Duration GIVEN_UP = Duration.ofDays(30);

  private static final String LOCK = "lock";

  private final Path folder;
  private final String installation;

  Neighbours(Path folder, String installation) {
    this.folder = folder;
    this.installation = installation;
  }

  /// Says which numbers an installation has from now on.
  interface Choice {
    /// `others`: the numbers of all the others; `own`: those that this one has had until now.
    Collection<Integer> besides(Set<Integer> others, Set<Integer> own) throws IOException;
  }

  /// Chooses while nobody else does; the numbers are this installation's, and durably so, once this
  /// returns.
  void claim(Path home, Choice choice) throws IOException {
    synchronized (Neighbours.class) { // the system's locks are a process's
      try (FileChannel channel = openLock();
          FileLock _ = channel.lock()) {
        Path entry = folder.resolve(installation);
        Set<Integer> own =
            Files.exists(entry) ? new TreeSet<>(Entry.read(entry).numbers()) : Set.of();
        Collection<Integer> numbers = choice.besides(taken(), own);
        Files.deleteIfExists(absence(entry));
        if (numbers.isEmpty()) {
          Files.deleteIfExists(entry);
        } else {
          Path place = home.toAbsolutePath();
          DurableFile.replace(entry, new Entry(place, RunFolders.jobs(place), numbers).text());
        }
      } catch (FileSystemException e) {
        throw new IOException(
            "cannot keep which user numbers tasks have in "
                + folder
                + ", by which the servers of this machine that are root give no number twice ("
                + e
                + "): make it a folder that can be written and stays, in a container a volume; or"
                + " set tasks.user, and the tasks of all submitters run as that one user",
            e);
      }
    }
  }

  /// The home and all that its tasks were are gone for good: its numbers are anybody's. Without the
  /// right to say so none was given.
  void giveUp(Path home) throws IOException {
    if (!Files.isWritable(folder)) {
      return;
    }
    synchronized (Neighbours.class) {
      try (FileChannel channel = openLock();
          FileLock _ = channel.lock()) {
        for (Path file : others()) {
          if (Entry.read(file).home().equals(home.toAbsolutePath())) {
            Files.delete(file);
            Files.deleteIfExists(absence(file));
          }
        }
      }
    }
  }

  private FileChannel openLock() throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return FileChannel.open(
        folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private Set<Integer> taken() throws IOException {
    Set<Integer> taken = new TreeSet<>();
    for (Path file : others()) {
      try {
        Entry entry = Entry.read(file);
        if (!isGivenUp(file, entry)) {
          taken.addAll(entry.numbers());
        }
      } catch (NoSuchFileException removed) {
        // by an operator just now, who did not need the lock
      }
    }
    return taken;
  }

  private List<Path> others() throws IOException {
    try (Stream<Path> listed = Files.list(folder)) {
      return listed.filter(this::isAnother).toList();
    }
  }

  /// Not the lock, no note of an absence, and no draft that a crash has left.
  private boolean isAnother(Path file) {
    String name = file.getFileName().toString();
    return name.matches("[0-9a-f]+") && !name.equals(installation);
  }

  /// While either folder is there, or may be, files and tasks may have the numbers. The first look
  /// that finds neither leaves a note, by whose age a later one gives the entry up.
  private static boolean isGivenUp(Path file, Entry entry) throws IOException {
    Path note = absence(file);
    if (!isGone(entry.home()) || !isGone(entry.jobs())) {
      Files.deleteIfExists(note);
      return false;
    }
    if (Files.notExists(note)) {
      Files.createFile(note);
    }
    Instant since = Files.getLastModifiedTime(note).toInstant();
    if (since.plus(GIVEN_UP).isAfter(Instant.now())) {
      return false;
    }
    Files.delete(file);
    Files.delete(note);
    return true;
  }

  private static Path absence(Path file) {
    return file.resolveSibling(file.getFileName() + ".gone");
  }

  private static boolean isGone(Path path) {
    return Files.notExists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /// What is known of an installation: a line for each folder, and one for each number.
  private record Entry(Path home, Path jobs, Collection<Integer> numbers) {
    private static final String HOME = "home ";
    private static final String JOBS = "jobs ";

    static Entry read(Path file) throws IOException {
      try {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() > 2 && lines.get(0).startsWith(HOME) && lines.get(1).startsWith(JOBS)) {
          return new Entry(
              path(lines.get(0).substring(HOME.length())),
              path(lines.get(1).substring(JOBS.length())),
              lines.stream().skip(2).map(Integer::valueOf).toList());
        }
      } catch (IllegalArgumentException | CharacterCodingException notAsWritten) {
        // told of below, with every other damage
      }
      throw new IOException(
          file
              + " is damaged: it should say the home of the installation "
              + file.getFileName()
              + ", the folder of its jobs and their user numbers, one on each line. Stop the server"
              + " of that installation, remove the file, and start that server again before any"
              + " other of this machine: it writes the file anew");
    }

    String text() {
      StringBuilder text = new StringBuilder();
      text.append(HOME).append(word(home)).append('\n');
      text.append(JOBS).append(word(jobs)).append('\n');
      numbers.forEach(number -> text.append(number).append('\n'));
      return text.toString();
    }

    /// Without the line breaks that a name may have.
    private static String word(Path path) {
      return URLEncoder.encode(path.toString(), StandardCharsets.UTF_8).replace("%2F", "/");
    }

    private static Path path(String word) {
      return Path.of(URLDecoder.decode(word, StandardCharsets.UTF_8));
    }
  }
}
