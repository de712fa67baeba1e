package ebb.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Where a benchmark runs: the repository, the C programs that `bench/run` compiled, and a folder
/// for its homes that is removed when all went well.
///
/// @param brief the small sizes of `--short`
/// @param peers also measure other systems, where they can be had
record Workbench(Path root, Path tools, Path scratch, boolean brief, boolean peers) {
  static Workbench open(boolean brief, boolean peers) throws IOException {
    Path root = Path.of(System.getProperty("ebb.root"));
    Path scratch = Files.createTempDirectory("ebb-bench-");
    // Jobs may run as another user, who must pass through.
    Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwx--x--x"));
    return new Workbench(root, Path.of(System.getProperty("ebb.tools")), scratch, brief, peers);
  }

  Path home(String name) {
    return scratch.resolve(name);
  }

  ServerProcess server(Path home, String heap, String... options) throws IOException {
    return new ServerProcess(root, home, heap, List.of(options));
  }

  static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  /// The line that everybody looks for.
  static void result(String letter, String name, String value, String aim) {
    say("%s %s: %s (aim %s)", letter, name, value, aim);
  }

  void clear() throws IOException {
    try (Stream<Path> files = Files.walk(scratch)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
