package ebb.app.code;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/// A snapshot on its way: a tar stream of files and links. Whoever reads one trusts nothing in it:
/// a name that leads out, an entry that is neither file nor link, and anything beyond the bounds
/// ends the reading.
final class CodeArchive {
  /// What an entry's headers may take: a path and a target of 4 KiB each, as extended attributes,
  /// and room for those of other writers.
  private static final int HEADER_BYTES_MAX = 16 << 10;

  private static final int MODE_FILE = 0644;
  private static final int MODE_EXECUTABLE = 0755;
  private static final int OWNER_EXECUTE = 0100;

  private CodeArchive() {}

  /// Takes what is read, entry by entry. The manifest of all of it comes after: until then nothing
  /// is known to be whole.
  interface Sink {
    void file(String path, boolean executable, long bytes, InputStream content) throws IOException;

    void link(String path, String target) throws IOException;
  }

  /// Reads a stream to its end and says what it held.
  static Manifest read(InputStream from, Bounds bounds, Sink sink) throws IOException, CodeRefused {
    Manifest manifest = new Manifest(bounds);
    Ration ration = new Ration(from);
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(ration, StandardCharsets.UTF_8.name())) {
      while (true) {
        ration.allow(HEADER_BYTES_MAX);
        TarArchiveEntry entry = next(tar, ration);
        if (entry == null) {
          return manifest;
        }
        if (!entry.isDirectory()) {
          take(entry, tar, ration, manifest, sink);
        }
      }
    } catch (Malformed malformed) {
      throw CodeRefused.unfit(String.valueOf(malformed.getMessage()));
    }
  }

  private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar, Ration ration)
      throws IOException {
    try {
      return tar.getNextEntry();
    } catch (IOException | IllegalArgumentException failure) {
      throw ration.blame(failure);
    }
  }

  private static void take(
      TarArchiveEntry entry, TarArchiveInputStream tar, Ration ration, Manifest manifest, Sink sink)
      throws IOException, CodeRefused {
    String path = entry.getName();
    if (entry.isSymbolicLink()) {
      manifest.add(new Manifest.LinkEntry(path, entry.getLinkName()));
      sink.link(path, entry.getLinkName());
      return;
    }
    boolean isPlain =
        entry.getLinkFlag() == TarConstants.LF_NORMAL
            || entry.getLinkFlag() == TarConstants.LF_OLDNORM;
    if (!isPlain || entry.isSparse()) {
      throw CodeRefused.unfit("'" + path + "' is no file or link.");
    }
    long bytes = entry.getSize();
    boolean executable = (entry.getMode() & OWNER_EXECUTE) != 0;
    // Before a byte of it is written anywhere: its name and the bounds.
    manifest.boundsAllow(path, bytes);
    ration.allow(bytes + HEADER_BYTES_MAX);
    MessageDigest digest = Manifest.sha256();
    InputStream content = new DigestInputStream(new Content(tar, ration), digest);
    sink.file(path, executable, bytes, content);
    content.transferTo(OutputStream.nullOutputStream());
    manifest.add(
        new Manifest.FileEntry(path, executable, bytes, HexFormat.of().formatHex(digest.digest())));
  }

  /// Writes a stream that [#read] reads.
  static final class Writer implements Sink, AutoCloseable {
    private final TarArchiveOutputStream tar;

    Writer(OutputStream out) {
      tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    @Override
    public void file(String path, boolean executable, long bytes, InputStream content)
        throws IOException {
      TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_NORMAL, true);
      entry.setMode(executable ? MODE_EXECUTABLE : MODE_FILE);
      entry.setSize(bytes);
      entry.setModTime(0);
      tar.putArchiveEntry(entry);
      content.transferTo(tar);
      tar.closeArchiveEntry();
    }

    @Override
    public void link(String path, String target) throws IOException {
      TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_SYMLINK, true);
      entry.setLinkName(target);
      entry.setModTime(0);
      tar.putArchiveEntry(entry);
      tar.closeArchiveEntry();
    }

    @Override
    public void close() throws IOException {
      tar.close();
    }
  }

  /// What arrived is at fault, and not that it could not be read.
  private static final class Malformed extends IOException {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  /// The content of an entry, which may be cut.
  private static final class Content extends FilterInputStream {
    private final Ration ration;

    Content(TarArchiveInputStream tar, Ration ration) {
      super(tar);
      this.ration = ration;
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException failure) {
        throw ration.blame(failure);
      }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      try {
        return super.read(into, offset, length);
      } catch (IOException failure) {
        throw ration.blame(failure);
      }
    }
  }

  /// Lets no more be read than was allowed last: the library keeps headers in memory, whatever
  /// length they claim.
  private static final class Ration extends FilterInputStream {
    private long left;

    /// Why nothing more came: the library tells of it as of a fault in what came.
    private @Nullable IOException broken;

    Ration(InputStream in) {
      super(in);
    }

    void allow(long bytes) {
      left = bytes;
    }

    /// What the library's failure comes from.
    IOException blame(Exception failure) {
      if (broken != null) {
        return broken;
      }
      return failure instanceof Malformed known
          ? known
          : new Malformed("This is no tar stream: " + failure.getMessage());
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read;
      try {
        read = super.read(into, offset, length);
      } catch (IOException failure) {
        broken = failure;
        throw failure;
      }
      spend(Math.max(0, read));
      return read;
    }

    /// By reading, so that there is one place where it can fail.
    @Override
    public long skip(long bytes) throws IOException {
      byte[] piece = new byte[Math.clamp(bytes, 0, 8 << 10)];
      return piece.length == 0 ? 0 : Math.max(0, read(piece, 0, piece.length));
    }

    private void spend(long bytes) throws Malformed {
      left -= bytes;
      if (left < 0) {
        throw new Malformed(
            "The headers of an entry take more than " + (HEADER_BYTES_MAX >> 10) + " KiB.");
      }
    }
  }
}
