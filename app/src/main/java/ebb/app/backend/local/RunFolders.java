package ebb.app.backend.local;

import ebb.app.files.Tree;
import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where tasks run and where their output is.
///
/// ```
/// HOME/jobs/3.1041/attempt-1-rank-0/         the working directory, the task's own
/// HOME/jobs/3.1041/attempt-1-rank-0/outputs/ what the job leaves; the next attempt's from its start on
/// HOME/jobs/3.1041/attempt-1-rank-0/logs/    likewise
/// HOME/jobs/3.1041/attempt-1-rank-0.stdout   beside it, where the task cannot put a link in its place
/// HOME/jobs/3.1041/attempt-1-rank-0.stderr
/// HOME/jobs/3.1041/attempt-1-rank-0.tmp/     what it finds as /tmp, where it has one of its own
/// ```
///
/// A working directory gets its name when all is in it; until then it is one that ends in `.new`,
/// of the server alone, and worth nothing after a crash.
///
/// Of a job that has ended, everything but outputs, logs and what it printed is removed after a
/// while ([#tidy]). Removing the whole folder of a job that has ended is safe at any time.
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

  private static final String OUTPUTS = "outputs";

  /// What a job's next attempt finds as the one before has left it.
  private static final List<String> HANDED_ON = List.of(OUTPUTS, "logs");

  /// For the newest checkpoint of a task that has ended, which others wait for.
  private static final int ENTRIES_LOOKED_AT = 1_000;

  private final Path root;
  private final boolean forOthers;

  /// What a run is of, beside its rank.
  public record Of(JobId job, int attemptNumber) {}

  /// The paths of one task.
  public record Run(Path workingDirectory, Path stdout, Path stderr, Path temporary) {}

  private RunFolders(Path root, boolean forOthers) {
    this.root = root;
    this.forOthers = forOthers;
  }

  /// Opens the folders of a home, and decides where they are if this is the first time.
  ///
  /// @param forOthers tasks run as other users than the server
  static RunFolders open(Path home, String installation, boolean forOthers) throws IOException {
    Path jobs = home.resolve("jobs");
    if (!Files.exists(jobs, LinkOption.NOFOLLOW_LINKS)) {
      if (forOthers) {
        Files.createSymbolicLink(jobs, choose(home, installation));
      } else {
        Files.createDirectory(jobs, PRIVATE);
      }
    }
    if (Files.isSymbolicLink(jobs)) {
      Files.createDirectories(jobs(home.toAbsolutePath()));
    }
    Path root = jobs.toRealPath();
    if (forOthers) {
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
    return new RunFolders(root, forOthers);
  }

  /// Where the files of a home's jobs are, or will be if nothing has been decided yet.
  static Path jobs(Path home) throws IOException {
    Path jobs = home.resolve("jobs");
    return Files.isSymbolicLink(jobs) ? home.resolve(Files.readSymbolicLink(jobs)) : jobs;
  }

  /// The folder that all of them are in, without a link in its path.
  Path root() {
    return root;
  }

  private static Path choose(Path opened, String installation) throws IOException {
    Path home = opened.toRealPath();
    if (!isPassage(home.getParent())) {
      return Files.createDirectories(ELSEWHERE.resolve(installation), PASSAGE);
    }
    // One that is there is another home's, which may have been where this one is.
    Path beside = home.resolveSibling(home.getFileName() + "-jobs");
    return make(beside, PASSAGE)
        ? beside
        : Files.createDirectories(
            beside.resolveSibling(beside.getFileName() + "-" + installation), PASSAGE);
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
        folder.resolve(name),
        folder.resolve(name + ".stdout"),
        folder.resolve(name + ".stderr"),
        folder.resolve(name + ".tmp"));
  }

  /// How many bytes of the disk a run takes: its folder and its /tmp.
  public long bytes(Run run) throws IOException, InterruptedException {
    List<Path> folders =
        Stream.of(run.workingDirectory(), run.temporary())
            .filter(folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))
            .toList();
    return folders.isEmpty() ? 0 : DiskUse.of(folders);
  }

  /// The newest checkpoint that a run has left, as a path in its outputs: a file or folder there
  /// whose name begins with `checkpoint`, or one in a folder `checkpoints`. Empty if there is none
  /// among the entries that are looked at.
  String newestCheckpoint(Run run) throws IOException {
    Tree tree = new Tree(run.workingDirectory());
    Checkpoints found = new Checkpoints();
    tree.list(OUTPUTS, ENTRIES_LOOKED_AT, found);
    if (found.mayBeInFolder()) {
      tree.list(OUTPUTS + "/" + Checkpoints.FOLDER, ENTRIES_LOOKED_AT, found);
    }
    return found.newest;
  }

  /// The newest of the entries that are a checkpoint by their names.
  private static final class Checkpoints implements Tree.Visitor {
    private static final String FOLDER = "checkpoints";

    private int seen;
    private boolean isFolderSeen;
    private long modified = Long.MIN_VALUE;
    private String newest = "";

    @Override
    public boolean take(Tree.Found entry) {
      String name = entry.path().substring(OUTPUTS.length() + 1);
      seen++;
      if (name.equals(FOLDER)) {
        isFolderSeen = true;
      } else if (name.startsWith("checkpoint") && entry.modifiedMillis() >= modified) {
        modified = entry.modifiedMillis();
        newest = name;
      }
      return true;
    }

    /// Not if all was seen, and no such folder.
    boolean mayBeInFolder() {
      return isFolderSeen || seen >= ENTRIES_LOOKED_AT;
    }
  }

  /// Where a task's user keeps the environments that its jobs have built: its own, so that nobody
  /// runs what somebody else has put there.
  Path environments(@Nullable TaskUser owner) throws IOException {
    Path folder = root.resolve(owner == null ? "environments" : "environments-" + owner.uid());
    makeOwned(folder, owner);
    return folder;
  }

  /// What was removed, or would be.
  public record Removed(int count, long bytes) {}

  /// Removes the environments that no job has started with since then. Only counts them if not
  /// `really`.
  public Removed removeEnvironments(long unusedSinceMillis, boolean really) throws IOException {
    int count = 0;
    long bytes = 0;
    try (DirectoryStream<Path> owners = Files.newDirectoryStream(root, "environments*")) {
      for (Path owner : owners) {
        // Tasks may put links in it meanwhile: what is looked at and removed is opened from here.
        Tree tree = new Tree(owner);
        Set<String> unused = unused(owner, unusedSinceMillis);
        for (String environment : unused) {
          bytes += tree.bytes(environment);
        }
        count += unused.size();
        if (really) {
          tree.deleteOnly(unused);
        }
      }
    }
    return new Removed(count, bytes);
  }

  private static Set<String> unused(Path owner, long sinceMillis) throws IOException {
    Set<String> unused = new TreeSet<>();
    try (DirectoryStream<Path> kept = Files.newDirectoryStream(owner)) {
      for (Path environment : kept) {
        if (Files.isDirectory(environment, LinkOption.NOFOLLOW_LINKS)
            && lastUse(environment) < sinceMillis) {
          unused.add(environment.getFileName().toString());
        }
      }
    }
    return unused;
  }

  /// A task that starts with an environment touches its mark; one that was never whole has none.
  private static long lastUse(Path environment) throws IOException {
    Path mark = environment.resolve("whole");
    Path telling = Files.exists(mark, LinkOption.NOFOLLOW_LINKS) ? mark : environment;
    return Files.getLastModifiedTime(telling, LinkOption.NOFOLLOW_LINKS).toMillis();
  }

  /// Puts files into a working directory that is not yet the task's.
  interface Contents {
    /// False if there is nothing to put.
    boolean fill(Path folder) throws IOException, CannotPrepare;
  }

  /// Makes the folders of a run, if they are not there, with these contents and with what the
  /// attempts before have left; they are the owner's, or the server's own user's.
  void prepare(JobId job, int attemptNumber, int rank, @Nullable TaskUser owner, Contents contents)
      throws IOException, CannotPrepare {
    Run run = run(job, attemptNumber, rank);
    Path folder = run.workingDirectory();
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Path parent = folder.getParent();
      if (parent != null) {
        make(parent, forOthers ? PASSAGE : PRIVATE);
      }
      Path draft =
          draft(
              folder,
              contents,
              attemptNumber == 1 ? Map.of() : left(job, attemptNumber, rank),
              owner);
      Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
    }
    if (attemptNumber > 1) {
      handOn(left(job, attemptNumber, rank), folder);
    }
  }

  /// Makes what a run finds as /tmp, if it is not there: for one that does not use the machine's.
  void makeTemporary(Run run, @Nullable TaskUser owner) throws IOException {
    makeOwned(run.temporary(), owner);
  }

  private static void makeOwned(Path folder, @Nullable TaskUser owner) throws IOException {
    make(folder, PRIVATE);
    if (owner != null) {
      owner.give(folder); // each time: a crash may have come between the two
    }
  }

  /// Removes all that an ended job has left; does nothing if nothing is there.
  public void remove(JobId job) throws IOException {
    Path folder = root.resolve(job.toString());
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      new Tree(folder).delete();
    }
  }

  /// Removes what an ended job has left between: all but outputs, logs and what it printed. Only
  /// counts it if not `really`.
  ///
  /// @return how many bytes of plain files that is
  public long tidy(JobId job, int attempts, int nodes, boolean really) throws IOException {
    long bytes = 0;
    for (int rank = 0; rank < nodes; rank++) {
      boolean isNewest = true;
      for (int number = attempts; number > 0; number--) {
        Run run = run(job, number, rank);
        Path folder = run.workingDirectory();
        if (Files.isDirectory(run.temporary(), LinkOption.NOFOLLOW_LINKS)) {
          bytes += tidy(run.temporary(), Set.of(), really);
        }
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          bytes += tidy(folder, isNewest ? Set.copyOf(HANDED_ON) : Set.of(), really);
          isNewest = false;
        }
      }
    }
    return bytes;
  }

  private static long tidy(Path folder, Set<String> kept, boolean really) throws IOException {
    long[] bytes = {0};
    Tree tree = new Tree(folder);
    tree.visit(
        "",
        file -> {
          int slash = file.path().indexOf('/');
          boolean stays = slash > 0 && kept.contains(file.path().substring(0, slash));
          bytes[0] += stays ? 0 : file.bytes();
          return true;
        });
    if (really) {
      tree.deleteAllBut(kept);
      if (kept.isEmpty()) {
        tree.delete();
      }
    }
    return bytes[0];
  }

  /// Without contents it is known what there is to give, and nothing has to be walked through.
  private static Path draft(
      Path folder, Contents contents, Map<String, Path> left, @Nullable TaskUser owner)
      throws IOException, CannotPrepare {
    Path draft = folder.resolveSibling(folder.getFileName() + ".new");
    new Tree(draft).delete();
    Files.createDirectory(draft, PRIVATE);
    List<Path> made = new ArrayList<>();
    boolean isFilled = contents.fill(draft);
    for (String name : HANDED_ON) {
      Path own = draft.resolve(name);
      if (left.containsKey(name)) {
        new Tree(own)
            .delete(); // What an attempt has left counts more than what came with the code.
      } else {
        make(own, PRIVATE);
        made.add(own);
      }
    }
    made.add(draft);
    if (owner != null && isFilled) {
      Files.walkFileTree(draft, new Giving(owner));
    } else if (owner != null) {
      for (Path own : made) {
        owner.give(own);
      }
    }
    return draft;
  }

  /// What the attempt before this one has left, or the one before that.
  private Map<String, Path> left(JobId job, int attemptNumber, int rank) {
    Map<String, Path> left = new TreeMap<>();
    for (int number = attemptNumber - 1; number > 0 && left.size() < HANDED_ON.size(); number--) {
      Path before = run(job, number, rank).workingDirectory();
      for (String name : HANDED_ON) {
        if (Files.isDirectory(before.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
          left.putIfAbsent(name, before.resolve(name));
        }
      }
    }
    return left;
  }

  /// Each at one stroke, so that a crash in between loses nothing.
  private static void handOn(Map<String, Path> left, Path folder) throws IOException {
    for (Map.Entry<String, Path> one : left.entrySet()) {
      Path place = folder.resolve(one.getKey());
      if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(one.getValue(), place, StandardCopyOption.ATOMIC_MOVE);
      }
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

  /// Makes somebody the owner of a folder that nobody else can enter yet.
  private static final class Giving extends SimpleFileVisitor<Path> {
    private final TaskUser user;

    Giving(TaskUser user) {
      this.user = user;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      user.give(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      user.give(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
