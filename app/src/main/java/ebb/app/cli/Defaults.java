package ebb.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/// What need not be typed each time: a person's own, kept between commands by `ebb configure`.
final class Defaults {
  /// What may be kept, in az's words.
  static final List<String> NAMES = List.of("subscription", "group", "workspace", "location");

  private static final TypeReference<TreeMap<String, String>> TEXTS = new TypeReference<>() {};

  private Defaults() {}

  /// What `~` is for the shell that this was typed in: `HOME` counts, as for every other program.
  static Path personHome() {
    String set = System.getenv("HOME");
    return Path.of(set == null || set.isBlank() ? System.getProperty("user.home") : set);
  }

  /// As the XDG base directory specification places it.
  static Path file() {
    String config = System.getenv("XDG_CONFIG_HOME");
    Path folder =
        config == null || config.isBlank() ? personHome().resolve(".config") : Path.of(config);
    return folder.resolve("ebb").resolve("defaults.json");
  }

  static Map<String, String> read() {
    Path file = file();
    try {
      return Files.exists(file)
          ? Connection.JSON.readValue(Files.readAllBytes(file), TEXTS)
          : new TreeMap<>();
    } catch (IOException | JacksonException damaged) {
      throw Failed.refused(
          "DefaultsUnreadable",
          file + " cannot be read (" + damaged.getMessage() + "): mend or remove it.");
    }
  }

  static void write(Map<String, String> defaults) {
    Path file = file();
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path draft = Files.createTempFile(file.toAbsolutePath().getParent(), "defaults", ".new");
      Files.write(draft, Connection.JSON.writeValueAsBytes(defaults));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw Failed.refused(
          "DefaultsNotKept", file + " cannot be written: " + failure.getMessage() + ".");
    }
  }
}
