package ebb.app.walls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The files of this repository, as a clone has them.
final class Repository {
  static final List<String> MODULES = List.of("kernel", "simulator", "agent", "app");

  private Repository() {}

  /// The folder that holds `check` and the modules.
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("check")) || !Files.isDirectory(folder.resolve("kernel"))) {
      folder = folder.getParent();
      assertThat(folder).as("a folder above this one with `check` and `kernel`").isNotNull();
    }
    return folder;
  }

  /// The sources that become the product, relative to the root.
  static List<Path> mainSources() {
    return MODULES.stream().flatMap(module -> mainSources(module).stream()).toList();
  }

  static List<Path> mainSources(String module) {
    Path sources = root().resolve(module).resolve("src/main/java");
    if (!Files.isDirectory(sources)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(root()::relativize)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What git has or would take: everything but what .gitignore names.
  static List<Path> files() {
    try {
      Process git =
          new ProcessBuilder("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
              .directory(root().toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (git.waitFor() == 0) {
        return Stream.of(names.split("\0"))
            .map(Path::of)
            .filter(file -> Files.isRegularFile(root().resolve(file)))
            .sorted()
            .toList();
      }
    } catch (IOException e) {
      // No git here: a source archive has no build products either, apart from those skipped below.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    try (Stream<Path> files = Files.walk(root())) {
      return files
          .filter(Files::isRegularFile)
          .map(root()::relativize)
          .filter(file -> Stream.of("target", "node_modules", ".git").noneMatch(contains(file)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Predicate<String> contains(Path file) {
    return folder ->
        Stream.iterate(file, path -> path != null, Path::getParent)
            .anyMatch(path -> path.endsWith(folder));
  }

  static String read(Path file) {
    try {
      return new String(Files.readAllBytes(root().resolve(file)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
