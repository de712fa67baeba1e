package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.journal.History;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.loop.Outcome;
import ebb.app.specification.Holds;
import ebb.app.specification.SpecificationStore;
import ebb.app.specification.SpecificationStoreFailure;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Verdict;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Changes what is said about jobs, and whether lists show them: the only thing about a job that
/// changes once it is submitted, whatever has become of it.
final class JobDescriptions {
  private static final System.Logger LOG = System.getLogger(JobDescriptions.class.getName());

  /// How long an answer waits at most until it is true for readers of history too, which is told a
  /// moment after the change is decided.
  private static final long SHOWN_NANOS = 5_000_000_000L;

  private static final long LOOK_MILLIS = 10;

  private final Reads reads;
  private final Wishes wishes;
  private final Supplier<History> history;
  private final SpecificationStore specifications;

  JobDescriptions(
      Reads reads, Wishes wishes, Supplier<History> history, SpecificationStore specifications) {
    this.reads = reads;
    this.wishes = wishes;
    this.history = history;
    this.specifications = specifications;
  }

  /// A job that there is, in memory or in history.
  record Known(JobId id, JobSpec spec, Description description, boolean isDeleted) {}

  /// Looks for the job anew: it may have changed since somebody looked.
  interface Looking {
    @Nullable Known look() throws HistoryUnavailable;
  }

  /// What becomes of a job that is shown with these properties: what was asked for.
  interface Asking {
    Asked of(ObjectNode shown) throws Bodies.Unfit;
  }

  /// @param hidden null: as it is
  /// @param words among the properties of a job
  record Asked(Submissions.Submission sent, ObjectNode words, @Nullable Boolean hidden) {}

  /// What changes is what it was when it was looked at: so one after the other.
  synchronized Response change(
      Request request,
      Actor actor,
      Looking looking,
      Asking asking,
      Function<Integer, Response> shown)
      throws HistoryUnavailable, SpecificationStoreFailure, Bodies.Unfit {
    Scope workspace = Reads.workspaceScope(request);
    String name = request.parameter("name");
    Known job = looking.look();
    if (job == null || job.isDeleted()) {
      return Reads.notFound("job", name);
    }
    ObjectNode now = new ArmJobShape(specifications).sent(workspace, job.spec(), job.description());
    Asked asked = asking.of(now);
    List<String> different =
        Difference.between(now, CommandJobBody.read(actor, name, now), asked.sent(), job.spec());
    if (!different.isEmpty()) {
      return Json.refusal(Reason.of(new Rejection.NameTaken("job", name)).differing(different));
    }
    boolean hidden = asked.hidden() == null ? job.description().hidden() : asked.hidden();
    ObjectNode words = JobWords.of(asked.words(), name);
    Holds.Hold hold =
        words.equals(JobWords.of(now, name)) ? null : specifications.hold(JobWords.stored(words));
    Description next =
        new Description(hold == null ? job.description().wordsHash() : hold.hash(), hidden);
    if (next.equals(job.description())) {
      return shown.apply(200);
    }
    Outcome<Verdict> outcome =
        wishes.send(request, actor, new Command.DescribeJob(workspace, name, job.id(), next));
    if (hold != null && !(outcome instanceof Outcome.Unknown<Verdict>)) {
      hold.release();
    }
    return wishes.answer(
        outcome,
        _ -> {
          awaitShown(job.id(), next);
          return shown.apply(200);
        });
  }

  /// It is changed whether history gets on or not: the answer does not depend on it. What is in
  /// memory is shown at once.
  private void awaitShown(JobId id, Description next) {
    long until = System.nanoTime() + SHOWN_NANOS;
    try {
      while (reads.view().job(id) == null
          && history.get().job(id).filter(past -> past.description().equals(next)).isEmpty()
          && System.nanoTime() - until < 0) {
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (HistoryUnavailable unavailable) {
      LOG.log(Level.WARNING, "job {0} is changed; history: {1}", id.toString(), unavailable);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }
}
