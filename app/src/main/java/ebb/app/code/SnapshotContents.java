package ebb.app.code;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/// The files of a snapshot, each to be read by itself. Links are left out.
public final class SnapshotContents {
  private final Path archive;
  private final SortedMap<String, Place> places;

  /// Where a file's bytes are in the archive.
  public record Place(long offset, long bytes) {}

  private SnapshotContents(Path archive, SortedMap<String, Place> places) {
    this.archive = archive;
    this.places = places;
  }

  /// Reads where each file is, and no content.
  static SnapshotContents read(Path archive) throws IOException {
    TreeMap<String, Place> places = new TreeMap<>();
    try (TarFile tar = new TarFile(archive)) {
      for (TarArchiveEntry entry : tar.getEntries()) {
        if (!entry.isSymbolicLink()) {
          places.put(entry.getName(), new Place(entry.getDataOffset(), entry.getSize()));
        }
      }
    }
    return new SnapshotContents(archive, Collections.unmodifiableSortedMap(places));
  }

  /// By path.
  public SortedMap<String, Place> files() {
    return places;
  }

  /// The archive, in which a file's bytes are at its place.
  public FileChannel open() throws IOException {
    return FileChannel.open(archive, StandardOpenOption.READ);
  }
}
