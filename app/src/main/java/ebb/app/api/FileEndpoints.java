package ebb.app.api;

import ebb.app.files.PathRefused;
import ebb.app.files.Tree;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.PastJob;
import ebb.app.view.JobSeen;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a job leaves in `outputs` and `logs` of its folder, while it runs and after it ended,
/// however it ended. A restarted job goes on with the folders of the attempt before, so there is
/// one of each.
///
/// `GET .../jobs/{name}/files?rank=0` lists, `GET .../jobs/{name}/files/outputs/model.bin`
/// downloads, with `Range`.
final class FileEndpoints {
  /// The folders that are shown. What else lies beside them is the job's own affair.
  static final List<String> SHOWN = List.of("outputs", "logs");

  /// One listing looks at no more; who leaves more should pack them.
  static final int FILES_MAX = 100_000;

  private static final int PIECE_BYTES = 64 << 10;
  private static final String TYPE = "application/octet-stream";
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

  private final JobEndpoints jobs;
  private final Surface.Outputs outputs;

  FileEndpoints(JobEndpoints jobs, Surface.Outputs outputs) {
    this.jobs = jobs;
    this.outputs = outputs;
  }

  void addTo(Router<Endpoint> router) {
    router
        .on("GET", JobEndpoints.PATH + "/files?rank&after&limit", this::list)
        .on("GET", JobEndpoints.PATH + "/disk?rank", this::disk)
        .on("GET", JobEndpoints.PATH + "/files/{path...}?rank", this::download);
  }

  private record FileShown(String path, long bytes, String modified) {
    static FileShown of(Tree.Found found) {
      return new FileShown(found.path(), found.bytes(), Shapes.time(found.modifiedMillis()));
    }
  }

  /// `kept`: outputs and logs; `between`: what is removed some time after the end.
  private record DiskShown(long kept, long between) {}

  private interface Use {
    Response of(Path folder) throws Bodies.Unfit;
  }

  private Response list(Request request, Actor actor) {
    return inFolder(
        request,
        actor,
        folder -> {
          TreeMap<String, Tree.Found> found = new TreeMap<>();
          try {
            for (String shown : SHOWN) {
              visit(
                  folder,
                  shown,
                  file -> {
                    found.put(file.path(), file);
                    return found.size() <= FILES_MAX;
                  });
            }
          } catch (IOException failure) {
            return unavailable(failure);
          }
          if (found.size() > FILES_MAX) {
            return tooMany();
          }
          return page(found, Reads.after(request), Query.pageSize(request));
        });
  }

  private Response disk(Request request, Actor actor) {
    return withJob(
        request,
        actor,
        job -> {
          long[] kept = {0};
          try {
            for (int rank = 0; rank < job.nodes(); rank++) {
              Path folder = newest(job, rank);
              for (String shown : SHOWN) {
                visit(
                    folder,
                    shown,
                    file -> {
                      kept[0] += file.bytes();
                      return true;
                    });
              }
            }
            long between = outputs.between(job.id(), job.attempts(), job.nodes());
            return Json.answer(200, new DiskShown(kept[0], between));
          } catch (IOException failure) {
            return unavailable(failure);
          }
        });
  }

  /// Visits the plain files below one of its folders; what is no folder has none.
  static void visit(Path folder, String below, Tree.Visitor visitor) throws IOException {
    try {
      new Tree(folder).visit(below, visitor);
    } catch (PathRefused none) {
      return;
    }
  }

  private static Response page(TreeMap<String, Tree.Found> found, String after, int size) {
    List<FileShown> page = new ArrayList<>();
    for (Tree.Found file : found.tailMap(after, false).values()) {
      if (page.size() == size) {
        return Json.answer(200, new Shapes.Page(page, page.getLast().path()));
      }
      page.add(FileShown.of(file));
    }
    return Json.answer(200, new Shapes.Page(page, null));
  }

  private Response download(Request request, Actor actor) {
    String path = request.parameter("path");
    return inFolder(
        request,
        actor,
        folder -> {
          if (SHOWN.stream().noneMatch(shown -> path.startsWith(shown + "/"))) {
            return notFound(path);
          }
          try {
            return answer(new Tree(folder).openSeen(path), request.header("Range"));
          } catch (NoSuchFileException absent) {
            return notFound(path);
          } catch (PathRefused refused) {
            return Reads.badRequest(refused.getMessage() + ".");
          } catch (IOException failure) {
            return unavailable(failure);
          }
        });
  }

  private static Response answer(Tree.Opened file, @Nullable String range) throws IOException {
    long size = file.bytes();
    Part part = part(range, size);
    if (part == null) {
      file.channel().close();
      return Json.refusal(
              416, "InvalidRange", "The file has %d bytes: ask for some of them.".formatted(size))
          .with("Content-Range", "bytes */" + size);
    }
    Response.Streamed body =
        new Response.Streamed(TYPE, out -> copy(file.channel(), part.from(), part.bytes(), out));
    Response whole =
        new Response(part.bytes() == size && range == null ? 200 : 206, List.of(), body)
            .with("Content-Length", String.valueOf(part.bytes()))
            .with("Accept-Ranges", "bytes");
    return range == null
        ? whole
        : whole.with(
            "Content-Range",
            "bytes %d-%d/%d".formatted(part.from(), part.from() + part.bytes() - 1, size));
  }

  record Part(long from, long bytes) {}

  /// One range as RFC 9110 has it; null if it cannot be satisfied.
  static @Nullable Part part(@Nullable String range, long size) {
    if (range == null) {
      return new Part(0, size);
    }
    Matcher matcher = RANGE.matcher(range);
    if (!matcher.matches()) {
      return null;
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty()) {
      long suffix = last.isEmpty() ? 0 : Math.min(Long.parseLong(last), size);
      return suffix == 0 ? null : new Part(size - suffix, suffix);
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? size - 1 : Math.min(Long.parseLong(last), size - 1);
    return from > to ? null : new Part(from, to - from + 1);
  }

  /// A file that shrinks meanwhile ends the answer early, which its reader sees from the length.
  static void copy(SeekableByteChannel file, long from, long bytes, OutputStream out)
      throws IOException {
    try (file) {
      ByteBuffer buffer = ByteBuffer.allocate(PIECE_BYTES);
      file.position(from);
      long left = bytes;
      while (left > 0) {
        buffer.clear().limit((int) Math.min(left, PIECE_BYTES));
        int read = file.read(buffer);
        if (read < 0) {
          throw new IOException("the file became shorter while it was read");
        }
        out.write(buffer.array(), 0, read);
        left -= read;
      }
    }
  }

  private record Job(JobId id, int attempts, int nodes) {}

  private interface UseJob {
    Response of(Job job) throws Bodies.Unfit;
  }

  private Response withJob(Request request, Actor actor, UseJob use) {
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) throws Bodies.Unfit {
            return use.of(
                new Job(seen.job().id(), seen.job().attempts(), seen.job().spec().nodes()));
          }

          @Override
          public Response past(PastJob past) throws Bodies.Unfit {
            return use.of(new Job(past.id(), past.attempts(), past.spec().nodes()));
          }
        });
  }

  private Response inFolder(Request request, Actor actor, Use use) {
    return withJob(
        request,
        actor,
        job -> use.of(newest(job, (int) Query.number(request, "rank", 0, 0, job.nodes() - 1))));
  }

  private Path newest(Job job, int rank) {
    return newest(outputs, job.id(), job.attempts(), rank);
  }

  /// The newest folder that there is.
  static Path newest(Surface.Outputs outputs, JobId job, int attempts, int rank) {
    int attempt = attempts;
    while (attempt > 1 && !Files.isDirectory(outputs.folder(job, attempt, rank))) {
      attempt--;
    }
    return outputs.folder(job, Math.max(1, attempt), rank);
  }

  static Response tooMany() {
    return Json.refusal(
        413,
        "TooManyFiles",
        "There are more than %d files: pack them into one.".formatted(FILES_MAX));
  }

  private static Response notFound(String path) {
    return Json.refusal(
        404,
        "FileNotFound",
        "The job has no file '%s': 'ebb ml job download' brings those that it has, which lie below outputs/ and logs/."
            .formatted(path));
  }

  static Response unavailable(IOException failure) {
    return Reads.unavailable("FilesUnavailable", "The files cannot be read.", failure);
  }
}
