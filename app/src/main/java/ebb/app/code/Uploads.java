package ebb.app.code;

import ebb.app.files.DurableFile;
import ebb.app.files.Room;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Files and folders that clients send under names of their own: they arrive as code does, and are
/// then snapshots like any other. What stays is which snapshot a name means.
///
/// ```
/// HOME/code/sent/KEY    the snapshot's hash
/// ```
public final class Uploads {
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

  /// Begins an upload, or goes on with the one of the name that is under way. Clients ask for the
  /// first file of what they are about to send: a file that comes without that is of an upload that
  /// was lost, and what came before it is gone.
  public synchronized void begin(Name name, Instant now) throws IOException, CodeRefused {
    begun.values().removeIf(id -> !pending.isThere(id, now));
    if (!begun.containsKey(name.key())) {
      begun.put(name.key(), pending.begin(name.owner(), now));
    }
  }

  private synchronized @Nullable String begun(Name name) {
    return begun.get(name.key());
  }

  /// What an upload takes.
  public interface Taking {
    /// False if there is none of this id.
    boolean by(PendingCode pending, String id) throws IOException, CodeRefused;
  }

  /// Takes a file of an upload, or a part of one; false if there is none. Two clients that send the
  /// same at once share an upload, and what the slower one still sends is there already.
  ///
  /// @param content what `taking` reads
  public boolean take(Name name, InputStream content, Taking taking)
      throws IOException, CodeRefused {
    String id = begun(name);
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
