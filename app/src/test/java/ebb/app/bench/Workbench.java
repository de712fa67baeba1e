package ebb.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Where a benchmark runs: the repository, a folder for its homes that is removed when all went
/// well, and in it the C programs that `bench/run` compiled: jobs run as other users, who may not
/// be able to reach the repository.
///
/// @param brief the small sizes of `--short`
/// @param peers also measure other systems, where they can be had
record Workbench(Path root, Path tools, Path scratch, boolean brief, boolean peers) {
  private static final List<String> PROGRAMS = List.of("spawn", "first", "task");

  static Workbench open(boolean brief, boolean peers) throws IOException {
    Path root = Path.of(System.getProperty("ebb.root"));
    Path scratch = Files.createTempDirectory("ebb-bench-");
    // Jobs may run as another user, who must pass through.
    Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwx--x--x"));
    Path tools = Files.createDirectory(scratch.resolve("tools"));
    Path compiled = Path.of(System.getProperty("ebb.tools"));
    for (String program : PROGRAMS) {
      Files.copy(compiled.resolve(program), tools.resolve(program));
      open(tools.resolve(program));
    }
    open(tools);
    return new Workbench(root, tools, scratch, brief, peers);
  }

  private static void open(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
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
