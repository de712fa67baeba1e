package ebb.app.files;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The room on a disk, of which some is to stay free: what would take it ends before it does.
///
/// @param folder on the disk
/// @param keepFreeBytes how much stays free
public record Room(Path folder, long keepFreeBytes) {
  public static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  public static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /// For a file that must not be there yet.
  public static final Set<OpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  /// Between two looks at the free space.
  private static final long LOOK_BYTES = 16L << 20;

  /// The disk has too little room.
  public static final class TooLittle extends IOException {
    private static final long serialVersionUID = 1;

    TooLittle(String message) {
      super(message);
    }
  }

  /// Writes to `out`, buffered, and throws [TooLittle] before the room is used up.
  public OutputStream guard(OutputStream out) throws IOException {
    return new Guarded(new BufferedOutputStream(out), this, Files.getFileStore(folder));
  }

  private static final class Guarded extends FilterOutputStream {
    private final Room room;
    private final FileStore disk;
    private long unlooked = LOOK_BYTES;

    Guarded(OutputStream out, Room room, FileStore disk) {
      super(out);
      this.room = room;
      this.disk = disk;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      unlooked += length;
      if (unlooked >= LOOK_BYTES) {
        unlooked = 0;
        long free = disk.getUsableSpace();
        if (free < room.keepFreeBytes() + LOOK_BYTES) {
          throw new TooLittle(
              "The server's disk has %d MiB left and nothing is written to it below %d MiB: free some space at its home ('ebb gc' removes what ended jobs have left between)."
                  .formatted(free >> 20, (room.keepFreeBytes() + LOOK_BYTES) >> 20));
        }
      }
      out.write(bytes, offset, length);
    }
  }
}
