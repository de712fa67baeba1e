package ebb.app.code;

import ebb.app.files.DurableFile;
import ebb.app.files.Room;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Files and folders that clients send under names of their own: they arrive as code does, and are
/// then snapshots like any other. What stays is which snapshot a name means.
///
/// ```
/// HOME/code/sent/KEY         the snapshot's hash
/// HOME/code/sent/KEY.begun   an upload is under way, or was lost before it was whole
/// ```
public final class Uploads {
  private static final String BEGUN = ".begun";

  /// Whoever sends an upload that was lost notices within seconds.
  private static final Duration LOST = Duration.ofDays(1);

  private final Path folder;
  private final PendingCode pending;
  private final CodeStore store;
  private final TreeMap<String, String> begun = new TreeMap<>();

  private Uploads(Path folder, PendingCode pending, CodeStore store) {
    this.folder = folder;
    this.pending = pending;
    this.store = store;
  }

  static Uploads open(Path folder, PendingCode pending, CodeStore store) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder, Room.PRIVATE_FOLDER);
    }
    return new Uploads(folder, pending, store);
  }

  /// What a client calls one file or folder, in one workspace.
  ///
  /// @param owner the workspace's id: one that is made again under its name has sent nothing
  /// @param under the client's name for the content
  /// @param name of the file or folder
  public record Name(String owner, String under, String name) {
    private String key() {
      String text =
          owner.length() + " " + owner + "\n" + under.length() + " " + under + "\n" + name;
      try {
        return HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }

  /// Somebody is about to send all files of the name: one that was lost is no more to be told of.
  public synchronized void forgetLost(Name name, Instant now) throws IOException {
    String id = begun.get(name.key());
    if (id == null || !pending.isThere(id, now)) {
      begun.remove(name.key());
      Files.deleteIfExists(mark(name));
    }
  }

  /// The upload of the name that is under way, or one that begins. Null if all has been sent, or if
  /// one was lost, at a start of the server or after an hour: what comes now is the rest of it, and
  /// what came before is gone.
  private synchronized @Nullable String underWay(Name name, Instant now)
      throws IOException, CodeRefused {
    String id = begun.get(name.key());
    if (id != null || find(name).isPresent()) {
      return id;
    }
    begun.values().removeIf(each -> !pending.isThere(each, now));
    try {
      Files.createFile(mark(name));
    } catch (FileAlreadyExistsException lost) {
      return null;
    }
    try {
      String begins = pending.begin(name.owner(), now);
      begun.put(name.key(), begins);
      return begins;
    } catch (IOException | CodeRefused refused) {
      Files.deleteIfExists(mark(name));
      throw refused;
    }
  }

  private Path mark(Name name) {
    return folder.resolve(name.key() + BEGUN);
  }

  private synchronized @Nullable String begun(Name name) {
    return begun.get(name.key());
  }

  /// What an upload takes.
  public interface Taking {
    /// False if there is none of this id.
    boolean by(PendingCode pending, String id) throws IOException, CodeRefused;
  }

  /// Takes a file of an upload, or a part of one, the first of which begins it; false if it was
  /// lost. Two clients that send the same at once share an upload, and what the slower one still
  /// sends is there already.
  ///
  /// @param content what `taking` reads
  public boolean take(Name name, InputStream content, Instant now, Taking taking)
      throws IOException, CodeRefused {
    String id = underWay(name, now);
    if (id == null) {
      return find(name).isPresent() && isSwallowed(content);
    }
    try {
      return taking.by(pending, id);
    } catch (CodeRefused refused) {
      if (pending.isWhole(id)) {
        return isSwallowed(content);
      }
      throw refused;
    }
  }

  private static boolean isSwallowed(InputStream content) throws IOException {
    content.transferTo(OutputStream.nullOutputStream());
    return true;
  }

  /// How long a file is that has arrived of an upload that is under way; empty if there is none.
  public Optional<Long> bytes(Name name, String path, Instant now) {
    String id = begun(name);
    return id == null ? Optional.empty() : pending.bytes(id, path, now);
  }

  /// Makes of what has arrived what the name means from now on, and answers the snapshot's hash;
  /// empty if nothing has, or not the file by which clients ask.
  public Optional<String> whole(Name name, String asked, long keepFreeBytes, Instant now)
      throws IOException, CodeRefused {
    String id = begun(name);
    if (id == null) {
      return find(name);
    }
    if (pending.bytes(id, asked, now).isEmpty()) {
      return Optional.empty();
    }
    Optional<String> hash = pending.whole(id, name.owner(), "", keepFreeBytes, now);
    if (hash.isPresent()) {
      end(name, id, hash.get());
    }
    return hash;
  }

  private synchronized void end(Name name, String id, String hash) throws IOException {
    DurableFile.replace(file(name), hash);
    begun.remove(name.key(), id);
    Files.deleteIfExists(mark(name));
  }

  /// What the name means from now on.
  public synchronized void remember(Name name, String hash) throws IOException {
    DurableFile.replace(file(name), hash);
  }

  /// The hash of what the name means, if it is still there; counts as a use of it.
  public synchronized Optional<String> find(Name name) throws IOException {
    Path file = file(name);
    try {
      String hash = Files.readString(file);
      if (store.has(hash)) {
        return Optional.of(hash);
      }
      Files.deleteIfExists(file); // the snapshot was swept
      return Optional.empty();
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  /// Forgets the names of snapshots that are gone.
  void forgetRemoved() throws IOException {
    try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, Uploads::isName)) {
      for (Path file : names) {
        forgetIfRemoved(file);
      }
    }
  }

  /// Forgets the uploads that were lost long ago.
  void forgetLost(Instant now) throws IOException {
    try (DirectoryStream<Path> marks = Files.newDirectoryStream(folder, "*" + BEGUN)) {
      for (Path mark : marks) {
        if (Files.getLastModifiedTime(mark).toInstant().plus(LOST).isBefore(now)) {
          Files.deleteIfExists(mark);
        }
      }
    }
  }

  private synchronized void forgetIfRemoved(Path file) throws IOException {
    try {
      if (!store.isKept(Files.readString(file))) {
        Files.delete(file);
      }
    } catch (NoSuchFileException gone) {
      // somebody has asked for it meanwhile
    }
  }

  /// And not the draft of one.
  private static boolean isName(Path file) {
    return CodeStore.isHash(file.getFileName().toString());
  }

  private Path file(Name name) {
    return folder.resolve(name.key());
  }
}
