package ebb.kernel.codec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/// The files that keep what a version wrote: its tables, and samples of every record in bytes.
///
/// `main` writes those of the version at hand:
///
/// ```
/// java -cp kernel/target/classes:kernel/target/test-classes \
///   ebb.kernel.codec.FormatFiles kernel/src/test/resources/formats [--unreleased]
/// ```
///
/// It adds, and refuses to change what is there; only as long as nobody has a release of that
/// version `--unreleased` may be said, and then everything is written anew.
public final class FormatFiles {
  static final String COMMAND =
      "java -cp kernel/target/classes:kernel/target/test-classes ebb.kernel.codec.FormatFiles"
          + " kernel/src/test/resources/formats";

  static final List<String> TABLES = List.of("values.table", "events.table", "state.table");

  private FormatFiles() {}

  static String text(String table) {
    return switch (table) {
      case "values.table" -> ValueFormats.TEXT;
      case "events.table" -> EventFormats.TEXT;
      case "state.table" -> StateFormats.TEXT;
      default -> throw new IllegalArgumentException(table);
    };
  }

  static FormatTable formats(String samples) {
    return samples.equals("events.samples") ? EventFormats.TABLE : StateFormats.TABLE;
  }

  /// The samples of a file, by number of the record, then in their order.
  static List<Sample> samples(Path file) throws IOException {
    return Files.exists(file) ? Sample.parse(Files.readString(file)) : List.of();
  }

  /// Those that the file says differently than they are written now.
  static List<String> changed(List<Sample> kept, List<Sample> now) {
    TreeMap<String, Sample> byTitle = new TreeMap<>();
    now.forEach(each -> byTitle.put(each.title(), each));
    return kept.stream()
        .filter(each -> !each.equals(byTitle.get(each.title())))
        .map(Sample::title)
        .toList();
  }

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]).resolve("v" + FormatVersion.CURRENT);
    boolean unreleased = args.length > 1 && args[1].equals("--unreleased");
    Files.createDirectories(directory);
    for (String name : List.of("events.samples", "state.samples")) {
      List<Sample> now = Sample.of(formats(name));
      List<String> changed = changed(samples(directory.resolve(name)), now);
      if (!changed.isEmpty() && !unreleased) {
        throw new IllegalStateException(
            "These would be written differently, and somebody may have them: " + changed);
      }
      Files.writeString(directory.resolve(name), Sample.text(now));
    }
    for (String name : TABLES) {
      Files.writeString(directory.resolve(name), text(name));
    }
  }
}
