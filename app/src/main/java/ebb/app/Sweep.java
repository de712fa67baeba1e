package ebb.app;

import ebb.app.api.Surface;
import ebb.app.asset.VersionedAssets;
import ebb.app.backend.local.LocalBackend;
import ebb.app.backend.local.RunFolders;
import ebb.app.code.CodeStore;
import ebb.app.data.DataAddress;
import ebb.app.data.DataRefused;
import ebb.app.files.DurableFile;
import ebb.app.files.Tree;
import ebb.app.journal.History;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.PastJob;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.app.view.JobSeen;
import ebb.app.view.View;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Removes what ended jobs have left between: their folders but for `outputs` and `logs`, and code
/// that no live job needs and nobody has used for as long; images that jobs have pulled and none
/// has started with for as long; and environments that no job has started with for a month.
///
/// Goes on where it stopped, in the order in which jobs ended, so that its work is in proportion to
/// what has ended since. Sweeping again what was swept does nothing.
final class Sweep implements Surface.Cleaning, Runnable {
  private static final int FAILED_MOST = 1_000;

  private static final System.Logger LOG = System.getLogger(Sweep.class.getName());

  /// Nobody waits for it; an hour's worth of ended jobs takes seconds.
  private static final Duration EVERY = Duration.ofHours(1);

  private static final int PAGE = 200;

  /// Longer than any job may run (21 days in Azure): what one started with stays while it does.
  private static final long ENVIRONMENTS = Duration.ofDays(30).toMillis();

  private final Path home;
  private final Path memory;
  private final Supplier<History> history;
  private final View view;
  private final LocalBackend backend;
  private final CodeStore code;
  private final List<VersionedAssets> assets;
  private final SpecificationStore specifications;
  private final Duration keep;
  private final DeletedFiles deleted;

  /// Whose files could not be removed while this server has run. Some may never be: the sweep goes
  /// on without them.
  private final Map<JobId, PastJob> failed = new LinkedHashMap<>();

  /// Up to which end, or deletion, all has been swept.
  record Position(long at, JobId job) {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18}) (\\S+)\n");
    private static final Position BEGIN = new Position(0, new JobId(0));

    /// The begin if it cannot be read: what was swept is looked at again.
    static Position read(Path file) throws IOException {
      if (!Files.exists(file)) {
        return BEGIN;
      }
      Matcher fields = TEXT.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
      long job = fields.matches() ? Id.parse(fields.group(2)) : -1;
      if (job < 0) {
        LOG.log(Level.WARNING, "{0} cannot be read: all is swept again", file);
        return BEGIN;
      }
      return new Position(Long.parseLong(fields.group(1)), new JobId(job));
    }

    void write(Path file) throws IOException {
      DurableFile.replace(file, at + " " + job + "\n");
    }
  }

  /// Where things are.
  record Parts(Path home, Supplier<History> history, View view, LocalBackend backend, Kept kept) {}

  /// What names what is kept, and that itself.
  record Kept(CodeStore code, List<VersionedAssets> assets, SpecificationStore specifications) {}

  Sweep(Parts parts, Duration keep) {
    this.home = parts.home();
    this.memory = home.resolve("swept");
    this.history = parts.history();
    this.view = parts.view();
    this.backend = parts.backend();
    this.code = parts.kept().code();
    this.assets = parts.kept().assets();
    this.specifications = parts.kept().specifications();
    this.keep = keep;
    this.deleted =
        new DeletedFiles(
            parts.home().resolve("swept-deleted"),
            this::deleted,
            job -> {
              backend.folders().remove(job);
              erase(job);
            });
  }

  @Override
  public Duration keep() {
    return keep;
  }

  @Override
  public void run() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        try {
          Surface.Freed freed = clean(keep, true);
          LOG.log(
              Level.INFO,
              "removed {0} MiB of {1} ended jobs and {2} MiB of {3} images",
              freed.jobs().bytes() >> 20,
              freed.jobs().count(),
              freed.images().bytes() >> 20,
              freed.images().count());
        } catch (IOException failure) {
          LOG.log(Level.WARNING, "what ended jobs have left is not removed: {0}", failure);
        } catch (RuntimeException bug) {
          LOG.log(Level.ERROR, "what ended jobs have left is not removed", bug);
        }
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized Surface.Freed clean(Duration olderThan, boolean really) throws IOException {
    long until = System.currentTimeMillis() - olderThan.toMillis();
    Position position = Position.read(memory);
    int jobs = 0;
    long bytes = 0;
    for (PastJob job : really ? takeFailed() : List.<PastJob>of()) {
      long freed = tidy(job, true);
      jobs += freed > 0 ? 1 : 0;
      bytes += freed;
    }
    List<PastJob> page = page(position, until);
    while (!page.isEmpty()) {
      for (PastJob job : page) {
        long freed = tidy(job, really);
        jobs += freed > 0 ? 1 : 0;
        bytes += freed;
        position = new Position(job.endedAt(), job.id());
      }
      if (really) {
        position.write(memory);
      }
      page = page(position, until);
    }
    if (really) {
      deleted.remove(System.currentTimeMillis());
      removeOfGoneWorkspaces("data");
      removeOfGoneWorkspaces("models");
      removeOfGoneWorkspaces("environments");
    }
    CodeStore.Removed removed = code.removeUnused(until, this::isNeeded, really);
    RunFolders.Removed environments =
        backend
            .folders()
            .removeEnvironments(Math.min(until, System.currentTimeMillis() - ENVIRONMENTS), really);
    RunFolders.Removed images = backend.removeImages(until, really);
    return new Surface.Freed(
        new Surface.Freed.Part(jobs, bytes),
        new Surface.Freed.Part(removed.count(), removed.bytes()),
        new Surface.Freed.Part(environments.count(), environments.bytes()),
        new Surface.Freed.Part(images.count(), images.bytes()));
  }

  /// Removes what workspaces that are gone had named. The folders are listed first: one that is
  /// made meanwhile is of a workspace that the view has.
  private void removeOfGoneWorkspaces(String named) throws IOException {
    Path folder = home.resolve(named);
    if (!Files.isDirectory(folder)) {
      return;
    }
    Set<String> gone = new HashSet<>();
    try (DirectoryStream<Path> ids = Files.newDirectoryStream(folder)) {
      ids.forEach(id -> gone.add(id.getFileName().toString()));
    }
    view.workspaces().forEach(each -> gone.remove(each.workspace().id().toString()));
    new Tree(folder).deleteOnly(gone);
  }

  /// A job is in the view from its submission until history has it: asked in this order, none is
  /// missed.
  @Override
  public void erase(JobId deleted) throws IOException {
    try {
      PastJob job = history.get().job(deleted).orElse(null);
      if (job == null || !job.isDeleted()) {
        throw new IOException("history does not know yet that it is deleted");
      }
      eraseUnused(job.spec().specHash());
      if (!job.description().wordsHash().isEmpty()) {
        eraseUnused(job.description().wordsHash());
      }
    } catch (HistoryUnavailable unavailable) {
      throw new IOException(unavailable.getMessage(), unavailable);
    }
  }

  @Override
  public void eraseUnused(String hash) throws IOException {
    if (!specifications.eraseUnless(hash, () -> view.hasJobOf(hash) || hasJobOf(hash))) {
      throw new IOException("a job that names it is on its way, or it is being erased already");
    }
  }

  private boolean hasJobOf(String hash) throws IOException {
    try {
      return history.get().hasJobOf(hash);
    } catch (HistoryUnavailable unavailable) {
      throw new IOException(unavailable.getMessage(), unavailable);
    }
  }

  private List<Position> deleted(Position after) throws IOException {
    try {
      return history.get().deletedAfter(after.at(), after.job(), PAGE).stream()
          .map(job -> new Position(job.deletedAt(), job.id()))
          .toList();
    } catch (HistoryUnavailable unavailable) {
      throw new IOException(unavailable.getMessage(), unavailable);
    }
  }

  /// One folder that cannot be removed does not keep the others, and is tried again the next time.
  private long tidy(PastJob job, boolean really) {
    try {
      return backend.folders().tidy(job.id(), job.attempts(), job.spec().nodes(), really);
    } catch (IOException failure) {
      LOG.log(
          Level.WARNING, "what job {0} has left is not removed: {1}", job.id().toString(), failure);
      if (really && failed.size() < FAILED_MOST) {
        failed.put(job.id(), job);
      }
      return 0;
    }
  }

  private List<PastJob> takeFailed() {
    List<PastJob> taken = List.copyOf(failed.values());
    failed.clear();
    return taken;
  }

  private List<PastJob> page(Position position, long until) throws IOException {
    try {
      return history.get().endedAfter(position.at(), position.job(), until, PAGE);
    } catch (HistoryUnavailable unavailable) {
      throw new IOException(unavailable.getMessage(), unavailable);
    }
  }

  private Set<String> isNeeded() throws IOException {
    Set<String> needed = new HashSet<>();
    for (WorkspaceSeen workspace : view.workspaces()) {
      Scope scope = workspace.workspace().scope();
      for (VersionedAssets kind : assets) {
        for (String address : kind.addresses(scope)) {
          add(address, scope, needed);
        }
      }
      for (JobSeen job : workspace.jobsBefore(History.NEWEST)) {
        if (!job.job().isEnded()) {
          specifications
              .find(job.job().spec().specHash())
              .ifPresent(specification -> add(specification, job.workspace(), needed));
        }
      }
    }
    return needed;
  }

  private static void add(Specification specification, Scope workspace, Set<String> needed) {
    specification.code().ifPresent(needed::add);
    for (Specification.Input input : specification.inputs().values()) {
      if (input instanceof Specification.InputFiles files) {
        add(files.uri(), workspace, needed);
      }
    }
  }

  private static void add(String address, Scope workspace, Set<String> needed) {
    try {
      if (DataAddress.parse(address, workspace) instanceof DataAddress.Sent sent) {
        needed.add(sent.hash());
      }
    } catch (DataRefused unreadable) {
      LOG.log(Level.WARNING, "an input cannot be read: {0}", unreadable.why());
    }
  }
}
