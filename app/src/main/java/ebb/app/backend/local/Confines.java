package ebb.app.backend.local;

import ebb.kernel.protocol.HostIsolation;
import ebb.kernel.protocol.Weakness;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What this machine gives to keep tasks apart, each thing tried once at the start: whom they run
/// as, groups that limit them, a sandbox, a filter of the network.
public final class Confines {
  private final TaskUsers users;
  private final UserChange change;
  private final ControlGroups groups;
  private final @Nullable Sandbox sandbox;
  private final @Nullable Containers containers;
  private final HostIsolation isolation;

  /// What an operator says.
  ///
  /// @param programs folders that tasks in a sandbox see read-only beside the system's
  /// @param port the server's own, which is closed to tasks
  /// @param personal the server is one person's own
  /// @param images which are pulled for jobs
  public record Wanted(
      TaskUsers users, List<Path> programs, int port, boolean personal, Images images) {}

  private Confines(
      TaskUsers users,
      UserChange change,
      ControlGroups groups,
      @Nullable Sandbox sandbox,
      @Nullable Containers containers,
      HostIsolation isolation) {
    this.users = users;
    this.change = change;
    this.groups = groups;
    this.sandbox = sandbox;
    this.containers = containers;
    this.isolation = isolation;
  }

  /// No more than the user that tasks run as.
  public static Confines none(TaskUsers users, String why) {
    ControlGroups groups = ControlGroups.none(why);
    return new Confines(
        users,
        UserChange.byChroot(),
        groups,
        null,
        null,
        new HostIsolation(why, why, why, groups.unlimited(), true));
  }

  /// Tries what there is.
  public static Confines find(Path home, String installation, Wanted wanted) throws IOException {
    TaskUsers users = wanted.users();
    TaskUsers.Range range = users.range();
    TaskUser trial = range == null ? null : new TaskUser(range.last(), range.last());
    if (range != null && Programs.find("chroot").isEmpty()) {
      throw new IOException(
          "running tasks as another user needs chroot: install the package coreutils");
    }
    if (Programs.find("du").isEmpty()) {
      throw new IOException(
          "bounding the disk that jobs take needs du: install the package coreutils");
    }
    UserChange change =
        trial == null ? UserChange.byChroot() : UserChange.find(home.toRealPath(), trial);
    ControlGroups groups = ControlGroups.find(Path.of("/"), installation);
    Sandbox sandbox = null;
    String sandboxMissing = "install the package bubblewrap";
    Optional<String> bubblewrap = Programs.find("bwrap");
    if (bubblewrap.isPresent()) {
      Path jobs = RunFolders.open(home, installation, range != null).root();
      List<Path> hidden = List.of(home.toRealPath(), jobs);
      sandbox = Sandbox.of(bubblewrap.get(), wanted.programs(), hidden);
      String why = sandbox.tryOut(change, trial, jobs);
      sandboxMissing = why.isEmpty() ? "" : "bubblewrap does not work here: " + why;
    }
    String filterMissing = NetworkFilter.close(range, wanted.port(), installation);
    Containers.Found found = Containers.find(home, installation, wanted, groups);
    return new Confines(
        users,
        change,
        groups,
        sandboxMissing.isEmpty() ? sandbox : null,
        found.containers(),
        new HostIsolation(
            sandboxMissing, found.missing(), filterMissing, groups.unlimited(), wanted.personal()));
  }

  /// What is given, for the kernel.
  public HostIsolation isolation() {
    return isolation;
  }

  /// Why no task of a container can start on an image; empty if one can, or nobody knows.
  public Optional<String> imageRefusal(String image) {
    return containers == null ? Optional.empty() : containers.refusal(image);
  }

  /// Removes images that tasks have pulled and none has started with since then; only counts them
  /// if not `really`.
  RunFolders.Removed removeImages(long unusedSinceMillis, boolean really) throws IOException {
    return containers == null
        ? new RunFolders.Removed(0, 0)
        : containers.removeImages(unusedSinceMillis, really);
  }

  /// What a person who starts a server should know.
  public List<String> words() {
    List<String> words = new ArrayList<>();
    String or =
        isolation.mayGoWithout() ? "jobs run without a sandbox: " : "sandboxes are refused: ";
    words.add(sandbox == null ? or + isolation.sandboxMissing() : "jobs run in a sandbox");
    if (!isolation.filterMissing().isEmpty()) {
      words.add(
          (isolation.mayGoWithout()
                  ? Weakness.NETWORK_UNFILTERED.words()
                      + ", jobs reach link-local addresses and the server's port: "
                  : "clusters that have the network are refused: ")
              + isolation.filterMissing());
    }
    if (!isolation.unlimited().isEmpty()) {
      words.add(
          Weakness.words(isolation.unlimited())
              + ", whatever a job's size names: "
              + (groups.areThere()
                  ? "the control groups that this process may make have no controller for it"
                  : groups.missing()));
    }
    TaskUsers.Range range = users.range();
    if (range != null) {
      words.add("jobs run as users " + range.first() + " to " + range.last());
    } else {
      words.add(
          sandbox == null
              ? "jobs run as the server's own user and can read what it can read, the token included"
              : "jobs run as the server's own user; those without a sandbox can read what it can");
    }
    return words;
  }

  TaskUsers users() {
    return users;
  }

  ControlGroups groups() {
    return groups;
  }

  /// What a task has used, and whether it ran in a container.
  record Ended(ControlGroups.Usage usage, boolean wasContained) {}

  /// The task has ended; answers what it has used, and clears away what was made for it.
  ///
  /// @param failed whether somebody may ask what it was killed for
  Ended end(String task, boolean failed) {
    boolean wasContained = containers != null && containers.end(task);
    if (wasContained) {
      groups.endElsewhere(task);
    }
    return new Ended(groups.end(task, failed), wasContained);
  }

  /// The tasks whose containers are not cleared away yet: those that live, and some that do not.
  List<AgentTask> contained() {
    return containers == null ? List.of() : containers.tasks();
  }

  Wrapping wrapping() {
    return new Wrapping(change, groups, sandbox, containers);
  }
}
