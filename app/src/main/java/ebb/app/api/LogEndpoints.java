package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.PastJob;
import ebb.app.secrets.Mask;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStoreFailure;
import ebb.app.view.JobSeen;
import ebb.app.view.View;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.function.IntFunction;

/// What jobs wrote, from any offset, and as it comes.
///
/// `GET .../jobs/{name}/logs?stream=stdout&offset=0&attempt=1&rank=0&follow=true`: without
/// `attempt` the newest. An answer that does not follow has at most [#WHOLE_BYTES] and the header
/// `x-ebb-next-offset`; with `all` it is everything there is; one that follows waits for a job's
/// start and ends when the attempt does. With `Accept: text/event-stream` it follows in events, and
/// from attempt to attempt until the job has ended if none was named.
final class LogEndpoints {
  static final int WHOLE_BYTES = 4 << 20;

  private static final int PIECE_BYTES = 64 << 10;

  private static final String TYPE = "text/plain; charset=utf-8";

  private final JobEndpoints jobs;
  private final View view;
  private final Surface.Parts parts;
  private final EventStreams streams;
  private final EventStreams plain;

  LogEndpoints(JobEndpoints jobs, Surface.Parts parts, EventStreams streams, EventStreams plain) {
    this.jobs = jobs;
    this.view = parts.view();
    this.parts = parts;
    this.streams = streams;
    this.plain = plain;
  }

  void addTo(Router<Endpoint> router) {
    router.on("GET", JobEndpoints.PATH + "/logs?stream&attempt&rank&offset&follow&all", this::logs);
  }

  private Response logs(Request request, Actor actor) {
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) throws Bodies.Unfit {
            return logs(request, seen.job().id(), seen.job().attempts(), seen.job().spec());
          }

          @Override
          public Response past(PastJob past) throws Bodies.Unfit {
            return logs(request, past.id(), past.attempts(), past.spec());
          }
        });
  }

  private Response logs(Request request, JobId job, int attempts, JobSpec spec)
      throws Bodies.Unfit {
    boolean isErrors = isErrors(request, "stdout");
    boolean sendsEvents = EventStreams.areWanted(request);
    boolean follows = Query.truth(request, "follow") || sendsEvents;
    boolean asksForAll = Query.truth(request, "all");
    int newest = Math.max(1, attempts);
    long attempt = Query.number(request, "attempt", newest, 1, newest);
    long rank = Query.number(request, "rank", 0, 0, spec.nodes() - 1);
    long offset = Query.number(request, "offset", 0, 0, Long.MAX_VALUE);
    // Whoever follows a job that has not started waits for its first attempt.
    if (attempts == 0 && !follows) {
      return Json.refusal(
          404,
          "LogNotFound",
          "The job has not started yet: there is nothing to read. Following it waits for its start"
              + " ('ebb logs -f', or follow=true).");
    }
    Mask mask;
    try {
      mask = mask(spec);
    } catch (SpecificationStoreFailure failure) {
      return Reads.unavailable("LogUnavailable", "The output cannot be read.", failure);
    }
    IntFunction<TaskLog> logs =
        of -> new TaskLog(view, parts.outputs().file(job, of, (int) rank, isErrors), job, of, mask);
    LogEvents.Place begin = new LogEvents.Place((int) attempt, offset);
    if (sendsEvents) {
      boolean isOfOneAttempt = request.query("attempt") != null;
      LogEvents events = new LogEvents(view, job, attempts, isOfOneAttempt, logs);
      LogEvents.Place last = LogEvents.Place.of(EventStreams.lastId(request), begin);
      boolean isOfThis =
          last.attempt() > 0
              && last.attempt() <= newest
              && (!isOfOneAttempt || last.attempt() == attempt);
      return streams.answer(request, out -> events.follow(isOfThis ? last : begin, out));
    }
    if (follows) {
      LogEvents ofAttempt = new LogEvents(view, job, attempts, true, logs);
      return plain.answer(TYPE, out -> ofAttempt.follow(begin, out));
    }
    TaskLog log = logs.apply((int) attempt);
    return asksForAll
        ? Response.streamed(TYPE, out -> copy(log, offset, !log.isOver(), out))
        : whole(log, offset);
  }

  /// Hides the secrets that the job was given.
  Mask mask(JobSpec spec) throws SpecificationStoreFailure {
    return parts
        .secrets()
        .mask(
            parts
                .specifications()
                .find(spec.specHash())
                .<Map<String, String>>map(Specification::variables)
                .orElse(Map.of()));
  }

  /// Which of the two streams is asked for.
  static boolean isErrors(Request request, String absent) throws Bodies.Unfit {
    String stream = Bodies.or(request.query("stream"), absent);
    return switch (stream) {
      case "stdout" -> false;
      case "stderr" -> true;
      default -> throw Query.unfit(stream, "stream", "stdout or stderr");
    };
  }

  private static Response whole(TaskLog log, long offset) {
    byte[] bytes;
    try {
      boolean mayGrow = !log.isOver();
      bytes = log.read(offset, WHOLE_BYTES, mayGrow);
    } catch (IOException failure) {
      return Reads.unavailable("LogUnavailable", "The output cannot be read.", failure);
    }
    return Response.of(200, TYPE, bytes)
        .with("x-ebb-next-offset", String.valueOf(offset + bytes.length));
  }

  /// Writes what is there by now, however much it is.
  private static void copy(TaskLog log, long from, boolean mayGrow, OutputStream out)
      throws IOException {
    long offset = from;
    byte[] piece = log.read(offset, PIECE_BYTES, mayGrow);
    while (piece.length > 0) {
      out.write(piece);
      offset += piece.length;
      piece = log.read(offset, PIECE_BYTES, mayGrow);
    }
  }
}
