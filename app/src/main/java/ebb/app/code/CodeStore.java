package ebb.app.code;

import ebb.app.files.DurableFile;
import ebb.app.files.Room;
import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// Snapshots that arrived whole, by their hash.
///
/// ```
/// HOME/code/HASH.tar     a snapshot, its hash checked before it got this name
/// HOME/code/incoming/    what is arriving; emptied at each start
/// HOME/code/pending/     what is arriving file by file: see [PendingCode]
/// HOME/code/sent/        which snapshots names of clients mean: see [Uploads]
/// ```
///
/// A file's time says when it was last sent, asked about or unpacked.
public final class CodeStore {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final String ENDING = ".tar";

  /// Of how many snapshots it is remembered where their files are: so many clients can read one
  /// each, file by file, without its being searched for each file. What one takes has a bound by
  /// that of its files.
  static final int CONTENTS_MAX = 8;

  private final Path folder;
  private final Path incoming;
  private final Bounds bounds;
  private final AtomicLong counter = new AtomicLong();

  /// By hash, the one that was read last at the end.
  private final Map<String, SnapshotContents> lastRead =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SnapshotContents> eldest) {
          return size() > CONTENTS_MAX;
        }
      };

  private final PendingCode pending;
  private final Uploads uploads;

  private CodeStore(Path folder, Bounds bounds) throws IOException {
    this.folder = folder;
    this.incoming = folder.resolve("incoming");
    this.bounds = bounds;
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder, Room.PRIVATE_FOLDER);
    }
    this.pending = PendingCode.open(folder.resolve("pending"), this, bounds);
    this.uploads = Uploads.open(folder.resolve("sent"), pending, this);
  }

  /// Opens the store of a folder, made if absent. What had not arrived whole is removed.
  public static CodeStore open(Path folder, Bounds bounds) throws IOException {
    CodeStore store = new CodeStore(folder, bounds);
    if (!Files.isDirectory(store.incoming)) {
      Files.createDirectory(store.incoming, Room.PRIVATE_FOLDER);
    }
    try (DirectoryStream<Path> halves = Files.newDirectoryStream(store.incoming)) {
      for (Path half : halves) {
        Files.delete(half);
      }
    }
    return store;
  }

  /// Code that arrives file by file.
  public PendingCode pending() {
    return pending;
  }

  /// What clients sent under names of their own.
  public Uploads uploads() {
    return uploads;
  }

  /// Whether the text is the hash of some code.
  public static boolean isHash(String text) {
    return HASH.matcher(text).matches();
  }

  /// Whether it is there; counts as a use of it.
  public synchronized boolean has(String hash) throws IOException {
    try {
      Files.setLastModifiedTime(file(hash), FileTime.from(Instant.now()));
      return true;
    } catch (NoSuchFileException absent) {
      return false;
    }
  }

  /// Takes a tar stream under its hash; durable when this returns. False if it was there already.
  ///
  /// @param keepFreeBytes it is refused rather than leave less than this on the disk
  public boolean put(String hash, InputStream stream, long keepFreeBytes)
      throws IOException, CodeRefused {
    if (has(hash)) {
      stream.transferTo(OutputStream.nullOutputStream());
      return false;
    }
    Path half = incoming.resolve(hash + "." + counter.incrementAndGet());
    try {
      write(hash, stream, half, keepFreeBytes);
      return keep(half, hash);
    } finally {
      Files.deleteIfExists(half);
    }
  }

  /// The first of several who send one stays: another may have its files in another order, and who
  /// reads knows already where they are. Nobody is told that it is there before it is durable.
  private synchronized boolean keep(Path half, String hash) throws IOException {
    if (has(hash)) {
      return false;
    }
    Files.move(half, file(hash), StandardCopyOption.ATOMIC_MOVE);
    DurableFile.syncFolder(file(hash));
    return true;
  }

  /// What is kept is written anew: no header of the sender's, and nothing behind the end.
  private void write(String hash, InputStream stream, Path half, long keepFreeBytes)
      throws IOException, CodeRefused {
    Room room = new Room(folder, keepFreeBytes);
    try (FileChannel channel = FileChannel.open(half, Room.NEW_FILE, Room.PRIVATE_FILE)) {
      Manifest manifest;
      OutputStream out = room.guard(Channels.newOutputStream(channel));
      // Left open, so that what was written can be made durable.
      CodeArchive.Writer writer = new CodeArchive.Writer(new Kept(out));
      manifest = CodeArchive.read(new BufferedInputStream(stream), bounds, writer);
      writer.close();
      if (!manifest.hash().equals(hash)) {
        throw new CodeRefused(
            CodeRefused.Kind.ANOTHER_HASH,
            "The content has the hash %s and not %s: the folder changed while it was sent, or the stream was cut. Send it again."
                .formatted(manifest.hash(), hash));
      }
      channel.force(true);
    } catch (Room.TooLittle full) {
      throw new CodeRefused(CodeRefused.Kind.NO_ROOM, String.valueOf(full.getMessage()));
    }
  }

  /// Unpacks it into a folder that is there and empty, and that nobody else can change.
  ///
  /// @throws NoSuchFileException if it is not there
  /// @throws IOException if it cannot be read or is damaged, or the folder cannot be written
  public void unpack(String hash, Path into, Room room) throws IOException {
    Unpacking unpacking = new Unpacking(into, room);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file(hash)))) {
      Manifest manifest = CodeArchive.read(in, bounds, unpacking);
      if (!manifest.hash().equals(hash)) {
        throw new IOException(file(hash) + " is damaged: remove it and submit again");
      }
    } catch (CodeRefused damaged) {
      throw new IOException(file(hash) + " is damaged: " + damaged.getMessage(), damaged);
    }
    unpacking.end();
    has(hash);
  }

  /// What is in it, file by file; counts as a use of it. Who reads one file reads the next of the
  /// same, and others do so meanwhile: the last answers are kept.
  ///
  /// @throws NoSuchFileException if it is not there
  public SnapshotContents contents(String hash) throws IOException {
    if (!has(hash)) {
      throw new NoSuchFileException(hash);
    }
    SnapshotContents known;
    synchronized (lastRead) {
      known = lastRead.get(hash);
    }
    if (known == null) {
      known = SnapshotContents.read(file(hash));
      synchronized (lastRead) {
        lastRead.put(hash, known);
      }
    }
    return known;
  }

  /// What was removed, or would be.
  public record Removed(int count, long bytes) {}

  /// The hashes that must stay.
  public interface Needed {
    Set<String> hashes() throws IOException;
  }

  /// Removes what nobody has used since a time and nobody needs, or only counts it. What is needed
  /// is asked only if something is that old.
  public Removed removeUnused(long sinceMillis, Needed needed, boolean really) throws IOException {
    List<Path> old = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
      for (Path file : files) {
        if (Files.getLastModifiedTime(file).toMillis() <= sinceMillis) {
          old.add(file);
        }
      }
    }
    Set<String> stay = old.isEmpty() ? Set.of() : needed.hashes();
    int count = 0;
    long bytes = 0;
    for (Path file : old) {
      if (!stay.contains(hash(file))) {
        long freed = removeIfUnused(file, sinceMillis, really);
        count += freed < 0 ? 0 : 1;
        bytes += Math.max(0, freed);
      }
    }
    if (really && count > 0) {
      uploads.forgetRemoved();
    }
    if (really) {
      uploads.forgetLost(Instant.now());
    }
    return new Removed(count, bytes);
  }

  /// Looks again at when it was used, and nobody is told meanwhile that it is there. Answers how
  /// many bytes it had; -1 if it stays, or is gone.
  private synchronized long removeIfUnused(Path file, long sinceMillis, boolean really)
      throws IOException {
    try {
      if (Files.getLastModifiedTime(file).toMillis() > sinceMillis) {
        return -1;
      }
      long bytes = Files.size(file);
      if (really) {
        Files.delete(file);
        // Whoever sends it again may send its files in another order.
        synchronized (lastRead) {
          lastRead.remove(hash(file));
        }
      }
      return bytes;
    } catch (NoSuchFileException gone) {
      return -1;
    }
  }

  /// Whether it is there; to ask is no use of it.
  boolean isKept(String hash) {
    return Files.exists(file(hash));
  }

  private static String hash(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - ENDING.length());
  }

  private Path file(String hash) {
    if (!isHash(hash)) {
      throw new IllegalArgumentException("no hash: " + hash);
    }
    return folder.resolve(hash + ENDING);
  }

  /// Files first, links last, so that none is ever written through.
  private static final class Unpacking implements CodeArchive.Sink {
    private final Path into;
    private final Room room;
    private final List<Manifest.LinkEntry> links = new ArrayList<>();

    Unpacking(Path into, Room room) {
      this.into = into;
      this.room = room;
    }

    @Override
    public void file(String path, boolean executable, long bytes, InputStream content)
        throws IOException {
      Path file = place(path);
      FileAttribute<Set<PosixFilePermission>> mode =
          PosixFilePermissions.asFileAttribute(
              PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
      try (OutputStream out =
          room.guard(Channels.newOutputStream(FileChannel.open(file, Room.NEW_FILE, mode)))) {
        content.transferTo(out);
      }
    }

    @Override
    public void link(String path, String target) {
      links.add(new Manifest.LinkEntry(path, target));
    }

    void end() throws IOException {
      for (Manifest.LinkEntry link : links) {
        Files.createSymbolicLink(place(link.path()), Path.of(link.target()));
      }
    }

    private Path place(String path) throws IOException {
      Path file = into.resolve(path);
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      return file;
    }
  }

  /// Does not close what it writes to.
  private static final class Kept extends FilterOutputStream {
    Kept(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
