package ebb.kernel.codec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The files that keep what a version wrote: its tables, samples of every record in bytes, and
/// whole journals, which `JournalFiles` of the simulator writes.
///
/// `main` writes the others of the version at hand:
///
/// ```
/// java -cp kernel/target/classes:kernel/target/test-classes \
///   ebb.kernel.codec.FormatFiles kernel/src/test/resources/formats
/// ```
///
/// With a release a file `released` is put beside them: from then on they are never written again,
/// and what is new needs a new [FormatVersion].
public final class FormatFiles {
  static final String COMMAND =
      "java -cp kernel/target/classes:kernel/target/test-classes ebb.kernel.codec.FormatFiles"
          + " kernel/src/test/resources/formats";

  static final List<String> TABLES = List.of("values.table", "events.table", "state.table");
  static final List<String> SAMPLES = List.of("events.samples", "state.samples");

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

  /// The whole journals of a version.
  public static List<Path> journals(Path version) throws IOException {
    try (Stream<Path> files = Files.list(version)) {
      return files.filter(file -> file.toString().endsWith(".rows")).sorted().toList();
    }
  }

  static boolean isReleased(Path version) {
    return Files.exists(version.resolve("released"));
  }

  /// The folder of the version at hand, whose files may still be written anew.
  public static Path unreleased(Path formats) throws IOException {
    Path version = formats.resolve("v" + FormatVersion.CURRENT);
    if (isReleased(version)) {
      throw new IllegalStateException(
          "Version "
              + FormatVersion.CURRENT
              + " is released, so its files stay as they are. Raise FormatVersion.CURRENT, and let"
              + " what is new say `since` that version");
    }
    return Files.createDirectories(version);
  }

  public static void main(String[] args) throws IOException {
    Path version = unreleased(Path.of(args[0]));
    for (String name : SAMPLES) {
      Files.writeString(version.resolve(name), Sample.text(Sample.of(formats(name))));
    }
    for (String name : TABLES) {
      Files.writeString(version.resolve(name), text(name));
    }
  }
}
