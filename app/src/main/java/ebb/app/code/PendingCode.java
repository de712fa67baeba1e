package ebb.app.code;

import ebb.app.files.Room;
import ebb.app.files.Tree;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
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

  /// What cannot be removed is tried again when another begins.
  private void drop(String id, Upload upload) {
    synchronized (upload) {
      upload.gone = true;
      try {
        place(id).delete();
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
    try {
      long bytes = write(content, draft, keepFreeBytes);
      synchronized (upload) {
        if (!upload.takes()) {
          return false;
        }
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
      }
      return true;
    } finally {
      Files.deleteIfExists(draft);
    }
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
