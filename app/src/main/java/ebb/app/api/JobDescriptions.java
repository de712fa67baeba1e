package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.journal.History;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.loop.Outcome;
import ebb.app.specification.Holds;
import ebb.app.specification.Specification;
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
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
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

  /// Jobs that share one by chance wait for each other, which is seldom long.
  private static final int LOCKS = 1_024;

  private final Reads reads;
  private final Wishes wishes;
  private final Supplier<History> history;
  private final SpecificationStore specifications;
  private final Surface.Cleaning cleaning;
  private final List<Object> locks = Stream.generate(Object::new).limit(LOCKS).toList();

  JobDescriptions(Reads reads, Wishes wishes, Surface.Parts parts) {
    this.reads = reads;
    this.wishes = wishes;
    this.history = parts.history();
    this.specifications = parts.specifications();
    this.cleaning = parts.cleaning();
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

  /// What is asked of a job, seen as it is now.
  private sealed interface Look {
    record Refused(Response why) implements Look {}

    record Same() implements Look {}

    /// @param words null: as they are
    record Different(Known job, @Nullable Specification words, boolean hidden) implements Look {}
  }

  /// What changes is what it was when it was looked at: so the changes of a job follow one another,
  /// each when the one before is shown. Who changes nothing waits for nobody.
  Response change(
      Request request,
      Actor actor,
      Looking looking,
      Asking asking,
      Function<Integer, Response> shown)
      throws HistoryUnavailable, SpecificationStoreFailure, Bodies.Unfit {
    Look look = look(request, actor, looking, asking);
    if (look instanceof Look.Different) {
      synchronized (lock(request)) {
        look = look(request, actor, looking, asking);
        if (look instanceof Look.Different different) {
          return change(request, actor, different, shown);
        }
      }
    }
    return look instanceof Look.Refused(Response why) ? why : shown.apply(200);
  }

  private Object lock(Request request) {
    String job = Reads.workspaceScope(request).path() + "/" + request.parameter("name");
    return locks.get(Math.floorMod(job.toLowerCase(Locale.ROOT).hashCode(), LOCKS));
  }

  private Look look(Request request, Actor actor, Looking looking, Asking asking)
      throws HistoryUnavailable, SpecificationStoreFailure, Bodies.Unfit {
    Scope workspace = Reads.workspaceScope(request);
    String name = request.parameter("name");
    Known job = looking.look();
    if (job == null || job.isDeleted()) {
      return new Look.Refused(Reads.notFound("job", name));
    }
    ObjectNode now = new ArmJobShape(specifications).sent(workspace, job.spec(), job.description());
    Asked asked = asking.of(now);
    List<String> different =
        Difference.between(
            now, CommandJobBody.read(workspace, actor, name, now), asked.sent(), job.spec());
    if (!different.isEmpty()) {
      Reason taken = Reason.of(new Rejection.NameTaken("job", name));
      return new Look.Refused(
          Json.refusal(
              taken
                  .differing(different)
                  .also(
                      "Of a job that there is, displayName, description, tags, properties and isArchived can change.")));
    }
    boolean hidden = asked.hidden() == null ? job.description().hidden() : asked.hidden();
    ObjectNode words = JobWords.of(asked.words(), name);
    boolean isSame = words.equals(JobWords.of(now, name));
    return isSame && hidden == job.description().hidden()
        ? new Look.Same()
        : new Look.Different(job, isSame ? null : JobWords.stored(words), hidden);
  }

  private Response change(
      Request request, Actor actor, Look.Different different, Function<Integer, Response> shown)
      throws SpecificationStoreFailure {
    Known job = different.job();
    Specification words = different.words();
    Holds.Hold hold = words == null ? null : specifications.hold(words);
    String former = job.description().wordsHash();
    Description next = new Description(hold == null ? former : hold.hash(), different.hidden());
    Outcome<Verdict> outcome =
        wishes.send(
            request,
            actor,
            new Command.DescribeJob(
                Reads.workspaceScope(request), request.parameter("name"), job.id(), next));
    if (hold != null && !(outcome instanceof Outcome.Unknown<Verdict>)) {
      hold.release();
    }
    boolean isNamed =
        outcome instanceof Outcome.Unknown<Verdict>
            || outcome instanceof Outcome.Answered<Verdict>(Verdict.Accepted _);
    if (hold != null && !isNamed) {
      erase(job.id(), hold.hash());
    }
    return wishes.answer(
        outcome,
        _ -> {
          boolean isKept = former.isEmpty() || former.equals(next.wordsHash());
          awaitShown(job.id(), next, !isKept);
          if (!isKept) {
            erase(job.id(), former);
          }
          return shown.apply(200);
        });
  }

  /// Words that nobody says any more may have been changed because they say too much.
  private void erase(JobId job, String words) {
    try {
      cleaning.eraseUnused(words);
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "former words about job {0} are kept: {1}", job.toString(), failure);
    }
  }

  /// It is changed whether history gets on or not: the answer does not depend on it. What is in
  /// memory is shown at once.
  ///
  /// @param inHistory whether history is waited for all the same
  private void awaitShown(JobId id, Description next, boolean inHistory) {
    long until = System.nanoTime() + SHOWN_NANOS;
    try {
      while ((inHistory || reads.view().job(id) == null)
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
