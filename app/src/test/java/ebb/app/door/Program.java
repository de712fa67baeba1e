package ebb.app.door;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The program as `./ebb` starts it: from the jars of this build and with the archive of its
/// classes, which takes away most of a start. Where classes are newer than the jars, as in an
/// editor that compiles without Maven, it is started from the classes.
final class Program {
  static final Path ROOT = root();
  private static final Path BUILT = ROOT.resolve("app/target/ebb");
  private static final List<String> FROM = from();

  private Program() {}

  /// The JVM with these flags, without a main class.
  static List<String> java(String... flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(flags));
    command.addAll(FROM);
    return command;
  }

  /// The same from a copy in this folder, without the archive, which knows the jars by their paths.
  static List<String> copied(Path folder, String... flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(java(flags));
    command.removeIf(flag -> flag.startsWith("-XX:SharedArchiveFile"));
    List<String> copies = new ArrayList<>();
    for (String source : command.removeLast().split(":", -1)) {
      Path copy = folder.resolve(copies.size() + "-" + Path.of(source).getFileName());
      new ProcessBuilder("cp", "-r", source, copy.toString()).start().waitFor();
      copies.add(copy.toString());
    }
    command.add(String.join(":", copies));
    return command;
  }

  private static Path root() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("scripts/run-folder"))) {
      root = root.getParent();
    }
    return root;
  }

  private static List<String> from() {
    try {
      long made = 0;
      for (String module : List.of("agent", "kernel", "simulator", "app")) {
        long jar = newest(jars("ebb-" + module + "-"));
        if (newest(files(ROOT.resolve(module).resolve("target/classes"))) > jar) {
          return List.of("-cp", System.getProperty("java.class.path"));
        }
        made = Math.max(made, jar);
      }
      Path folder = BUILT.resolve("tests").resolve(Long.toString(made));
      assembled(folder);
      List<Path> all = files(folder).stream().filter(Program::isJar).sorted().toList();
      return List.of(
          "-Xlog:disable",
          "-XX:SharedArchiveFile=" + folder.resolve("classes.jsa"),
          "-cp",
          String.join(":", all.stream().map(Path::toString).toList()));
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// Once for each build: two JVMs of tests may begin at once.
  private static void assembled(Path folder) throws IOException, InterruptedException {
    Path tests = Files.createDirectories(folder.getParent());
    try (FileChannel channel =
            FileChannel.open(
                BUILT.resolve("tests.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      if (Files.exists(folder.resolve("classes.jsa"))) {
        return;
      }
      for (Path old : below(tests).reversed()) {
        Files.delete(old);
      }
      Files.createDirectories(folder);
      String line =
          ". scripts/run-folder; assemble '%s' '%s'".formatted(BUILT.resolve("lib"), folder);
      ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", line).directory(ROOT.toFile());
      shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
      if (shell.start().waitFor() != 0 || !Files.exists(folder.resolve("classes.jsa"))) {
        throw new IOException("'" + line + "' made no archive");
      }
    }
  }

  private static boolean isJar(Path file) {
    return file.toString().endsWith(".jar");
  }

  private static List<Path> jars(String name) throws IOException {
    return files(BUILT.resolve("lib")).stream()
        .filter(file -> file.getFileName().toString().startsWith(name))
        .toList();
  }

  private static List<Path> files(Path folder) throws IOException {
    return below(folder).stream().filter(Files::isRegularFile).toList();
  }

  /// Everything below a folder, a folder before what is in it.
  private static List<Path> below(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.skip(1).toList();
    }
  }

  private static long newest(List<Path> files) throws IOException {
    long newest = 0;
    for (Path file : files) {
      newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
    }
    return newest;
  }
}
