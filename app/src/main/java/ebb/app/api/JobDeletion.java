package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.PastJob;
import ebb.app.view.JobSeen;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.lang.System.Logger.Level;

/// Deletes ended jobs: nobody is shown one any more, and its files and what it ran are removed.
/// What it cost stays in the ledger.
final class JobDeletion {
  private static final System.Logger LOG = System.getLogger(JobDeletion.class.getName());

  /// How long an answer waits at most until it is true for readers of history too, which is told a
  /// moment after the deletion is decided.
  private static final long SHOWN_NANOS = 5_000_000_000L;

  private static final long LOOK_MILLIS = 10;

  private final JobEndpoints jobs;
  private final Wishes wishes;
  private final Surface.Outputs outputs;
  private final Surface.Cleaning cleaning;

  JobDeletion(
      JobEndpoints jobs, Wishes wishes, Surface.Outputs outputs, Surface.Cleaning cleaning) {
    this.jobs = jobs;
    this.wishes = wishes;
    this.outputs = outputs;
    this.cleaning = cleaning;
  }

  void addTo(Router<Endpoint> router) {
    router.on("DELETE", JobEndpoints.PATH, (request, actor) -> delete(request, actor, 204));
  }

  /// `done`: the status of an answer that says that it is deleted.
  Response delete(Request request, Actor actor, int done) {
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) {
            return delete(request, actor, seen.job().id(), done);
          }

          @Override
          public Response past(PastJob past) {
            return delete(request, actor, past.id(), done);
          }
        });
  }

  /// One that has left memory meanwhile is known to the kernel by its id alone.
  private Response delete(Request request, Actor actor, JobId id, int done) {
    return wishes.wish(
        request,
        actor,
        new Command.DeleteJob(Reads.workspaceScope(request), request.parameter("name"), id),
        _ -> {
          removeFiles(id);
          awaitShownNoMore(id);
          erase(id);
          return Response.empty(done);
        });
  }

  /// What is not removed now is removed by the sweep.
  private void removeFiles(JobId id) {
    try {
      outputs.remove(id);
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "the files of job {0} are not removed: {1}", id.toString(), failure);
    }
  }

  /// What is not erased now is by the sweep.
  private void erase(JobId id) {
    try {
      cleaning.erase(id);
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "what job {0} ran is not erased: {1}", id.toString(), failure);
    }
  }

  /// It is deleted whether history gets on or not: the answer does not depend on it.
  private void awaitShownNoMore(JobId id) {
    long until = System.nanoTime() + SHOWN_NANOS;
    try {
      while (jobs.isShown(id) && System.nanoTime() - until < 0) {
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (HistoryUnavailable unavailable) {
      LOG.log(Level.WARNING, "job {0} is deleted; history: {1}", id.toString(), unavailable);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }
}
