package ebb.app.code;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.UnaryOperator;

/// A folder as it was when it was read: what a job that starts from it will find.
public final class Snapshot {
  /// Deeper than any source tree. Each open folder takes a descriptor.
  private static final int DEPTH_MAX = 100;

  private static final Set<PosixFilePermission> EXECUTABLE =
      PosixFilePermissions.fromString("rwxr-xr-x");

  private final Path folder;
  private final Manifest manifest;

  private Snapshot(Path folder, Manifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /// Reads a single file, which is all that the snapshot then has.
  ///
  /// @throws CodeRefused if it is too large
  public static Snapshot ofFile(Path file, Bounds bounds) throws IOException, CodeRefused {
    return ofFile(file, bounds, UnaryOperator.identity());
  }

  /// The same, for whoever counts what is read of the content.
  ///
  /// @param through what each file is read through
  public static Snapshot ofFile(Path file, Bounds bounds, UnaryOperator<InputStream> through)
      throws IOException, CodeRefused {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isRegularFile(file)) {
      throw CodeRefused.unfit("There is no file '" + file + "'.");
    }
    Snapshot snapshot = new Snapshot(folder, new Manifest(bounds));
    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    String name = file.getFileName().toString();
    snapshot.manifest.add(entry(file.toRealPath(), name, attributes, through));
    return snapshot;
  }

  /// Reads a folder, without what its `.amlignore` or else its `.gitignore` leaves out, and those
  /// of the folders in it. Links are kept as links and never followed.
  ///
  /// @throws CodeRefused if something in it cannot be part of a snapshot, or it is too large
  public static Snapshot of(Path folder, Bounds bounds) throws IOException, CodeRefused {
    return of(folder, bounds, UnaryOperator.identity());
  }

  /// The same, for whoever counts what is read of the content.
  ///
  /// @param through what each file is read through
  public static Snapshot of(Path folder, Bounds bounds, UnaryOperator<InputStream> through)
      throws IOException, CodeRefused {
    if (!Files.isDirectory(folder)) {
      throw CodeRefused.unfit("There is no folder '" + folder + "'.");
    }
    Snapshot snapshot = new Snapshot(folder, new Manifest(bounds));
    snapshot.read(folder, "", IgnoreRules.of(folder), 0, through);
    return snapshot;
  }

  /// Reads a folder with all that is in it: somebody else has left out what was to be left out.
  ///
  /// @throws CodeRefused if something in it cannot be part of a snapshot, or it is too large
  static Snapshot whole(Path folder, Bounds bounds) throws IOException, CodeRefused {
    if (!Files.isDirectory(folder)) {
      throw CodeRefused.unfit("Nothing has arrived there: send the files first.");
    }
    Snapshot snapshot = new Snapshot(folder, new Manifest(bounds));
    snapshot.read(folder, "", IgnoreRules.none(folder), 0, UnaryOperator.identity());
    return snapshot;
  }

  private void read(
      Path from, String prefix, IgnoreRules rules, int depth, UnaryOperator<InputStream> through)
      throws IOException, CodeRefused {
    if (depth > DEPTH_MAX) {
      throw CodeRefused.unfit("'%s' is more than %d folders deep.".formatted(prefix, DEPTH_MAX));
    }
    try (DirectoryStream<Path> found = Files.newDirectoryStream(from)) {
      for (Path file : found) {
        String path = prefix + file.getFileName();
        PosixFileAttributes attributes =
            Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (rules.leavesOut(path, attributes.isDirectory())) {
          continue;
        }
        if (attributes.isDirectory()) {
          read(file, path + "/", rules.below(file, path + "/"), depth + 1, through);
        } else {
          manifest.add(entry(file, path, attributes, through));
        }
      }
    }
  }

  private static Manifest.Entry entry(
      Path file, String path, PosixFileAttributes attributes, UnaryOperator<InputStream> through)
      throws IOException, CodeRefused {
    if (attributes.isSymbolicLink()) {
      return new Manifest.LinkEntry(path, Files.readSymbolicLink(file).toString());
    }
    if (!attributes.isRegularFile()) {
      throw CodeRefused.unfit(
          "'" + path + "' is no file, folder or link: leave it out with .amlignore.");
    }
    MessageDigest digest = Manifest.sha256();
    long bytes;
    try (InputStream in = through.apply(open(file))) {
      bytes = new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
    }
    return new Manifest.FileEntry(
        path,
        attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE),
        bytes,
        HexFormat.of().formatHex(digest.digest()));
  }

  private static InputStream open(Path file) throws IOException {
    return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
  }

  /// 64 hexadecimal digits; see [Manifest].
  public String hash() {
    return manifest.hash();
  }

  /// How many files and links it has.
  public int size() {
    return manifest.entries().size();
  }

  /// Of all files together.
  public long bytes() {
    return manifest.bytes();
  }

  public Manifest manifest() {
    return manifest;
  }

  /// Copies it into a folder that is there.
  public void copyTo(Path into) throws IOException {
    for (Manifest.Entry entry : manifest.entries()) {
      Path place = into.resolve(entry.path());
      Files.createDirectories(place.getParent());
      switch (entry) {
        case Manifest.FileEntry file -> {
          try (InputStream content = open(folder.resolve(file.path()))) {
            Files.copy(content, place);
          }
          if (file.executable()) {
            Files.setPosixFilePermissions(place, EXECUTABLE);
          }
        }
        case Manifest.LinkEntry link -> Files.createSymbolicLink(place, Path.of(link.target()));
      }
    }
  }

  /// Writes it as a tar stream, read again from the folder.
  ///
  /// @throws IOException if a file has another size now than when the snapshot was made; another
  ///   content of the same size is noticed by whoever checks the hash
  public void writeTo(OutputStream out) throws IOException {
    writeTo(out, UnaryOperator.identity());
  }

  /// The same, for whoever counts what is read of the content: the stream has more bytes.
  ///
  /// @param through what each file is read through
  public void writeTo(OutputStream out, UnaryOperator<InputStream> through) throws IOException {
    try (CodeArchive.Writer writer = new CodeArchive.Writer(out)) {
      for (Manifest.Entry entry : manifest.entries()) {
        switch (entry) {
          case Manifest.FileEntry file -> {
            try (InputStream content = through.apply(open(folder.resolve(file.path())))) {
              writer.file(file.path(), file.executable(), file.bytes(), content);
            }
          }
          case Manifest.LinkEntry link -> writer.link(link.path(), link.target());
        }
      }
    }
  }
}
