package ebb.app.api;

import ebb.app.api.Blobs.Blob;
import ebb.app.api.Blobs.Content;
import ebb.app.code.CodeRefused;
import ebb.app.code.PendingCode;
import ebb.app.data.DataAddress;
import ebb.app.files.PathRefused;
import ebb.app.files.Tree;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.journal.PastJob;
import ebb.app.secrets.Mask;
import ebb.app.view.JobSeen;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What jobs have left, by the names that Azure's stores give it.
///
/// ```
/// ExperimentRun/dcid.JOB/outputs/...       and logs/...; of other nodes below rank_1/ and so on
/// ExperimentRun/dcid.JOB/user_logs/std_log.txt       what it printed, once it has ended
/// azureml/JOB/NAME/...                     its output of this name, where that has no address
/// ```
final class JobBlobs {
  private static final Pattern ARTIFACTS = Pattern.compile("(ExperimentRun/dcid\\.([^/]+)/)(.*)");
  private static final Pattern OUTPUT = Pattern.compile("(azureml/([^/]+)/([^/]+)/)(.*)");
  private static final Pattern LEFT =
      Pattern.compile("azureml://jobs/([^/]+)/outputs/([^/]+)(?:/paths)?(?:/+(.*))?");
  private static final Pattern RANK = Pattern.compile("rank_([1-9][0-9]{0,3})/(.*)");
  private static final String PRINTED = "user_logs/";
  private static final int PIECE_BYTES = 64 << 10;

  private final JobEndpoints jobs;
  private final Surface.Parts parts;
  private final LogEndpoints logs;

  JobBlobs(JobEndpoints jobs, Surface.Parts parts, LogEndpoints logs) {
    this.jobs = jobs;
    this.parts = parts;
    this.logs = logs;
  }

  /// An address of what a job has left, as `azureml://jobs/JOB/outputs/artifacts/paths/PATH` or
  /// with the name of an output, is here the one that it has in a store. Others stay as they are.
  static String stored(String uri, Scope workspace) {
    Matcher left = LEFT.matcher(uri);
    if (!left.matches()) {
      return uri;
    }
    boolean isArtifact = left.group(2).equals("artifacts");
    String where =
        isArtifact
            ? ArmDatastores.ARTIFACTS + "/paths/ExperimentRun/dcid." + left.group(1)
            : ArmDatastores.FILES + "/paths/azureml/" + left.group(1) + "/" + left.group(2);
    return "azureml://subscriptions/%s/resourcegroups/%s/workspaces/%s/datastores/%s/%s"
        .formatted(
            workspace.subscription(),
            workspace.group(),
            workspace.workspace(),
            where,
            left.group(3) == null ? "" : left.group(3));
  }

  /// Null: it is of no job. `name` may be a part of one when a list is asked for.
  private static @Nullable Where where(String store, String name) {
    Matcher artifacts = ARTIFACTS.matcher(name);
    if (store.equals(ArmDatastores.ARTIFACTS) && artifacts.matches()) {
      return new Where(artifacts.group(2), artifacts.group(1), "", artifacts.group(3));
    }
    Matcher output = OUTPUT.matcher(name);
    return store.equals(ArmDatastores.FILES) && output.matches()
        ? new Where(output.group(2), output.group(1), "outputs/" + output.group(3), output.group(4))
        : null;
  }

  /// @param before how the names of the blobs begin
  /// @param folder which part of the job's folder they are; empty for all that is kept of it
  /// @param rest what follows
  private record Where(String job, String before, String folder, String rest) {
    /// In the job's folder.
    String path() {
      return folder.isEmpty() ? rest : folder + "/" + rest;
    }
  }

  private record Job(JobId id, int attempts, JobSpec spec) {}

  private interface Use {
    Response of(Job job) throws IOException;
  }

  private Response withJob(Request request, Actor actor, String name, Use use) {
    return jobs.withJob(
        request,
        actor,
        name,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) {
            ebb.kernel.job.Job job = seen.job();
            return used(use, new Job(job.id(), job.attempts(), job.spec()));
          }

          @Override
          public Response past(PastJob past) {
            return used(use, new Job(past.id(), past.attempts(), past.spec()));
          }
        });
  }

  private static Response used(Use use, Job job) {
    try {
      return use.of(job);
    } catch (NoSuchFileException absent) {
      return Blobs.absent(Blobs.NOT_FOUND);
    } catch (IOException failure) {
      return FileEndpoints.unavailable(failure);
    }
  }

  /// What is there of the job that the prefix names, or what an asset has of it once the job is
  /// deleted; nothing if it names none.
  Response list(Request request, Actor actor, String store, Blobs.Asked asked) {
    Where where = where(store, asked.prefix());
    if (where == null) {
      return Blobs.list(new TreeMap<>(), asked);
    }
    Response answer =
        withJob(
            request,
            actor,
            where.job(),
            job -> {
              TreeMap<String, Blob> found = new TreeMap<>();
              for (int rank = 0; rank < job.spec().nodes(); rank++) {
                collect(job, rank, where, found);
              }
              return found.size() > FileEndpoints.FILES_MAX
                  ? FileEndpoints.tooMany()
                  : Blobs.list(found, asked);
            });
    return answer.status() == 404 ? copied(request, where, asked) : answer;
  }

  private AssetCopies copies(Request request) {
    return new AssetCopies(
        parts.code(), parts.view().idOf(Reads.workspaceScope(request)).toString());
  }

  private Response copied(Request request, Where where, Blobs.Asked asked) {
    TreeMap<String, Blob> found = new TreeMap<>();
    int cut = where.folder().isEmpty() ? 0 : where.folder().length() + 1;
    try {
      copies(request)
          .list(where.job(), where.path())
          .forEach((path, blob) -> {
            if (cut == 0 || path.startsWith(where.folder() + "/")) {
              found.put(where.before() + path.substring(cut), blob);
            }
          });
      return Blobs.list(found, asked);
    } catch (NoSuchFileException swept) {
      return Blobs.list(new TreeMap<>(), asked);
    } catch (IOException failure) {
      return FileEndpoints.unavailable(failure);
    }
  }

  private void collect(Job job, int rank, Where where, TreeMap<String, Blob> found)
      throws IOException {
    if (!where.folder().isEmpty()) {
      if (rank == 0) {
        visit(folder(job, rank), where.path(), where.before(), where.folder().length() + 1, found);
      }
      return;
    }
    String ofRank = rank == 0 ? "" : "rank_" + rank + "/";
    for (String shown : FileEndpoints.SHOWN) {
      String all = ofRank + shown + "/";
      if (all.startsWith(where.rest()) || where.rest().startsWith(all)) {
        String asked = where.rest().length() > all.length() ? where.rest() : all;
        String path = asked.substring(ofRank.length());
        visit(folder(job, rank), path, where.before() + ofRank, 0, found);
      }
    }
    boolean isAsked = PRINTED.startsWith(where.rest()) || where.rest().startsWith(PRINTED);
    for (boolean isErrors : isAsked ? List.of(false, true) : List.<Boolean>of()) {
      Printed printed = printed(job, rank, isErrors);
      if (printed != null) {
        found.put(where.before() + PRINTED + printed.name(), printed.blob());
      }
    }
  }

  /// What is there whose paths begin so, and no more of the folder than it must look at.
  private static void visit(
      Path folder, String beginning, String before, int cut, TreeMap<String, Blob> found)
      throws IOException {
    try {
      new Tree(folder)
          .visitBeginning(
              beginning,
              file -> {
                Blob blob = new Blob(file.bytes(), file.modifiedMillis());
                found.put(before + file.path().substring(cut), blob);
                return found.size() <= FileEndpoints.FILES_MAX;
              });
    } catch (PathRefused none) {
      return;
    }
  }

  private Path folder(Job job, int rank) {
    return FileEndpoints.newest(parts.outputs(), job.id(), job.attempts(), rank);
  }

  /// A file that a job has left, or that an asset has of it. `use` closes it.
  Response open(Request request, Actor actor, String store, String name, Using use) {
    Where where = where(store, name);
    if (where == null) {
      return Blobs.absent(Blobs.NOT_FOUND);
    }
    Response answer = withJob(request, actor, where.job(), job -> use.of(content(job, where)));
    if (answer.status() != 404) {
      return answer;
    }
    try {
      return use.of(copies(request).open(where.job(), where.path()));
    } catch (NoSuchFileException absent) {
      return Blobs.absent(Blobs.NOT_FOUND);
    } catch (IOException failure) {
      return FileEndpoints.unavailable(failure);
    }
  }

  /// Keeps a file or folder that a job has left, as it is now.
  ArmAssets.Found snapshot(Request request, Actor actor, DataAddress.InDatastore in) {
    Where where = where(in.datastore().toLowerCase(Locale.ROOT), in.path() + "/");
    String path =
        where == null ? "" : (where.folder() + "/" + where.rest()).replaceAll("^/|/$", "");
    if (where == null
        || FileEndpoints.SHOWN.stream().noneMatch(each -> path.startsWith(each + "/"))) {
      return new ArmAssets.Found(
          "",
          Reads.badRequest(
              "'%s' is no file or folder that a job has left: there are azureml://jobs/JOB/outputs/artifacts/paths/outputs/PATH and azureml://jobs/JOB/outputs/NAME/paths/PATH."
                  .formatted(in.path())));
    }
    AtomicReference<@Nullable String> address = new AtomicReference<>();
    Response answer =
        withJob(
            request,
            actor,
            where.job(),
            job ->
                CodeEndpoints.answered(() -> {
                  String hash = snapshot(folder(job, 0), path, request);
                  if (hash != null) {
                    copies(request).add(where.job(), path, hash);
                    String name = path.substring(path.lastIndexOf('/') + 1);
                    address.set("ebb://code/" + hash + "/" + name);
                  }
                  return Reads.badRequest(
                      "The job '%s' has left nothing at '%s'.".formatted(where.job(), path));
                }));
    String kept = address.get();
    return kept == null ? new ArmAssets.Found("", answer) : new ArmAssets.Found(kept, null);
  }

  /// The copy's hash, in which it has its own name; null if it is not there.
  private @Nullable String snapshot(Path folder, String path, Request request)
      throws IOException, CodeRefused {
    int cut = path.lastIndexOf('/') + 1;
    Tree files = new Tree(folder);
    TreeMap<String, Blob> found = new TreeMap<>();
    if (isFile(files, path)) {
      found.put(path, new Blob(0, 0));
    } else {
      visit(folder, path + "/", "", 0, found);
    }
    if (found.isEmpty()) {
      return null;
    }
    PendingCode pending = parts.code().pending();
    pending.check(found.size(), found.values().stream().mapToLong(Blob::bytes).sum());
    String owner = parts.view().idOf(Reads.workspaceScope(request)).toString();
    long keepFree = parts.view().rules().storage().markBytes();
    String id = pending.begin(owner, Instant.now());
    try {
      for (String each : found.keySet()) {
        try (InputStream content = Channels.newInputStream(files.open(each))) {
          pending.put(id, each.substring(cut), content, keepFree, Instant.now());
        }
      }
      return pending.whole(id, owner, "", keepFree, Instant.now()).orElse(null);
    } finally {
      pending.giveUp(id); // unless it is whole
    }
  }

  private static boolean isFile(Tree files, String path) throws IOException {
    try {
      return files.isFile(path);
    } catch (NoSuchFileException | PathRefused absent) {
      return false;
    }
  }

  interface Using {
    Response of(Content content) throws IOException;
  }

  private Content content(Job job, Where where) throws IOException {
    if (!where.folder().isEmpty()) {
      return file(folder(job, 0), where.folder() + "/" + where.rest());
    }
    if (where.rest().startsWith(PRINTED)) {
      return printed(job, where.rest().substring(PRINTED.length()));
    }
    Matcher other = RANK.matcher(where.rest());
    int rank = other.matches() ? Integer.parseInt(other.group(1)) : 0;
    String path = other.matches() ? other.group(2) : where.rest();
    if (rank >= job.spec().nodes()
        || FileEndpoints.SHOWN.stream().noneMatch(shown -> path.startsWith(shown + "/"))) {
      throw new NoSuchFileException(path);
    }
    return file(folder(job, rank), path);
  }

  /// A plain file below a folder; whatever else is there counts as absent.
  static Content file(Path folder, String path) throws IOException {
    try {
      Tree.Opened file = new Tree(folder).openSeen(path);
      return new Content(
          new Blob(file.bytes(), file.modifiedMillis()),
          (from, bytes, out) -> FileEndpoints.copy(file.channel(), from, bytes, out),
          file.channel());
    } catch (PathRefused refused) {
      throw new NoSuchFileException(path);
    }
  }

  // What it printed.

  private record Printed(String name, Blob blob, TaskLog log) {}

  private Content printed(Job job, String name) throws IOException {
    for (int rank = 0; rank < job.spec().nodes(); rank++) {
      for (boolean isErrors : List.of(false, true)) {
        if (name.equals(RunHistory.logName(rank, isErrors))) {
          Printed printed = printed(job, rank, isErrors);
          if (printed != null) {
            return new Content(
                printed.blob(),
                (from, bytes, out) -> copy(printed.log(), from, bytes, out),
                () -> {});
          }
        }
      }
    }
    throw new NoSuchFileException(name);
  }

  /// Null while it may still grow, and if nothing was printed.
  private @Nullable Printed printed(Job job, int rank, boolean isErrors) throws IOException {
    if (job.attempts() == 0) {
      return null;
    }
    Path file = parts.outputs().file(job.id(), job.attempts(), rank, isErrors);
    Mask mask = logs.mask(job.spec());
    TaskLog log = new TaskLog(parts.view(), file, job.id(), job.attempts(), mask);
    try {
      BasicFileAttributes there =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return log.isOver() && there.isRegularFile()
          ? new Printed(
              RunHistory.logName(rank, isErrors),
              new Blob(there.size(), there.lastModifiedTime().toMillis()),
              log)
          : null;
    } catch (NoSuchFileException absent) {
      return null;
    }
  }

  /// Secrets in it are hidden by as many stars, so that it is as long as the file.
  private static void copy(TaskLog log, long from, long bytes, OutputStream out)
      throws IOException {
    long offset = from;
    long end = from + bytes;
    while (offset < end) {
      byte[] piece = log.read(offset, (int) Math.min(PIECE_BYTES, end - offset), false);
      if (piece.length == 0) {
        throw new IOException("the file became shorter while it was read");
      }
      out.write(piece);
      offset += piece.length;
    }
  }
}
