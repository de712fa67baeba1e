package ebb.app.backend.local;

import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where tasks run and where their output is.
///
/// ```
/// HOME/jobs/3.1041/attempt-1-rank-0/         the working directory, the task's own
/// HOME/jobs/3.1041/attempt-1-rank-0.stdout   beside it, where the task cannot put a link in its place
/// HOME/jobs/3.1041/attempt-1-rank-0.stderr
/// ```
///
/// Nothing here is ever removed by the backend: a job's folder stays until an operator removes it.
/// Removing the folder of a job that has ended is safe at any time.
///
/// If tasks run as another user, `HOME/jobs` is a link: they may not enter the home, where the
/// journal and the token are, and must reach their working directory by its path all the same.
public final class RunFolders {
  /// May be passed through by whoever knows a name in it; listed by the owner only.
  private static final FileAttribute<Set<PosixFilePermission>> PASSAGE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"));

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /// Where the folders of an installation go if nobody else could pass through to the home's own
  /// neighbourhood.
  private static final Path ELSEWHERE = Path.of("/var/lib/ebb-jobs");

  private final Path root;
  private final @Nullable TaskUser user;

  /// The three paths of one task.
  public record Run(Path workingDirectory, Path stdout, Path stderr) {}

  private RunFolders(Path root, @Nullable TaskUser user) {
    this.root = root;
    this.user = user;
  }

  /// Opens the folders of a home, and decides where they are if this is the first time.
  static RunFolders open(LocalOptions options) throws IOException {
    TaskUser user = options.user();
    Path jobs = options.home().resolve("jobs");
    if (!Files.exists(jobs, LinkOption.NOFOLLOW_LINKS)) {
      if (user == null) {
        Files.createDirectory(jobs, PRIVATE);
      } else {
        Files.createSymbolicLink(jobs, choose(options));
      }
    }
    if (Files.isSymbolicLink(jobs)) {
      Files.createDirectories(jobs.toAbsolutePath().resolveSibling(Files.readSymbolicLink(jobs)));
    }
    Path root = jobs.toRealPath();
    if (user != null) {
      Files.setPosixFilePermissions(root, PASSAGE.value());
      if (!isPassage(root)) {
        throw new IOException(
            "tasks run as another user and cannot reach "
                + root
                + ": let others pass through its parent folders (chmod o+x), or make "
                + jobs
                + " a link to a folder that they can reach");
      }
    }
    return new RunFolders(root, user);
  }

  private static Path choose(LocalOptions options) throws IOException {
    Path home = options.home().toRealPath();
    Path beside = home.resolveSibling(home.getFileName() + "-jobs");
    Path chosen = isPassage(home.getParent()) ? beside : ELSEWHERE.resolve(options.installation());
    Files.createDirectories(chosen, PASSAGE);
    return chosen;
  }

  /// Whether anybody may pass through the folder and all that it is in.
  private static boolean isPassage(@Nullable Path folder) throws IOException {
    for (Path path = folder; path != null; path = path.getParent()) {
      if (!Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  /// Where the task of this job, attempt and rank runs, or ran. The files need not be there (yet,
  /// or any more). Whoever opens one should not follow a link at its end.
  public Run run(JobId job, int attemptNumber, int rank) {
    Path folder = root.resolve(job.toString());
    String name = "attempt-" + attemptNumber + "-rank-" + rank;
    return new Run(
        folder.resolve(name), folder.resolve(name + ".stdout"), folder.resolve(name + ".stderr"));
  }

  /// Makes the folders of a run, if they are not there: two calls to the kernel for most jobs.
  void prepare(Run run) throws IOException {
    Path folder = run.workingDirectory();
    Path parent = folder.getParent();
    if (parent != null) {
      make(parent, user == null ? PRIVATE : PASSAGE);
    }
    if (make(folder, PRIVATE) && user != null) {
      Files.setAttribute(folder, "unix:gid", user.gid(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(folder, "unix:uid", user.uid(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static boolean make(Path folder, FileAttribute<Set<PosixFilePermission>> permissions)
      throws IOException {
    try {
      Files.createDirectory(folder, permissions);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
