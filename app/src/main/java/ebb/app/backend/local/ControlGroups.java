package ebb.app.backend.local;

import ebb.kernel.protocol.Weakness;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The kernel's groups of processes, one for each task: what it may use, and what it has used.
///
/// Version 2 where it has the memory controller, else version 1, so that a machine with both is
/// served too. A group is known by its task's name, so that a server that was started meanwhile
/// finds it; those that nobody is in any more are removed at a start.
final class ControlGroups {
  /// What a task may use; 0: as much as there is.
  record Limits(long memoryBytes, int cores, int processes) {}

  /// How a program gets into its groups: those in which it is to be born, which only threads of
  /// version 1 can do for it, and the arguments, which enter all others before the program.
  record Joined(List<String> arguments, List<Path> groups) {
    /// Without the agent, but by the same files: a process of one thread is moved as that thread
    /// is.
    Programs.Ended run() throws IOException {
      return Programs.run(entering(groups, BY_THREAD, arguments), "");
    }
  }

  /// What a task has used; 0 if the kernel does not tell.
  ///
  /// @param killed how many of its processes were killed for want of memory; 0 if it did not fail
  /// @param memoryLimitBytes how much memory it might use; 0: as much as there is, or it did not
  ///   fail
  /// @param reachedLimit whether its memory reached that limit; of version 1, which does not tell
  ///   that a process was killed in a group below, as a container's is
  /// @param forksRefused how often it wanted a process and had as many as it may; 0 if it did not
  ///   fail
  /// @param processesMax how many it might have; 0: as many as there can be, or it did not fail
  record Usage(
      long cpuMillis,
      long peakMemoryKibibytes,
      long bytesRead,
      long bytesWritten,
      long killed,
      long memoryLimitBytes,
      boolean reachedLimit,
      long forksRefused,
      long processesMax) {}

  /// The length of time that shares of processor time are counted in: the kernel's own default.
  private static final long PERIOD_MICROS = 100_000;

  /// The kernel counts memory in batches: so near to a limit it is reached.
  private static final long BATCH = 1 << 20;

  /// By which version 1 moves single threads.
  static final String BY_THREAD = "tasks";

  private static final List<String> CONTROLLERS = List.of("memory", "cpu", "cpuacct", "pids");

  /// Writes its own process into the groups, then becomes the program. What cannot be limited does
  /// not run: 125 is what `env` and `nohup` say when they themselves fail.
  private static final String JOIN =
      """
      n=$1; shift
      while [ $n -gt 0 ]; do echo $$ > "$1" || exit 125; shift; n=$((n - 1)); done
      exec "$@"
      """;

  /// Until a new group's task is in it, on a busy machine: a server that starts then leaves it.
  private static final Duration UNTIL_ENTERED = Duration.ofMinutes(1);

  /// Killed processes stay in their group until the kernel has taken them down, for seconds if they
  /// had much memory; the pauses double, and come to half a minute.
  private static final int REMOVALS_MAX = 10;

  private static final long FIRST_PAUSE_MILLIS = 30;

  /// In which all groups of all servers of the machine are.
  private static final String NAME = "ebb";

  private final List<Path> bases;

  /// Of the hierarchies that limit nothing here, what podman makes groups below too.
  private final List<Path> elsewhere;

  private final String installation;
  private final String missing;

  /// By base, the files that each of its groups has: the kernel gives all of them the same.
  private final Map<Path, Set<String>> files = new ConcurrentHashMap<>();

  private ControlGroups(
      List<Path> bases, List<Path> elsewhere, String installation, String missing) {
    this.bases = List.copyOf(bases);
    this.elsewhere = List.copyOf(elsewhere);
    this.installation = installation;
    this.missing = missing;
  }

  /// Where tasks are not limited and what they use is not known.
  static ControlGroups none(String why) {
    return new ControlGroups(List.of(), List.of(), "", why);
  }

  /// The groups that this process may make, tried once with a process.
  static ControlGroups find(Path root, String installation) throws IOException {
    List<String> mounts = Files.readAllLines(root.resolve("proc/self/mounts"));
    Optional<ControlGroups> second = version2(root, mounts, installation);
    ControlGroups found = second.isPresent() ? second.get() : version1(root, mounts, installation);
    if (found.bases.isEmpty()) {
      return found;
    }
    found.sweep();
    String trial = "trial-" + ProcessHandle.current().pid();
    try {
      Programs.Ended ended = found.tryOut(trial);
      return ended.isFine()
          ? found
          : none("no process may enter a group and leave it again: " + ended.words());
    } catch (IOException e) {
      return none("no group can be made: " + e.getMessage());
    } finally {
      found.end(trial, false);
    }
  }

  /// Enters as a task does, and leaves as the thread that starts tasks does.
  private Programs.Ended tryOut(String trial) throws IOException {
    Joined joined = join(trial, new Limits(0, 0, 0), List.of("/bin/true"));
    boolean byThread = !joined.groups().isEmpty();
    List<String> leaving =
        byThread ? entering(bases, BY_THREAD, joined.arguments()) : joined.arguments();
    return new Joined(leaving, joined.groups()).run();
  }

  private static Optional<ControlGroups> version2(
      Path root, List<String> mounts, String installation) throws IOException {
    for (String mount : mounts) {
      String[] fields = mount.split(" ", -1);
      if (fields.length < 4 || !fields[2].equals("cgroup2")) {
        continue;
      }
      Path top = root.resolve(fields[1].substring(1));
      if (!read(top.resolve("cgroup.controllers")).contains("memory")) {
        continue; // As on a machine whose controllers are version 1's.
      }
      for (Path parent : List.of(top, beside(root, top))) {
        enableDownTo(top, parent);
        Path base = parent.resolve(NAME);
        if (make(base) && given(base).contains("memory")) {
          enable(base);
          return Optional.of(new ControlGroups(List.of(base), List.of(), installation, ""));
        }
      }
      return Optional.of(
          none(
              "this process may make no group with a limit of memory below "
                  + top
                  + "; as an ordinary user start it with 'systemd-run --user --scope ebb serve'"));
    }
    return Optional.empty();
  }

  private static List<String> given(Path group) {
    return List.of(read(group.resolve("cgroup.controllers")).strip().split("\\s+", -1));
  }

  /// Where an ordinary user may make groups, if anywhere: beside the one it is in.
  private static Path beside(Path root, Path top) throws IOException {
    for (String line : read(root.resolve("proc/self/cgroup")).split("\n", -1)) {
      if (line.startsWith("0::/")) {
        Path own = top.resolve(line.substring("0::/".length()));
        Path parent = own.getParent();
        return parent != null && parent.startsWith(top) ? parent : top;
      }
    }
    return top;
  }

  /// A controller that a group does not hand on is missing in all below it. What systemd manages
  /// for a user it hands on only as far as its own units need it.
  private static void enableDownTo(Path top, Path group) {
    if (!group.equals(top) && group.getParent() != null) {
      enableDownTo(top, group.getParent());
    }
    enable(group);
  }

  private static void enable(Path group) {
    for (String controller : List.of("+memory", "+cpu", "+pids", "+io")) {
      try {
        Files.writeString(group.resolve("cgroup.subtree_control"), controller);
      } catch (IOException e) {
        // Not ours to give, or not there: the limit is set only where its file is.
      }
    }
  }

  private static ControlGroups version1(Path root, List<String> mounts, String installation)
      throws IOException {
    Set<Path> bases = new LinkedHashSet<>();
    List<String> lacking = new ArrayList<>();
    for (String controller : CONTROLLERS) {
      Optional<Path> top =
          mounts.stream()
              .map(mount -> mount.split(" ", -1))
              .filter(fields -> fields.length >= 4 && fields[2].equals("cgroup"))
              .filter(fields -> List.of(fields[3].split(",", -1)).contains(controller))
              .map(fields -> root.resolve(fields[1].substring(1)))
              .findFirst();
      if (top.isPresent() && make(top.get().resolve(NAME))) {
        bases.add(top.get().resolve(NAME));
      } else {
        lacking.add(controller);
      }
    }
    if (!lacking.isEmpty()) {
      return none("this process may make no group for " + String.join(", ", lacking));
    }
    List<Path> elsewhere =
        mounts.stream()
            .map(mount -> mount.split(" ", -1))
            .filter(fields -> fields.length >= 4 && fields[2].matches("cgroup2?"))
            .map(fields -> root.resolve(fields[1].substring(1)).resolve(NAME))
            .filter(base -> !bases.contains(base))
            .toList();
    return new ControlGroups(List.copyOf(bases), elsewhere, installation, "");
  }

  /// Why tasks are not limited; empty if they are.
  String missing() {
    return missing;
  }

  /// In what tasks are not limited.
  List<Weakness> unlimited() {
    List<Weakness> unlimited = new ArrayList<>(areThere() ? List.of() : Weakness.WITHOUT_LIMITS);
    for (Path base : bases) {
      if (Files.exists(base.resolve("cgroup.controllers"))) { // version 2's
        List<String> given = given(base);
        if (!given.contains("cpu")) {
          unlimited.add(Weakness.PROCESSORS_UNLIMITED);
        }
        if (!given.contains("pids")) {
          unlimited.add(Weakness.PROCESSES_UNLIMITED);
        }
      }
    }
    return unlimited;
  }

  boolean areThere() {
    return !bases.isEmpty();
  }

  /// Makes the task's groups, with their limits.
  Joined join(String task, Limits limits, List<String> program) throws IOException {
    List<Path> groups = new ArrayList<>();
    boolean byThread = true;
    for (Path base : bases) {
      Path group = group(base, task);
      if (!make(group)) {
        throw new IOException("the group " + group + " cannot be made");
      }
      Set<String> files = files(base, group);
      limit(group, files, limits);
      groups.add(group);
      byThread &= files.contains(BY_THREAD);
    }
    return byThread
        ? new Joined(program, groups)
        : new Joined(entering(groups, "cgroup.procs", program), List.of());
  }

  private static List<String> entering(List<Path> groups, String by, List<String> program) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("/bin/sh", "-c", JOIN, "ebb-join", String.valueOf(groups.size())));
    groups.forEach(group -> arguments.add(group.resolve(by).toString()));
    arguments.addAll(program);
    return arguments;
  }

  /// The task's group as podman names it: below the top of whatever hierarchy.
  String path(String task) {
    return "/" + NAME + "/" + prefix(installation) + task;
  }

  private Path group(Path base, String task) {
    return base.resolve(prefix(installation) + task);
  }

  /// What the names of the groups of an installation's tasks begin with.
  static String prefix(String installation) {
    return installation + "_";
  }

  /// Looked up once: a task would ask for a dozen files, most of them another version's.
  private Set<String> files(Path base, Path group) {
    Set<String> known = files.get(base);
    if (known == null) {
      String[] names = group.toFile().list();
      known = names == null ? Set.of() : Set.of(names);
      if (names != null) {
        files.put(base, known);
      }
    }
    return known;
  }

  private static void limit(Path group, Set<String> files, Limits limits) throws IOException {
    Map<String, String> values = new LinkedHashMap<>(); // memory before memory with swap
    if (limits.memoryBytes() > 0) {
      String bytes = String.valueOf(limits.memoryBytes());
      values.put("memory.max", bytes);
      values.put("memory.swap.max", "0");
      values.put("memory.oom.group", "1");
      values.put("memory.limit_in_bytes", bytes);
      values.put("memory.memsw.limit_in_bytes", bytes);
    }
    if (limits.cores() > 0) {
      long micros = Math.multiplyExact(PERIOD_MICROS, limits.cores());
      values.put("cpu.max", micros + " " + PERIOD_MICROS);
      values.put("cpu.cfs_period_us", String.valueOf(PERIOD_MICROS));
      values.put("cpu.cfs_quota_us", String.valueOf(micros));
    }
    if (limits.processes() > 0) {
      values.put("pids.max", String.valueOf(limits.processes()));
    }
    for (Map.Entry<String, String> value : values.entrySet()) {
      if (files.contains(value.getKey())) { // else another controller's, or another version's
        Files.writeString(group.resolve(value.getKey()), value.getValue());
      }
    }
  }

  /// What the task has used, when it has ended; its groups are removed.
  ///
  /// @param failed whether somebody may ask what it was killed for: else that is not looked up
  Usage end(String task, boolean failed) {
    long cpuMillis = 0;
    long peakKibibytes = 0;
    long bytesRead = 0;
    long bytesWritten = 0;
    long killed = 0;
    long limit = 0;
    boolean reached = false;
    long refused = 0;
    long processes = 0;
    for (Path base : bases) {
      Path group = group(base, task);
      GroupNumbers numbers = new GroupNumbers(group, files(base, group));
      cpuMillis = Math.max(cpuMillis, numbers.read("cpuacct.usage", "") / 1_000_000);
      peakKibibytes = Math.max(peakKibibytes, numbers.read("memory.max_usage_in_bytes", "") / 1024);
      peakKibibytes = Math.max(peakKibibytes, numbers.read("memory.peak", "") / 1024);
      bytesRead += numbers.sum("io.stat", "rbytes=");
      bytesWritten += numbers.sum("io.stat", "wbytes=");
      if (!numbers.files().contains(BY_THREAD)) { // version 1 has a file of this name too
        cpuMillis = Math.max(cpuMillis, numbers.read("cpu.stat", "usage_usec") / 1_000);
      }
      if (failed) {
        killed = Math.max(killed, numbers.read("memory.oom_control", "oom_kill"));
        killed = Math.max(killed, numbers.read("memory.events", "oom_kill"));
        long first = numbers.read("memory.limit_in_bytes", "");
        reached |= first > 0 && numbers.read("memory.max_usage_in_bytes", "") > first - BATCH;
        limit = Math.max(limit, first);
        limit = Math.max(limit, numbers.read("memory.max", ""));
        refused = Math.max(refused, numbers.read("pids.events", "max"));
        processes = Math.max(processes, numbers.read("pids.max", ""));
      }
      removeSoon(group);
    }
    return new Usage(
        cpuMillis,
        peakKibibytes,
        bytesRead,
        bytesWritten,
        killed,
        limit,
        reached,
        refused,
        processes);
  }

  /// What podman made for a container in the other hierarchies is removed; it does not do so when
  /// it is killed.
  void endElsewhere(String task) {
    elsewhere.forEach(base -> removeSoon(group(base, task)));
  }

  /// At once as a rule, else beside everything else.
  private static void removeSoon(Path group) {
    if (!remove(group)) {
      Thread.ofVirtual().name("remove-" + group.getFileName()).start(() -> removeLater(group));
    }
  }

  private static void removeLater(Path group) {
    long pauseMillis = FIRST_PAUSE_MILLIS;
    try {
      for (int i = 0; i < REMOVALS_MAX; i++) {
        Thread.sleep(pauseMillis);
        if (remove(group)) {
          return;
        }
        pauseMillis *= 2;
      }
      Log.say("the group " + group + " stays until a later start: a process is in it", null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Removes those of this installation that no process is in, nor is about to be.
  private void sweep() throws IOException {
    long before = System.currentTimeMillis() - UNTIL_ENTERED.toMillis();
    List<Path> all = new ArrayList<>(bases);
    all.addAll(elsewhere);
    for (Path base : all) {
      if (!Files.isDirectory(base)) {
        continue; // No container has run yet.
      }
      try (DirectoryStream<Path> groups = Files.newDirectoryStream(base, installation + "_*")) {
        for (Path group : groups) {
          if (group.toFile().lastModified() < before) {
            boolean _ = remove(group);
          }
        }
      }
    }
  }

  /// With the groups in it, which few tasks make; false for one that somebody is in.
  private static boolean remove(Path group) {
    return removeEmpty(group) || (removeInner(group) && removeEmpty(group));
  }

  private static boolean removeEmpty(Path group) {
    // Not by Files: what fails here as a rule is not worth an exception each time.
    return group.toFile().delete() || Files.notExists(group);
  }

  private static boolean removeInner(Path group) {
    try (DirectoryStream<Path> inner = Files.newDirectoryStream(group, Files::isDirectory)) {
      for (Path each : inner) {
        if (!remove(each)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean make(Path group) {
    try {
      Files.createDirectory(group);
      return true;
    } catch (FileAlreadyExistsException e) {
      return Files.isWritable(group); // else another user's server made it for its own tasks
    } catch (IOException e) {
      return false;
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
