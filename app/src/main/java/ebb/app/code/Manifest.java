package ebb.app.code;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.TreeMap;

/// What a snapshot holds, and the hash by which it is known: the same on any machine for the same
/// paths, contents, executable bits and links. Times, owners, other permissions and empty folders
/// do not count.
///
/// The hash is SHA-256 over a line that names the format, then over each entry in the order of its
/// path's UTF-8 bytes: a byte for its kind (`f` file, `x` executable file, `l` link), its path, and
/// the 32 bytes of its content's SHA-256 or its link's target; path and target with their length in
/// four bytes before them.
public final class Manifest {
  private static final byte[] FORMAT = "ebb code 1\n".getBytes(StandardCharsets.US_ASCII);

  private final TreeMap<String, Entry> entries =
      new TreeMap<>(Comparator.comparing(Manifest::utf8, Arrays::compareUnsigned));

  private final Places places = new Places();
  private final Bounds bounds;
  private long bytes;

  /// Something in a snapshot, by its path from the snapshot's folder, with slashes.
  public sealed interface Entry {
    String path();
  }

  /// A file.
  ///
  /// @param contentHash SHA-256 of the content, 64 hexadecimal digits
  public record FileEntry(String path, boolean executable, long bytes, String contentHash)
      implements Entry {}

  /// A symbolic link.
  ///
  /// @param target a path from the folder that the link is in; never out of the snapshot
  public record LinkEntry(String path, String target) implements Entry {}

  Manifest(Bounds bounds) {
    this.bounds = bounds;
  }

  /// Adds an entry, or says why a snapshot cannot have it.
  void add(Entry entry) throws CodeRefused {
    String path = entry.path();
    Names.check(path);
    if (entry instanceof LinkEntry(var _, String target)) {
      Names.checkLink(path, target);
    }
    if (entries.putIfAbsent(path, entry) != null) {
      throw CodeRefused.unfit("'" + path + "' is there twice.");
    }
    places.add(path);
    bytes += entry instanceof FileEntry file ? file.bytes() : 0;
    bounds.check(entries.size(), bytes);
  }

  /// Refuses a file that [#add] would refuse for its name or its size.
  void boundsAllow(String path, long fileBytes) throws CodeRefused {
    Names.check(path);
    bounds.check(entries.size() + 1, bytes + fileBytes);
  }

  /// In the order of the hash.
  public Collection<Entry> entries() {
    return Collections.unmodifiableCollection(entries.values());
  }

  /// Of all files together.
  public long bytes() {
    return bytes;
  }

  /// 64 hexadecimal digits.
  public String hash() {
    MessageDigest digest = sha256();
    digest.update(FORMAT);
    for (Entry entry : entries.values()) {
      digest.update(canonical(entry));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] canonical(Entry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      byte[] path = utf8(entry.path());
      out.writeByte(
          switch (entry) {
            case FileEntry file -> file.executable() ? 'x' : 'f';
            case LinkEntry _ -> 'l';
          });
      out.writeInt(path.length);
      out.write(path);
      switch (entry) {
        case FileEntry file -> out.write(HexFormat.of().parseHex(file.contentHash()));
        case LinkEntry link -> {
          byte[] target = utf8(link.target());
          out.writeInt(target.length);
          out.write(target);
        }
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
