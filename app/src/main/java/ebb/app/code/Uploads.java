package ebb.app.code;

import ebb.app.files.DurableFile;
import ebb.app.files.Room;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Files and folders that clients send under names of their own: they arrive as code does, and are
/// then snapshots like any other. What stays is which snapshot a name means.
///
/// ```
/// HOME/code/sent/KEY    the snapshot's hash, and the file by which clients ask whether it is there
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
  /// @param owner the workspace
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

  /// What became of an upload.
  ///
  /// @param asked the path below the name by which clients ask for it; empty for the file itself
  public record Sent(String hash, String asked) {}

  /// Takes a file of an upload, which begins with its first.
  ///
  /// @param path with the name that the upload is of
  public boolean put(Name name, String path, InputStream content, long keepFreeBytes, Instant now)
      throws IOException, CodeRefused {
    return pending.put(begin(name, now), path, content, keepFreeBytes, now);
  }

  private synchronized String begin(Name name, Instant now) throws IOException, CodeRefused {
    begun.values().removeIf(id -> !pending.isThere(id, now));
    String id = begun.get(name.key());
    if (id == null) {
      id = pending.begin(name.owner(), now);
      begun.put(name.key(), id);
    }
    return id;
  }

  private synchronized @Nullable String begun(Name name) {
    return begun.get(name.key());
  }

  private synchronized void end(Name name, String id) {
    begun.remove(name.key(), id);
  }

  /// How long a file is that has arrived of an upload that is under way; empty if there is none.
  public Optional<Long> bytes(Name name, String path, Instant now) {
    String id = begun(name);
    return id == null ? Optional.empty() : pending.bytes(id, path, now);
  }

  /// Makes of what has arrived what the name means from now on; empty if nothing has.
  public Optional<Sent> whole(Name name, String asked, long keepFreeBytes, Instant now)
      throws IOException, CodeRefused {
    String id = begun(name);
    if (id == null) {
      return find(name);
    }
    Optional<String> hash = pending.whole(id, name.owner(), "", keepFreeBytes, now);
    if (hash.isEmpty()) {
      return Optional.empty();
    }
    DurableFile.replace(file(name), hash.get() + "\n" + asked);
    end(name, id);
    return Optional.of(new Sent(hash.get(), asked));
  }

  /// What the name means, if it is still there; counts as a use of it.
  public Optional<Sent> find(Name name) throws IOException {
    Path file = file(name);
    try {
      List<String> lines = Files.readString(file).lines().toList();
      Sent sent = new Sent(lines.getFirst(), lines.size() > 1 ? lines.get(1) : "");
      if (store.has(sent.hash())) {
        return Optional.of(sent);
      }
      Files.deleteIfExists(file); // the snapshot was swept
      return Optional.empty();
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  private Path file(Name name) {
    return folder.resolve(name.key());
  }
}
