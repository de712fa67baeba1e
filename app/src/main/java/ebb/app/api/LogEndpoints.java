package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.History.PastJob;
import ebb.app.secrets.Mask;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStoreFailure;
import ebb.app.view.JobSeen;
import ebb.app.view.View;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What jobs wrote, from any offset, and as it comes.
///
/// `GET .../jobs/{name}/logs?stream=stdout&offset=0&attempt=1&rank=0&follow=true`: without
/// `attempt` the newest. An answer that does not follow has at most [#WHOLE_BYTES] and the header
/// `x-ebb-next-offset`; with `all` it is everything there is; one that follows waits for a job's
/// start and ends when the attempt does.
final class LogEndpoints {
  static final int WHOLE_BYTES = 4 << 20;

  private static final int PIECE_BYTES = 64 << 10;

  /// Between two looks at a file that has nothing new. Nothing but a reader's screen waits for it.
  private static final long LOOK_MILLIS = 100;

  /// A silent job is followed for this long at most; who wants more asks again at the offset.
  private static final long FOLLOW_MILLIS = 24L * 3600 * 1000;

  private static final String TYPE = "text/plain; charset=utf-8";

  private record Wanted(Path file, JobId job, int attempt, long offset, Mask mask) {}

  private final JobEndpoints jobs;
  private final View view;
  private final Surface.Parts parts;

  LogEndpoints(JobEndpoints jobs, Surface.Parts parts) {
    this.jobs = jobs;
    this.view = parts.view();
    this.parts = parts;
  }

  void addTo(Router<Endpoint> router) {
    router.on("GET", JobEndpoints.PATH + "/logs", this::logs);
  }

  private Response logs(Request request, Actor actor) {
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) {
            return logs(request, seen.job().id(), seen.job().attempts(), seen.job().spec());
          }

          @Override
          public Response past(PastJob past) {
            return logs(request, past.id(), past.attempts(), past.spec());
          }
        });
  }

  private Response logs(Request request, JobId job, int attempts, JobSpec spec) {
    int nodes = spec.nodes();
    String stream = Bodies.or(request.query("stream"), "stdout");
    if (!stream.equals("stdout") && !stream.equals("stderr")) {
      return Reads.badRequest("'" + stream + "' is no stream: there are stdout and stderr.");
    }
    boolean follows = "true".equalsIgnoreCase(request.query("follow"));
    // Whoever follows a job that has not started waits for its first attempt.
    int newest = follows ? Math.max(1, attempts) : attempts;
    long attempt = number(request, "attempt", newest);
    long rank = number(request, "rank", 0);
    long offset = number(request, "offset", 0);
    if (attempt < 0 || attempt > newest || rank < 0 || rank >= nodes || offset < 0) {
      return Reads.badRequest(
          "The job has had %d attempts and has %d nodes: attempt is 1 to %d, rank 0 to %d, offset 0 or more."
              .formatted(attempts, nodes, newest, nodes - 1));
    }
    if (attempt == 0) {
      return Json.refusal(
          404,
          "LogNotFound",
          "The job has not started yet: there is nothing to read. With follow=true you wait for"
              + " it.");
    }
    Path file = file(job, (int) attempt, (int) rank, stream);
    Mask mask;
    try {
      mask = mask(spec);
    } catch (SpecificationStoreFailure failure) {
      return Json.busy(503, "LogUnavailable", "The output cannot be read: " + failure, 1);
    }
    Wanted wanted = new Wanted(file, job, (int) attempt, offset, mask);
    if (request.query("all") != null) {
      return Response.streamed(TYPE, out -> all(wanted, out));
    }
    return follows ? following(wanted) : whole(wanted);
  }

  /// Hides the secrets that the job was given.
  private Mask mask(JobSpec spec) throws SpecificationStoreFailure {
    return parts
        .secrets()
        .mask(
            parts
                .specifications()
                .find(spec.specHash())
                .<Map<String, String>>map(Specification::variables)
                .orElse(Map.of()));
  }

  private Path file(JobId job, int attempt, int rank, String stream) {
    return parts.outputs().file(job, attempt, rank, stream.equals("stderr"));
  }

  private Response following(Wanted wanted) {
    return Response.streamed(TYPE, out -> follow(wanted, out));
  }

  private static long number(Request request, String name, long absent) {
    String text = request.query(name);
    if (text == null) {
      return absent;
    }
    return text.matches("[0-9]{1,15}") ? Long.parseLong(text) : -1;
  }

  private Response whole(Wanted wanted) {
    byte[] bytes;
    try (SeekableByteChannel channel = open(wanted)) {
      if (channel == null) {
        bytes = new byte[0];
      } else {
        boolean mayGrow = !isOver(wanted);
        bytes = wanted.mask().read(channel, wanted.offset(), WHOLE_BYTES, mayGrow);
      }
    } catch (IOException failure) {
      return Json.busy(503, "LogUnavailable", "The output cannot be read: " + failure, 1);
    }
    return Response.of(200, TYPE, bytes)
        .with("x-ebb-next-offset", String.valueOf(wanted.offset() + bytes.length));
  }

  /// Null if the file is not there yet, or was removed. A link at its end is not followed: a job
  /// must not make the server read something for it.
  private static @Nullable SeekableByteChannel open(Wanted wanted) throws IOException {
    try {
      return Files.newByteChannel(
          wanted.file(), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException absent) {
      return null;
    }
  }

  /// Writes what is there by now, however much it is.
  private void all(Wanted wanted, OutputStream out) throws IOException {
    boolean mayGrow = !isOver(wanted);
    try (SeekableByteChannel channel = open(wanted)) {
      if (channel != null) {
        copy(channel, wanted.offset(), out, wanted.mask(), mayGrow);
      }
    }
  }

  /// Writes what is there and what comes, until the attempt has ended and all of it is written.
  private void follow(Wanted wanted, OutputStream out) throws IOException {
    long until = System.nanoTime() + FOLLOW_MILLIS * 1_000_000;
    long offset = wanted.offset();
    while (true) {
      boolean over = isOver(wanted) || System.nanoTime() > until;
      try (SeekableByteChannel channel = open(wanted)) {
        if (channel != null) {
          offset = copy(channel, offset, out, wanted.mask(), !over);
        }
      }
      if (over) {
        return;
      }
      out.flush();
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static long copy(
      SeekableByteChannel channel, long from, OutputStream out, Mask mask, boolean mayGrow)
      throws IOException {
    long offset = from;
    byte[] piece = mask.read(channel, offset, PIECE_BYTES, mayGrow);
    while (piece.length > 0) {
      out.write(piece);
      offset += piece.length;
      piece = mask.read(channel, offset, PIECE_BYTES, mayGrow);
    }
    return offset;
  }

  /// Looked at before the file is read for the last time: what was written before the end is there.
  private boolean isOver(Wanted wanted) {
    JobSeen seen = view.job(wanted.job());
    if (seen == null || seen.job().isEnded() || seen.job().attempts() > wanted.attempt()) {
      return true;
    }
    if (seen.job().phase() instanceof Job.Local) {
      return false;
    }
    if (!(seen.job().phase() instanceof Job.Active active)) {
      // Over, and the next not ordered; or not yet begun, and then it is waited for.
      return seen.job().attempts() >= wanted.attempt();
    }
    Attempt attempt = view.attempt(active.attempt());
    return attempt == null || attempt.number() != wanted.attempt();
  }
}
