package ebb.app.cli;

import ebb.app.code.Bounds;
import ebb.app.code.CodeRefused;
import ebb.app.code.Snapshot;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A job on this machine: its folder, and who keeps it while the client may go.
///
/// ```
/// ~/.local/state/ebb/jobs/NAME-RANDOM/job.json  which job of which server it is
///                                     work/     where the command starts, with a copy of the code
///                                     stdout    and stderr: what it writes
///                                     keeper    locked by who keeps it, and what that had to say
/// ~/.local/state/ebb/kept/NAME-RANDOM           of each whose end the server is not told yet
/// ~/.local/state/ebb/environments/              packages, from one job to the next
/// ```
final class LocalJob {
  static final String FILE = "job.json";

  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /// Whoever only looks whether a job is kept holds its lock for an instant.
  private static final int LOCK_TRIES = 20;

  private static final long LOCK_MILLIS = 50;

  private LocalJob() {}

  static boolean is(String compute) {
    return compute.equalsIgnoreCase("local") || compute.equalsIgnoreCase("azureml:local");
  }

  /// As the XDG base directory specification places it.
  static Path root() {
    String state = System.getenv("XDG_STATE_HOME");
    Path root =
        state == null || state.isBlank()
            ? Defaults.personHome().resolve(".local").resolve("state")
            : Path.of(state);
    return root.toAbsolutePath().resolve("ebb");
  }

  /// Makes the folder of a job that is about to be submitted, with a copy of its code: what is
  /// changed later does not change the job.
  static Path prepare(String name, @Nullable Path code) {
    try {
      Path jobs = root().resolve("jobs");
      Files.createDirectories(jobs, PRIVATE);
      Path folder = Files.createTempDirectory(jobs, name + "-");
      Path work = Files.createDirectory(folder.resolve("work"));
      if (code != null) {
        Snapshot.of(code, Bounds.DEFAULT).copyTo(work);
      }
      return folder;
    } catch (CodeRefused refused) {
      throw Failed.unreadable(String.valueOf(refused.getMessage()));
    } catch (IOException failure) {
      throw Failed.refused("LocalJobNotPrepared", failure + ".");
    }
  }

  /// Removes the folder of a job that was refused.
  static void remove(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException left) {
      System.err.println("ebb: " + folder + " could not be removed: " + left.getMessage());
    }
  }

  /// Begins a job that was submitted.
  static void begin(Connection connection, JsonNode submitted, Path folder) {
    Place place = connection.place();
    ObjectNode job = Connection.JSON.createObjectNode();
    job.put("name", submitted.path("name").asString());
    job.put("home", place.folder().toAbsolutePath().toString());
    job.put("subscription", place.subscriptionName());
    job.put("group", place.groupName());
    job.put("workspace", place.workspaceName());
    try {
      Files.write(folder.resolve(FILE), Connection.JSON.writeValueAsBytes(job));
      Files.createDirectories(kept(), PRIVATE);
      Files.createFile(mark(folder));
      startKeeper(folder);
    } catch (IOException failure) {
      throw Failed.refused("LocalJobNotStarted", failure + ".");
    }
    System.err.println(
        "ebb: %s runs on this machine, in %s; it is not metered"
            .formatted(submitted.path("name").asString(), folder.resolve("work")));
  }

  private static Path kept() {
    return root().resolve("kept");
  }

  private static Path mark(Path folder) {
    return kept().resolve(folder.getFileName());
  }

  /// Has the jobs of this machine kept again whose keeper has ended before them: it was killed, or
  /// the machine was. Costs a look at a folder where there are none.
  static void takeUp() {
    if (!Files.isDirectory(kept())) {
      return;
    }
    try (DirectoryStream<Path> open = Files.newDirectoryStream(kept())) {
      for (Path each : open) {
        Path folder = root().resolve("jobs").resolve(each.getFileName());
        if (!Files.isDirectory(folder)) {
          Files.delete(each); // somebody has removed it: there is nothing to tell of it any more
        } else if (!isKept(folder)) {
          startKeeper(folder);
        }
      }
    } catch (IOException | DirectoryIteratorException failure) {
      System.err.println("ebb: local jobs are not looked after: " + failure.getMessage());
    }
  }

  private static boolean isKept(Path folder) throws IOException {
    try (FileChannel channel = lockFile(folder);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    }
  }

  private static FileChannel lockFile(Path folder) throws IOException {
    return FileChannel.open(
        folder.resolve("keeper"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /// Makes this process the job's keeper until it ends; null if it has one.
  static @Nullable FileLock lock(Path folder) throws IOException, InterruptedException {
    FileChannel channel = lockFile(folder);
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
      Thread.sleep(LOCK_MILLIS);
    }
    channel.close();
    return null;
  }

  /// The server knows how the job ended, or does not want to.
  static void isTold(Path folder) throws IOException {
    Files.deleteIfExists(mark(folder));
  }

  /// Starts who keeps a job: a process and a session of its own.
  private static void startKeeper(Path folder) throws IOException {
    ProcessBuilder.Redirect log =
        ProcessBuilder.Redirect.appendTo(folder.resolve("keeper").toFile());
    new ProcessBuilder(command(folder))
        .directory(folder.toFile())
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(log)
        .redirectError(log)
        .start();
  }

  /// This program again, by the same JVM.
  private static List<String> command(Path folder) {
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("--enable-native-access=ALL-UNNAMED");
    String classes = System.getProperty("java.class.path");
    // A build lays it beside its jars.
    Path archive = Path.of(classes.split(":", 2)[0]).resolveSibling("classes.jsa");
    if (Files.exists(archive)) {
      command.add("-XX:SharedArchiveFile=" + archive);
    }
    command.addAll(List.of("-cp", classes, "ebb.app.Main"));
    command.addAll(List.of("local-keeper", folder.toString()));
    return command;
  }

  /// The server and workspace of a job that is kept.
  static Place place(JsonNode job) {
    Place place = new Place();
    place.home = Path.of(job.path("home").asString());
    place.subscription = job.path("subscription").asString();
    place.group = job.path("group").asString();
    place.workspace = job.path("workspace").asString();
    return place;
  }
}
