package ebb.app.asset;

import ebb.app.files.DurableFile;
import ebb.app.files.Room;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Small files that each owner keeps under names and versions. Names that differ only in case are
/// one, and are told in lower case.
///
/// ```
/// FOLDER/OWNER/NAME/VERSION.json
/// ```
final class VersionFiles {
  /// As Azure has them for assets.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

  private static final int NAME_MAX = 255;

  /// Enough to know it by.
  private static final int SHOWN = 30;

  private static final String ENDING = ".json";

  /// A file's name has 255 bytes at most, and that of a draft ends with `.json.new`.
  private static final int VERSION_MAX = 246;

  private final Path folder;

  VersionFiles(Path folder) {
    this.folder = folder;
  }

  /// Why there can be no such version; null if there can.
  static @Nullable String unfit(String name, String version) {
    String none = unfit("name", name, NAME_MAX);
    return none == null ? unfit("version", version, VERSION_MAX) : none;
  }

  private static @Nullable String unfit(String what, String text, int most) {
    if (text.length() > most) {
      return "The %s of an asset has %d characters at most, and '%s...' has %d: choose a shorter one."
          .formatted(what, most, text.substring(0, SHOWN), text.length());
    }
    return NAME.matcher(text).matches()
        ? null
        : "'%s' is no %s of an asset: it has letters, digits, '-', '_' and '.', a letter or digit first, and %d characters at most."
            .formatted(text, what, most);
  }

  private Path names(String owner) {
    return folder.resolve(owner);
  }

  private Path versions(String owner, String name) {
    return names(owner).resolve(key(name));
  }

  private Path file(String owner, String name, String version) {
    return versions(owner, name).resolve(key(version) + ENDING);
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /// What a version says; empty if there is none.
  Optional<String> find(String owner, String name, String version) throws IOException {
    if (unfit(name, version) != null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file(owner, name, version)));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  /// Keeps what a version says, in the place of what it said; durable when this returns.
  synchronized void replace(String owner, String name, String version, String text)
      throws IOException {
    for (Path above : List.of(folder, names(owner), versions(owner, name))) {
      if (!Files.isDirectory(above)) {
        Files.createDirectory(above, Room.PRIVATE_FOLDER);
        DurableFile.syncFolder(above);
      }
    }
    DurableFile.replace(file(owner, name, version), text);
  }

  /// Takes a version away, and its name with the last one; durable when this returns. False if
  /// there was none.
  synchronized boolean remove(String owner, String name, String version) throws IOException {
    if (unfit(name, version) != null) {
      return false;
    }
    Path file = file(owner, name, version);
    if (!Files.deleteIfExists(file)) {
      return false;
    }
    DurableFile.syncFolder(file);
    try {
      Files.delete(versions(owner, name));
    } catch (DirectoryNotEmptyException others) {
      return true;
    }
    DurableFile.syncFolder(versions(owner, name));
    return true;
  }

  /// The names that there are after one, sorted.
  List<String> names(String owner, String after) throws IOException {
    List<String> names = listed(names(owner), Integer.MAX_VALUE);
    names.removeIf(name -> name.compareTo(key(after)) <= 0);
    return names;
  }

  /// So many names at most, of however many there are.
  List<String> someNames(String owner, int most) throws IOException {
    return listed(names(owner), most);
  }

  /// The versions of a name, sorted by their texts.
  List<String> versionsOf(String owner, String name) throws IOException {
    return someVersions(owner, name, Integer.MAX_VALUE);
  }

  /// So many of them at most.
  List<String> someVersions(String owner, String name, int most) throws IOException {
    if (unfit("name", name, NAME_MAX) != null) {
      return List.of();
    }
    return listed(versions(owner, name), most).stream()
        .filter(file -> file.endsWith(ENDING)) // and not a draft
        .map(file -> file.substring(0, file.length() - ENDING.length()))
        .sorted()
        .toList();
  }

  private static List<String> listed(Path folder, int most) throws IOException {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (found.size() == most) {
          break;
        }
        found.add(file.getFileName().toString());
      }
    } catch (NoSuchFileException absent) {
      return found;
    }
    found.sort(null);
    return found;
  }
}
