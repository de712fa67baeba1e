package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.PastJob;
import ebb.app.view.JobSeen;
import ebb.app.view.View;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/// What becomes of a job, as it happens: the job as it is shown, again whenever it is shown
/// differently, until it has ended.
final class JobEvents {
  /// How long it waits for a change before it makes sure that the reader is there.
  private static final long WAIT_MILLIS = 5_000;

  private final JobEndpoints jobs;
  private final View view;
  private final EventStreams streams;

  JobEvents(JobEndpoints jobs, View view, EventStreams streams) {
    this.jobs = jobs;
    this.view = view;
    this.streams = streams;
  }

  void addTo(Router<Endpoint> router) {
    router.on("GET", JobEndpoints.PATH + "/events", this::events);
  }

  private Response events(Request request, Actor actor) {
    String last = EventStreams.lastId(request);
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) {
            JobId job = seen.job().id();
            return streams.answer(request, stream -> follow(job, view.watch(job), last, stream));
          }

          @Override
          public Response past(PastJob past) {
            return streams.answer(request, stream -> sendLast(past, last, stream));
          }
        });
  }

  private void follow(JobId job, View.JobWatch watch, String seenId, EventStreams.Stream stream)
      throws IOException {
    String last = seenId;
    try (watch) {
      for (JobSeen seen = view.job(job); seen != null; seen = view.job(job)) {
        last = send(jobs.shownInEvent(seen), last, stream);
        if (seen.job().isEnded()) {
          stream.end();
          return;
        }
        watch.await(WAIT_MILLIS);
        stream.idle();
      }
      // It has ended and left memory between two looks.
      Optional<PastJob> past = jobs.past(job);
      if (past.isPresent()) {
        sendLast(past.get(), last, stream);
      }
    } catch (HistoryUnavailable unavailable) {
      throw new IOException(unavailable); // without an end: the reader asks again
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sendLast(PastJob past, String last, EventStreams.Stream stream)
      throws IOException {
    send(Shapes.JobShown.of(past, JobFacts.NONE), last, stream);
    stream.end();
  }

  /// The id is made of what is shown: the same after a restart, and the same is not sent twice.
  private static String send(Shapes.JobShown shown, String last, EventStreams.Stream stream)
      throws IOException {
    String id = UUID.nameUUIDFromBytes(Json.bytes(shown)).toString();
    if (!id.equals(last)) {
      stream.send("state", id, shown);
    }
    return id;
  }
}
