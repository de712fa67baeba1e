package ebb.app.api;

import ebb.app.api.Blobs.Blob;
import ebb.app.api.Blobs.Content;
import ebb.app.code.CodeStore;
import ebb.app.code.SnapshotContents;
import ebb.app.code.Uploads;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The copies that assets have of what jobs have left, by the job and the path there: read where
/// the job's own files were, once these are gone. Of several copies of a path the newest counts.
///
/// They are there while an asset's version names them, and are found by as many looks as a path has
/// names in it.
///
/// @param workspace its id
record AssetCopies(CodeStore code, String workspace) {
  /// A copy of a file or folder.
  ///
  /// @param before what the paths of its files begin with in the job's folder
  private record Copy(String before, SnapshotContents contents) {}

  /// No client's name of what it sends: that has no slash in it.
  private Uploads.Name name(String job, String path) {
    return new Uploads.Name(workspace, "job/" + job, path);
  }

  /// Remembers of which copy an asset has a path.
  void add(String job, String path, String hash) throws IOException {
    code.uploads().remember(name(job, path), hash);
  }

  /// That of a path or of a folder that it is in.
  private Optional<Copy> find(String job, String path) throws IOException {
    String above = path.replaceFirst("(?<!/)/+$", "");
    while (!above.isEmpty()) {
      Optional<String> hash = code.uploads().find(name(job, above));
      int slash = above.lastIndexOf('/');
      if (hash.isPresent()) {
        return Optional.of(new Copy(above.substring(0, slash + 1), code.contents(hash.get())));
      }
      above = above.substring(0, Math.max(0, slash));
    }
    return Optional.empty();
  }

  /// The files below a path, by their paths in the job's folder.
  SortedMap<String, Blob> list(String job, String path) throws IOException {
    TreeMap<String, Blob> found = new TreeMap<>();
    Optional<Copy> copy = find(job, path);
    if (copy.isPresent()) {
      copy.get()
          .contents()
          .files()
          .forEach((each, place) -> found.put(copy.get().before() + each, blob(place)));
    }
    return found;
  }

  /// A file by its path in the job's folder.
  Content open(String job, String path) throws IOException {
    Copy copy = find(job, path).orElseThrow(() -> new NoSuchFileException(path));
    return content(copy.contents(), path.substring(copy.before().length()));
  }

  /// A file of what was sent or copied.
  static Content content(SnapshotContents contents, String path) throws IOException {
    SnapshotContents.Place place = contents.files().get(path);
    if (place == null) {
      throw new NoSuchFileException(path);
    }
    FileChannel archive = contents.open();
    return new Content(
        blob(place),
        (from, bytes, out) -> FileEndpoints.copy(archive, place.offset() + from, bytes, out),
        archive);
  }

  /// What was sent or copied never changes.
  static Blob blob(SnapshotContents.Place place) {
    return new Blob(place.bytes(), 0);
  }
}
