package ebb.app.backend.local;

import ebb.app.specification.ImageName;
import ebb.app.specification.Specification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs tasks in containers of podman, on images that are there or may be pulled ([Images]).
///
/// podman runs in a process namespace of its own, so that the container and all that podman leaves
/// running belong to the task's tree and end with it. Limits are those of the task's control
/// groups, below which podman puts its own. Root only.
///
/// Variables reach the container by a file of the home, for podman has rights and obeys variables
/// too. The file is there while the task is: it says whose end has a container to be cleared away.
final class Containers {
  private static final int REMOVALS_MAX = 5;
  private static final long REMOVAL_PAUSE_MILLIS = 500;

  /// runc and plain groups work with control groups of either version, and without systemd.
  private static final List<String> FLAGS =
      List.of("--cgroup-manager=cgroupfs", "--runtime", "runc");

  /// What is to be pulled has been.
  private static final List<String> APART =
      List.of(
          "--rm",
          "--init",
          "--pull",
          "never",
          "--log-driver",
          "none",
          "--cap-drop",
          "ALL",
          "--security-opt",
          "no-new-privileges",
          "--read-only",
          "--shm-size",
          "2g",
          "--ulimit",
          "nofile=1024:1024",
          "--ulimit",
          "nproc=4096:4096");

  private final String podman;
  private final String unshare;
  private final Path files;
  private final String installation;
  private final Images images;
  private final LocalImages there;
  private final PulledImages pulled;

  private Containers(String podman, String unshare, Path files, String installation, Images images)
      throws IOException {
    this.podman = podman;
    this.unshare = unshare;
    this.files = files;
    this.installation = installation;
    this.images = images;
    this.there = new LocalImages(podman, LocalImages.HOLDS);
    this.pulled = PulledImages.open(files.resolve("pulled"), podman);
  }

  /// What this machine has; otherwise what is missing.
  record Found(@Nullable Containers containers, String missing) {}

  static Found find(Path home, String installation, Confines.Wanted wanted, ControlGroups groups)
      throws IOException {
    if (wanted.users().range() == null) {
      return new Found(null, "containers need a server that runs as root");
    }
    for (String program : List.of("podman", "runc", "conmon", "catatonit")) {
      if (Programs.find(program).isEmpty()) {
        return new Found(null, "install the package " + program);
      }
    }
    Optional<String> unshare = Programs.find("unshare");
    if (unshare.isEmpty()) {
      return new Found(null, "install the package util-linux");
    }
    if (!groups.areThere()) {
      return new Found(null, "containers need control groups, and " + groups.missing());
    }
    Path files = home.resolve("containers");
    Files.createDirectories(
        files, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return new Found(
        new Containers(
            Programs.find("podman").orElseThrow(),
            unshare.get(),
            files,
            installation,
            wanted.images()),
        "");
  }

  /// The arguments that run a program in a container of the image that the environment names.
  List<String> run(
      Sandbox.Own own, Specification.Environment environment, String group, Wrapping.Bare bare)
      throws IOException, CannotPrepare {
    String image = image(environment);
    List<String> arguments = new ArrayList<>();
    arguments.add(podman);
    arguments.addAll(FLAGS);
    arguments.add("run");
    arguments.addAll(APART);
    arguments.addAll(List.of("--name", name(bare.task()), "--cgroup-parent", group));
    arguments.addAll(List.of("--network", own.network() ? "host" : "none"));
    TaskUser user = bare.user();
    if (user == null) {
      throw new CannotPrepare("a container needs a server that runs as root");
    }
    arguments.addAll(List.of("--user", user.uid() + ":" + user.gid()));
    arguments.addAll(List.of("--volume", own.temporary() + ":/tmp"));
    for (Sandbox.Mount mount : own.data()) {
      arguments.addAll(List.of("--volume", volume(mount.folder(), mount.writable())));
    }
    arguments.addAll(List.of("--volume", volume(own.folder(), true)));
    arguments.addAll(List.of("--workdir", own.folder().toString()));
    arguments.addAll(List.of("--env-file", write(bare).toString()));
    List<String> whole = new ArrayList<>();
    whole.addAll(List.of(unshare, "--pid", "--fork", "--kill-child", "--mount-proc"));
    whole.addAll(images.run(image, lock(image), pulled.folder(), arguments, bare.arguments()));
    return whole;
  }

  /// Why no task can start on an image that is not here; empty if one can, or nobody knows.
  Optional<String> refusal(String image) {
    String why = images.refusal(ImageName.reference(image));
    return why.isEmpty() || !there.isAbsent(image)
        ? Optional.empty()
        : Optional.of("The image '%s' is not on this machine: %s.".formatted(image, why));
  }

  /// Removes images that tasks have pulled and none has started with since then.
  RunFolders.Removed removeImages(long unusedSinceMillis, boolean really) throws IOException {
    RunFolders.Removed removed = pulled.removeUnused(unusedSinceMillis, really);
    if (really && removed.count() > 0) {
      there.forget();
    }
    return removed;
  }

  /// The same for all spellings of an image's name. There are no more than 256, however many images
  /// are named: one that waits for another's pull now and then does no harm.
  private Path lock(String image) {
    byte[] reference = ImageName.reference(image).getBytes(StandardCharsets.UTF_8);
    return files.resolve("image-" + Specification.hashOf(reference).substring(0, 2));
  }

  private static String volume(Path folder, boolean writable) throws CannotPrepare {
    if (folder.toString().indexOf(':') >= 0) {
      throw new CannotPrepare("a container cannot be given '" + folder + "': its name has a colon");
    }
    return folder + ":" + folder + (writable ? "" : ":ro");
  }

  private static String image(Specification.Environment environment) throws CannotPrepare {
    Optional<String> fault = // asked again: the name becomes podman's argument
        environment.faultInContainers().or(environment::fault);
    if (fault.isPresent()) {
      throw new CannotPrepare(fault.get());
    }
    return switch (environment) {
      case Specification.Image(String name) -> name;
      case Specification.ImageWith with -> with.image().name();
      case Specification.ImageOr(Specification.Image image, _) -> image.name();
      case Specification.Packages _, Specification.HostEnvironment _ ->
          throw new IllegalStateException("what has no image was refused");
    };
  }

  private Path write(Wrapping.Bare bare) throws IOException, CannotPrepare {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> variable : bare.variables().entrySet()) {
      if (variable.getValue().indexOf('\n') >= 0) {
        throw new CannotPrepare(
            "the variable " + variable.getKey() + " holds a line break: a container takes none");
      }
      text.append(variable.getKey()).append('=').append(variable.getValue()).append('\n');
    }
    Path file = files.resolve(bare.task());
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text, StandardOpenOption.WRITE);
    return file;
  }

  private String name(String task) {
    return "ebb-" + installation + "-" + task.replaceAll("[^A-Za-z0-9.]", "-");
  }

  /// The task has ended: what podman remembers of its container is cleared away, beside everything
  /// else. One that was killed is remembered as running for a moment. False if it had none.
  boolean end(String task) {
    Path file = files.resolve(task);
    boolean had = Files.exists(file);
    if (had) {
      Thread.ofVirtual().name("container-end-" + task).start(() -> clear(task, file));
    }
    return had;
  }

  /// The tasks that have a file here, and so a container to be cleared away.
  List<AgentTask> tasks() {
    try (Stream<Path> all = Files.list(files)) {
      return all.flatMap(file -> AgentTask.parse(String.valueOf(file.getFileName())).stream())
          .toList();
    } catch (IOException | UncheckedIOException e) {
      Log.say("containers that are left over are not cleared away", e);
      return List.of();
    }
  }

  private void clear(String task, Path file) {
    List<String> arguments = new ArrayList<>();
    arguments.add(podman);
    arguments.addAll(FLAGS);
    arguments.addAll(List.of("rm", "--force", "--ignore", "--time", "0", name(task)));
    try {
      Programs.Ended ended = Programs.run(arguments, "");
      for (int i = 1; i < REMOVALS_MAX && !ended.isFine(); i++) {
        Thread.sleep(REMOVAL_PAUSE_MILLIS);
        ended = Programs.run(arguments, "");
      }
      if (!ended.isFine()) {
        Log.say("the container of " + task + " is not cleared away: " + ended.words(), null);
      }
      Files.deleteIfExists(file);
    } catch (IOException e) {
      Log.say("the container of " + task + " is not cleared away", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
