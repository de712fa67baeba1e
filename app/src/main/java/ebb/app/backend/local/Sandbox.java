package ebb.app.backend.local;

import ebb.app.files.Tree;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What bubblewrap shows a task of the machine: the system's programs, read-only; a /tmp, /dev and
/// /proc of its own; its run's folder, at the path that it has outside; and the folders of the
/// datastores that it names. No other process, nothing of the home, no rights.
///
/// Nothing here needs root: as root, [UserChange] has changed the user before bubblewrap begins.
final class Sandbox {
  /// Of the machine's root, what programs and their libraries are in. A link stays a link.
  private static final List<String> SYSTEM =
      List.of("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt");

  /// The session is new so that no signal to a process group reaches bubblewrap's own processes.
  private static final List<String> APART =
      List.of(
          "--unshare-user",
          "--unshare-pid",
          "--unshare-ipc",
          "--unshare-uts",
          "--die-with-parent",
          "--new-session",
          "--cap-drop",
          "ALL",
          "--hostname",
          "ebb-node");

  private final String bubblewrap;
  private final List<String> system;
  private final List<String> shown;

  /// A folder of data, at the path that it has outside.
  record Mount(Path folder, boolean writable) {}

  /// What belongs to one task.
  ///
  /// @param temporary what it finds as /tmp
  record Own(Path folder, Path temporary, List<Mount> data, boolean network) {}

  private Sandbox(String bubblewrap, List<String> system, List<String> shown) {
    this.bubblewrap = bubblewrap;
    this.system = List.copyOf(system);
    this.shown = List.copyOf(shown);
  }

  /// The sandbox of this machine.
  ///
  /// @param programs folders that are shown read-only beside the system's
  /// @param hidden folders that are hidden even if they lie in one that is shown
  static Sandbox of(String bubblewrap, List<Path> programs, List<Path> hidden) throws IOException {
    List<String> system = new ArrayList<>();
    for (String folder : SYSTEM) {
      Path path = Path.of(folder);
      if (Files.isSymbolicLink(path)) {
        system.addAll(List.of("--symlink", Files.readSymbolicLink(path).toString(), folder));
      } else if (Files.isDirectory(path)) {
        show(system, "--ro-bind", path);
      }
    }
    // Where names are resolved through systemd, the file with the servers lies elsewhere.
    Path servers = Path.of("/etc/resolv.conf");
    if (Files.isSymbolicLink(servers) && Files.exists(servers)) {
      show(system, "--ro-bind-try", servers.toRealPath());
    }
    show(system, "--ro-bind-try", Path.of("/sys"));
    system.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
    for (Path device : devices()) {
      show(system, "--dev-bind-try", device);
    }
    List<String> shown = new ArrayList<>();
    for (Path program : programs) {
      show(shown, "--ro-bind-try", program);
    }
    for (Path folder : hidden) {
      if (isShown(folder, programs)) {
        shown.addAll(List.of("--tmpfs", folder.toString()));
      }
    }
    return new Sandbox(bubblewrap, system, shown);
  }

  private static void show(List<String> arguments, String how, Path path) {
    arguments.addAll(List.of(how, path.toString(), path.toString()));
  }

  private static List<Path> devices() throws IOException {
    List<Path> devices = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of("/dev"), "nvidia*")) {
      found.forEach(devices::add);
    }
    return devices;
  }

  private static boolean isShown(Path folder, List<Path> programs) {
    return SYSTEM.stream().map(Path::of).anyMatch(folder::startsWith)
        || programs.stream().anyMatch(folder::startsWith);
  }

  /// The arguments that run a program in a sandbox. Its own folders come last, so that nothing lies
  /// over them, and the root that holds all of it is closed at the end.
  List<String> run(Own own, List<String> program) {
    List<String> arguments = new ArrayList<>();
    arguments.add(bubblewrap);
    arguments.addAll(APART);
    if (!own.network()) {
      arguments.add("--unshare-net");
    }
    arguments.addAll(system);
    arguments.addAll(List.of("--bind", own.temporary().toString(), "/tmp"));
    arguments.addAll(List.of("--symlink", "/tmp", "/var/tmp"));
    arguments.addAll(shown);
    for (Mount mount : own.data()) {
      show(arguments, mount.writable() ? "--bind" : "--ro-bind", mount.folder());
    }
    show(arguments, "--bind", own.folder());
    arguments.addAll(List.of("--remount-ro", "/", "--chdir", own.folder().toString(), "--"));
    arguments.addAll(program);
    return arguments;
  }

  /// Runs a program that does nothing in a sandbox; returns why it cannot be done, empty if it can.
  String tryOut(UserChange change, @Nullable TaskUser user, Path folder) throws IOException {
    Path own = folder.resolve("sandbox-trial");
    new Tree(own).delete();
    Files.createDirectory(own);
    try {
      if (user != null) {
        user.give(own);
      }
      List<String> trial = run(new Own(own, own, List.of(), true), List.of("/bin/true"));
      Programs.Ended ended = Programs.run(change.run(user, trial), "");
      return ended.isFine() ? "" : ended.words();
    } finally {
      new Tree(own).delete();
    }
  }
}
