package ebb.app.code;

import ebb.app.files.Room;
import ebb.app.files.Tree;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractCollection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Code that arrives file by file, as Microsoft's clients send it, until it is said to be whole:
/// then it becomes a snapshot like any other.
///
/// ```
/// HOME/code/pending/ID/    the files of one upload; removed at each start, and when another begins
///                          after an hour
/// HOME/code/pending/ID.N   what is arriving of it, and blocks of files
/// ```
public final class PendingCode {
  /// A client sends one file after another without a pause.
  private static final Duration IDLE = Duration.ofHours(1);

  private static final System.Logger LOG = System.getLogger(PendingCode.class.getName());

  /// Each that is under way is somebody who submits a job just now. As many whole ones are
  /// remembered, for clients that say it again.
  private static final int UPLOADS_MAX = 200;

  private static final int ID_BYTES = 16;
  private static final int PIECE_BYTES = 64 << 10;

  private final Path folder;
  private final CodeStore store;
  private final Bounds bounds;
  private final SecureRandom random = new SecureRandom();
  private final TreeMap<String, Upload> uploads = new TreeMap<>();

  private PendingCode(Path folder, CodeStore store, Bounds bounds) {
    this.folder = folder;
    this.store = store;
    this.bounds = bounds;
  }

  static PendingCode open(Path folder, CodeStore store, Bounds bounds) throws IOException {
    new Tree(folder).delete();
    Files.createDirectory(folder, Room.PRIVATE_FOLDER);
    return new PendingCode(folder, store, bounds);
  }

  /// One upload. Its files come at the same time.
  private static final class Upload {
    final String owner;
    final TreeMap<String, Long> files = new TreeMap<>();
    final Places places = new Places();
    final Blocks blocks = new Blocks();
    Instant used;
    long bytes;
    int drafts;
    volatile @Nullable String hash;
    String below = "";
    volatile boolean gone;

    Upload(String owner, Instant now) {
      this.owner = owner;
      this.used = now;
    }

    boolean isIdle(Instant now) {
      return used.plus(IDLE).isBefore(now);
    }

    /// Whether a file is taken: asked again when it has arrived, which may have taken long.
    boolean takes() throws CodeRefused {
      if (hash != null) {
        throw CodeRefused.unfit("The code is whole already: begin another upload.");
      }
      return !gone;
    }
  }

  /// Refuses an upload that would have too many files or bytes.
  public void check(int files, long bytes) throws CodeRefused {
    bounds.check(files, bytes);
  }

  /// Begins an upload and answers its id, which nobody can guess.
  ///
  /// @param owner for what the code is; only there it can be made whole
  public synchronized String begin(String owner, Instant now) throws IOException, CodeRefused {
    for (Map.Entry<String, Upload> each : Map.copyOf(uploads).entrySet()) {
      if (each.getValue().isIdle(now)) {
        drop(each.getKey(), each.getValue());
      }
    }
    List<Map.Entry<String, Upload>> whole =
        uploads.entrySet().stream()
            .filter(each -> each.getValue().hash != null)
            .sorted(Comparator.comparing(each -> each.getValue().used))
            .toList();
    for (Map.Entry<String, Upload> oldest :
        whole.subList(0, Math.max(0, whole.size() - UPLOADS_MAX))) {
      drop(oldest.getKey(), oldest.getValue());
    }
    if (uploads.values().stream().filter(each -> each.hash == null && !each.gone).count()
        >= UPLOADS_MAX) {
      throw new CodeRefused(
          CodeRefused.Kind.NO_ROOM,
          "There are %d uploads of code at once, which is the most: try again in a minute."
              .formatted(UPLOADS_MAX));
    }
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    Files.createDirectory(folder.resolve(id), Room.PRIVATE_FOLDER);
    uploads.put(id, new Upload(owner, now));
    return id;
  }

  /// Gives up an upload that is not whole; one that is, or is not there, stays as it is.
  public synchronized void giveUp(String id) {
    Upload upload = uploads.get(id);
    if (upload != null && upload.hash == null) {
      drop(id, upload);
    }
  }

  /// What cannot be removed is tried again when another begins.
  private void drop(String id, Upload upload) {
    synchronized (upload) {
      upload.gone = true;
      try {
        place(id).delete();
        upload.blocks.remove();
        uploads.remove(id);
      } catch (IOException failure) {
        LOG.log(Level.WARNING, "an upload of code is not removed: {0}", failure);
      }
    }
  }

  private Tree place(String id) {
    return new Tree(folder.resolve(id));
  }

  /// Counts as a use of it.
  private synchronized @Nullable Upload find(String id, Instant now) {
    Upload upload = uploads.get(id);
    if (upload == null || upload.gone || upload.isIdle(now)) {
      return null;
    }
    upload.used = now;
    return upload;
  }

  /// For what an upload was begun; empty if there is no such upload. To ask is no use of it.
  public synchronized Optional<String> owner(String id, Instant now) {
    Upload upload = uploads.get(id);
    return upload == null || upload.gone || upload.isIdle(now)
        ? Optional.empty()
        : Optional.of(upload.owner);
  }

  /// Whether files of an upload are still taken; to ask is no use of it.
  synchronized boolean isThere(String id, Instant now) {
    Upload upload = uploads.get(id);
    return upload != null && !upload.gone && !upload.isIdle(now) && upload.hash == null;
  }

  /// Whether an upload has become a snapshot.
  synchronized boolean isWhole(String id) {
    Upload upload = uploads.get(id);
    return upload != null && upload.hash != null;
  }

  /// How long a file is that has arrived; empty if there is none.
  public Optional<Long> bytes(String id, String path, Instant now) {
    Upload upload = find(id, now);
    if (upload == null) {
      return Optional.empty();
    }
    synchronized (upload) {
      return Optional.ofNullable(upload.files.get(path));
    }
  }

  /// Takes a file; false if there is no such upload.
  ///
  /// @param keepFreeBytes it is refused rather than leave less than this on the disk
  public boolean put(String id, String path, InputStream content, long keepFreeBytes, Instant now)
      throws IOException, CodeRefused {
    return arrives(
        id,
        path,
        now,
        (_, draft) -> write(content, draft, keepFreeBytes),
        (upload, draft, bytes) -> add(id, upload, path, draft, bytes));
  }

  /// Takes a block of a file; false if there is no such upload.
  ///
  /// @param name of the block, in the place of one that has it
  public boolean putBlock(
      String id, BlockName name, InputStream content, long keepFreeBytes, Instant now)
      throws IOException, CodeRefused {
    return arrives(
        id,
        name.path(),
        now,
        (_, draft) -> write(content, draft, keepFreeBytes),
        (upload, draft, bytes) -> {
          long before = upload.blocks.bytes(name.path(), name.block());
          long sum = upload.bytes + upload.blocks.bytes() - before + bytes;
          bounds.check(upload.files.size(), sum);
          upload.blocks.add(name.path(), name.block(), draft, bytes);
        });
  }

  /// One of the blocks that become the file of a path.
  public record BlockName(String path, String block) {}

  /// Makes a file of its blocks, and forgets them; false if there is no such upload. Somebody may
  /// say so again, or share the upload with another who was faster: the file is there, and stays.
  public boolean join(String id, String path, List<String> blocks, long keepFreeBytes, Instant now)
      throws IOException, CodeRefused {
    Upload known = find(id, now);
    if (known != null) {
      synchronized (known) {
        if (known.files.containsKey(path) && !known.blocks.has(path, blocks)) {
          return true;
        }
      }
    }
    return arrives(
        id,
        path,
        now,
        (upload, draft) -> {
          List<Path> files;
          synchronized (upload) {
            files = upload.blocks.of(path, blocks);
          }
          try (InputStream content = new SequenceInputStream(opened(files))) {
            return write(content, draft, keepFreeBytes);
          } catch (UncheckedIOException failure) {
            throw failure.getCause();
          }
        },
        (upload, draft, bytes) -> add(id, upload, path, draft, bytes));
  }

  /// One after the other, as each is asked for.
  private static Enumeration<InputStream> opened(List<Path> files) {
    return Collections.enumeration(
        new AbstractCollection<>() {
          @Override
          public Iterator<InputStream> iterator() {
            return files.stream().map(PendingCode::opened).iterator();
          }

          @Override
          public int size() {
            return files.size();
          }
        });
  }

  private static InputStream opened(Path file) {
    try {
      return Files.newInputStream(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private interface Writing {
    long to(Upload upload, Path draft) throws IOException, CodeRefused;
  }

  private interface Taking {
    void take(Upload upload, Path draft, long bytes) throws IOException, CodeRefused;
  }

  /// Writes what arrives, which may take long, and then takes it, if the upload is still there.
  private boolean arrives(String id, String path, Instant now, Writing writing, Taking taking)
      throws IOException, CodeRefused {
    Upload upload = find(id, now);
    if (upload == null) {
      return false;
    }
    Names.check(path);
    Path draft;
    synchronized (upload) {
      if (!upload.takes()) {
        return false;
      }
      draft = folder.resolve(id + "." + upload.drafts++);
    }
    boolean isTaken = false;
    try {
      long bytes = writing.to(upload, draft);
      synchronized (upload) {
        if (!upload.takes()) {
          return false;
        }
        taking.take(upload, draft, bytes);
        isTaken = true;
      }
      return true;
    } finally {
      if (!isTaken) {
        Files.deleteIfExists(draft);
      }
    }
  }

  /// What had arrived of it in blocks is of no use any more.
  private void add(String id, Upload upload, String path, Path draft, long bytes)
      throws IOException, CodeRefused {
    upload.places.check(path);
    Long before = upload.files.get(path);
    long sum = upload.bytes + bytes - (before == null ? 0 : before);
    bounds.check(upload.files.size() + (before == null ? 1 : 0), sum);
    Path file = folder.resolve(id).resolve(path);
    Files.createDirectories(file.getParent());
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    upload.places.add(path);
    upload.files.put(path, bytes);
    upload.bytes = sum;
    upload.blocks.remove(path);
  }

  private long write(InputStream content, Path draft, long keepFreeBytes)
      throws IOException, CodeRefused {
    Room room = new Room(folder, keepFreeBytes);
    long bytes = 0;
    try (OutputStream out =
        room.guard(
            Channels.newOutputStream(FileChannel.open(draft, Room.NEW_FILE, Room.PRIVATE_FILE)))) {
      byte[] piece = new byte[PIECE_BYTES];
      for (int read = content.read(piece); read >= 0; read = content.read(piece)) {
        bytes += read;
        bounds.check(1, bytes);
        out.write(piece, 0, read);
      }
    } catch (Room.TooLittle full) {
      throw new CodeRefused(CodeRefused.Kind.NO_ROOM, String.valueOf(full.getMessage()));
    }
    return bytes;
  }

  /// Makes what is below a folder of the upload, or its only file, a snapshot and answers the hash;
  /// empty if there is no such upload of this owner. What arrived is removed.
  public Optional<String> whole(
      String id, String owner, String below, long keepFreeBytes, Instant now)
      throws IOException, CodeRefused {
    Upload upload = find(id, now);
    if (upload == null || !upload.owner.equals(owner)) {
      return Optional.empty();
    }
    if (!below.isEmpty()) {
      Names.check(below);
    }
    synchronized (upload) {
      if (upload.gone) {
        return Optional.empty();
      }
      if (upload.hash == null) {
        Path code = below.isEmpty() ? folder.resolve(id) : folder.resolve(id).resolve(below);
        Snapshot snapshot =
            Files.isRegularFile(code)
                ? Snapshot.ofFile(code, bounds)
                : Snapshot.whole(code, bounds);
        store(snapshot, folder.resolve(id + ".tar"), keepFreeBytes);
        upload.below = below;
        upload.hash = snapshot.hash();
        place(id).delete();
        upload.blocks.remove();
      } else if (!upload.below.equals(below)) {
        throw CodeRefused.unfit(
            "The upload became code with what was below '%s', so '%s' is no longer there: begin another upload."
                .formatted(upload.below, below));
      }
      return Optional.ofNullable(upload.hash);
    }
  }

  private void store(Snapshot snapshot, Path archive, long keepFreeBytes)
      throws IOException, CodeRefused {
    Room room = new Room(folder, keepFreeBytes);
    try {
      try (OutputStream out =
          room.guard(
              Channels.newOutputStream(
                  FileChannel.open(archive, Room.NEW_FILE, Room.PRIVATE_FILE)))) {
        snapshot.writeTo(out);
      }
      try (InputStream in = new BufferedInputStream(Files.newInputStream(archive))) {
        store.put(snapshot.hash(), in, keepFreeBytes);
      }
    } catch (Room.TooLittle full) {
      throw new CodeRefused(CodeRefused.Kind.NO_ROOM, String.valueOf(full.getMessage()));
    } finally {
      Files.deleteIfExists(archive);
    }
  }
}
