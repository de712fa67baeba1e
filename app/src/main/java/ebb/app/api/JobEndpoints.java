package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.History;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.Ledger;
import ebb.app.journal.Listed;
import ebb.app.journal.PastJob;
import ebb.app.view.JobSeen;
import ebb.app.view.NodeSeen;
import ebb.kernel.Kernel;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.money.Charges;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Thing;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Jobs: submit, look, list, cancel, and why they wait.
final class JobEndpoints {
  static final String LIST = WorkspaceEndpoints.PATH + "/jobs";
  static final String PATH = LIST + "/{name}";

  /// How many jobs are looked at for a page of those that are wanted.
  private static final int LOOKED_AT_MOST = 1_000;

  private final Reads reads;
  private final Wishes wishes;
  private final Supplier<History> history;
  private final Submissions submissions;

  JobEndpoints(Reads reads, Wishes wishes, Supplier<History> history, Submissions submissions) {
    this.reads = reads;
    this.wishes = wishes;
    this.history = history;
    this.submissions = submissions;
  }

  void addTo(Router<Endpoint> router) {
    router
        .on("GET", LIST + "?after&limit&archived", this::list)
        .on("PUT", PATH, this::put)
        .on("GET", PATH, this::get)
        .on("POST", PATH + "/cancel", this::cancel)
        .on("GET", PATH + "/why", this::why);
  }

  // Submitting.

  private Response put(Request request, Actor actor) {
    return Bounded.body(
        request,
        Bodies.JobBody.class,
        body ->
            submissions.submit(
                request,
                actor,
                new Submissions.Submission(
                    SpecificationBody.of(body),
                    null,
                    spec(actor, body),
                    Submissions.Nodes.UNSAID,
                    null),
                status -> shown(request, actor, status)));
  }

  private static JobSpec spec(Actor actor, Bodies.JobBody body) throws Bodies.Unfit {
    return new JobSpec(
        Bodies.required(body.cluster(), "cluster"),
        Bodies.or(body.account(), actor.principal()),
        Bodies.or(body.priority(), 0),
        Bodies.or(body.nodes(), 1),
        Bodies.limit(Bodies.millis(body.limit(), "limit", -1), "field 'limit'"),
        retries(body.retries()),
        "");
  }

  private static Retries retries(Bodies.@Nullable RetriesBody body) {
    return body == null
        ? JobSpec.DEFAULT_RETRIES
        : new Retries(
            Bodies.or(body.preempted(), JobSpec.DEFAULT_RETRIES.preempted()),
            Bodies.or(body.infrastructure(), JobSpec.DEFAULT_RETRIES.infrastructure()),
            Bodies.or(body.failed(), JobSpec.DEFAULT_RETRIES.failed()));
  }

  static Response historyUnavailable(HistoryUnavailable unavailable) {
    return unavailable.isClosed()
        ? Wishes.notServing()
        : Json.busy(
            503, "HistoryUnavailable", unavailable.getMessage(), unavailable.retryHelps() ? 1 : 0);
  }

  // Looking.

  private Response get(Request request, Actor actor) {
    return shown(request, actor, 200);
  }

  private Response shown(Request request, Actor actor, int status) {
    return withJob(
        request,
        actor,
        new Cases() {
          @Override
          public Response live(JobSeen seen) {
            return Json.answer(status, Shapes.JobShown.of(seen, attempt(seen.job()), looked(seen)));
          }

          @Override
          public Response past(PastJob past) throws HistoryUnavailable {
            return Json.answer(status, Shapes.JobShown.of(past, looked(past.id())));
          }
        });
  }

  /// All that is known of a job that is live. One that has ended is looked up in history, which may
  /// have it a little later.
  JobFacts looked(JobSeen seen) {
    Job job = seen.job();
    if (job.isEnded() && !job.spec().isLocal()) {
      try {
        JobFacts past = looked(job.id());
        return new JobFacts(
            seen.charges(reads.now()),
            past.virtual(),
            past.isolation(),
            past.weaknesses(),
            past.used());
      } catch (HistoryUnavailable unavailable) {
        return facts(seen, reads.now());
      }
    }
    return facts(seen, reads.now());
  }

  /// The same of one that has ended, from history.
  JobFacts looked(JobId id) throws HistoryUnavailable {
    Charges charges = history.get().ledger().sum(new Ledger.OfJob(id), Ledger.Period.ALL);
    return JobFacts.of(charges, history.get().usage(id));
  }

  /// What the view has of a live job.
  private JobFacts facts(JobSeen seen, long now) {
    Attempt attempt = attempt(seen.job());
    return JobFacts.of(seen.charges(now), attempt == null ? List.of() : nodes(attempt));
  }

  /// What history knows of a job that has left memory.
  Optional<PastJob> past(JobId id) throws HistoryUnavailable {
    return history.get().job(id);
  }

  /// Whether who asks for the job is shown it.
  boolean isShown(JobId id) throws HistoryUnavailable {
    JobSeen seen = reads.view().job(id);
    return seen != null
        ? !seen.job().isDeleted()
        : past(id).filter(past -> !past.isDeleted()).isPresent();
  }

  /// As events show a live job: its charges are those that are metered to their end, for an event
  /// is something that has changed, and money changes always.
  Shapes.JobShown shownInEvent(JobSeen seen) {
    return Shapes.JobShown.of(seen, attempt(seen.job()), facts(seen, 0));
  }

  private List<Node> nodes(Attempt attempt) {
    List<Node> nodes = new ArrayList<>();
    for (Attempt.Task task : attempt.tasks()) {
      NodeSeen node = reads.view().node(task.node());
      if (node != null) {
        nodes.add(node.node());
      }
    }
    return nodes;
  }

  @Nullable Attempt attempt(Job job) {
    return job.phase() instanceof Job.Active active ? reads.view().attempt(active.attempt()) : null;
  }

  /// What to answer about a job that is live, and about one that is history.
  interface Cases {
    Response live(JobSeen seen) throws Bodies.Unfit;

    Response past(PastJob past) throws HistoryUnavailable, Bodies.Unfit;
  }

  /// The view first: what leaves it is in history by then.
  Response withJob(Request request, Actor actor, Cases cases) {
    return withJob(request, actor, request.parameter("name"), cases);
  }

  Response withJob(Request request, Actor actor, String name, Cases cases) {
    return reads.inWorkspace(
        request,
        actor,
        workspace -> {
          JobSeen seen = workspace.job(name);
          if (seen != null) {
            return seen.job().isDeleted() ? Reads.notFound("job", name) : cases.live(seen);
          }
          try {
            Optional<PastJob> past = history.get().job(workspace.workspace().id(), name);
            return past.isEmpty() || past.get().isDeleted()
                ? Reads.notFound("job", name)
                : cases.past(past.get());
          } catch (HistoryUnavailable unavailable) {
            return historyUnavailable(unavailable);
          }
        });
  }

  private Response list(Request request, Actor actor) throws Bodies.Unfit {
    return page(
        request,
        actor,
        new Asked(Reads.after(request), Query.pageSize(request), listed(request), null),
        new Rows<Shapes.JobShown>() {
          @Override
          public Shapes.JobShown live(JobSeen seen, JobFacts facts) {
            return Shapes.JobShown.of(seen, attempt(seen.job()), facts);
          }

          @Override
          public Shapes.JobShown past(PastJob past, JobFacts facts) {
            return Shapes.JobShown.of(past, facts);
          }
        },
        page -> new Shapes.Page(page.rows(), page.next()));
  }

  /// The query's `archived`: absent leaves such jobs out.
  private static Listed listed(Request request) throws Bodies.Unfit {
    String archived = Bodies.or(request.query("archived"), "");
    return switch (archived) {
      case "" -> Listed.SHOWN;
      case "also" -> Listed.ALL;
      case "only" -> Listed.HIDDEN;
      default -> throw Query.unfit(archived, "archived", "also or only");
    };
  }

  /// What a job is in a list.
  interface Rows<T> {
    T live(JobSeen seen, JobFacts facts);

    T past(PastJob past, JobFacts facts);
  }

  /// A job of a page: live, or of history.
  private record Found(@Nullable JobSeen live, @Nullable PastJob past) {}

  /// @param next after which the following page begins; null if this is the last one
  record JobPage<T>(List<T> rows, @Nullable String next) {}

  /// How a page is answered.
  interface Showing<T> {
    Object of(JobPage<T> page) throws Bodies.Unfit;
  }

  /// Whether a list is to have a job.
  interface Wanted {
    boolean has(JobSpec spec, Description description);
  }

  /// Which jobs a list is to have.
  ///
  /// @param after the id of the last one that was looked at for the page before; empty begins
  /// @param size how many rows at most
  /// @param wanted which of them; null for all
  record Asked(String after, int size, Listed which, @Nullable Wanted wanted) {
    boolean isFull(int rows, int looks) {
      return rows == size || looks == most();
    }

    /// A page for which few are wanted ends early: the next goes on.
    int most() {
      return wanted == null ? size : LOOKED_AT_MOST;
    }

    boolean wants(JobSpec spec, Description description) {
      return which.has(description) && (wanted == null || wanted.has(spec, description));
    }
  }

  /// Live jobs and those of history as one list, newest first.
  <T> Response page(Request request, Actor actor, Asked asked, Rows<T> rows, Showing<T> shown) {
    String after = asked.after();
    long before = after.isEmpty() ? History.NEWEST.value() : Id.parse(after);
    if (before < 0) {
      return Reads.badRequest(
          "'" + after + "' is no id of a job: follow the address of the next page.");
    }
    return reads.inWorkspace(
        request,
        actor,
        workspace -> {
          JobId start = new JobId(before);
          Iterator<JobSeen> live = workspace.jobsBefore(start).iterator();
          try {
            Iterator<PastJob> past =
                history
                    .get()
                    .jobs(workspace.workspace().id(), asked.which(), start, asked.most() + 1)
                    .iterator();
            JobPage<Found> page = merge(live, past, asked);
            return Json.answer(200, shown.of(new JobPage<>(shown(page.rows(), rows), page.next())));
          } catch (HistoryUnavailable unavailable) {
            return historyUnavailable(unavailable);
          }
        });
  }

  /// History has the live jobs too, a little later: where both have one, the live one counts.
  private static JobPage<Found> merge(Iterator<JobSeen> live, Iterator<PastJob> past, Asked asked) {
    List<Found> page = new ArrayList<>();
    int looks = 0;
    JobId last = JobId.NONE;
    JobSeen nextLive = next(live);
    PastJob nextPast = next(past);
    while (nextLive != null || nextPast != null) {
      if (asked.isFull(page.size(), looks)) {
        return new JobPage<>(page, last.toString());
      }
      looks++;
      int order = order(nextLive, nextPast);
      if (order <= 0 && nextLive != null) {
        last = nextLive.job().id();
        if (!nextLive.job().isDeleted()
            && asked.wants(nextLive.job().spec(), nextLive.job().description())) {
          page.add(new Found(nextLive, null));
        }
        nextLive = next(live);
      } else if (nextPast != null) {
        last = nextPast.id();
        if (nextPast.endedAt() != 0 && asked.wants(nextPast.spec(), nextPast.description())) {
          page.add(new Found(null, nextPast));
        }
      }
      if (order >= 0) {
        nextPast = next(past);
      }
    }
    return new JobPage<>(page, null);
  }

  /// With what each has cost; that of all that are history is one look.
  private <T> List<T> shown(List<Found> found, Rows<T> rows) throws HistoryUnavailable {
    List<JobId> ids = new ArrayList<>();
    for (Found each : found) {
      if (each.past() != null) {
        ids.add(each.past().id());
      }
    }
    Map<JobId, Charges> charges = history.get().ledger().sums(ids);
    long now = reads.now();
    List<T> shown = new ArrayList<>();
    for (Found each : found) {
      PastJob past = each.past();
      JobSeen live = each.live();
      if (past != null) {
        shown.add(rows.past(past, JobFacts.of(charges.getOrDefault(past.id(), Charges.NONE))));
      } else if (live != null) {
        shown.add(rows.live(live, facts(live, now)));
      }
    }
    return shown;
  }

  /// Which comes first: the newer one.
  private static int order(@Nullable JobSeen live, @Nullable PastJob past) {
    if (live == null || past == null) {
      return live == null ? 1 : -1;
    }
    return past.id().compareTo(live.job().id());
  }

  private static <T> @Nullable T next(Iterator<T> rows) {
    return rows.hasNext() ? rows.next() : null;
  }

  // Cancelling, and why.

  private Response cancel(Request request, Actor actor) {
    return cancel(request, actor, _ -> shown(request, actor, 202));
  }

  /// `then` answers for a job that was live and is asked to end.
  Response cancel(Request request, Actor actor, Function<JobSeen, Response> then) {
    return withJob(
        request,
        actor,
        new Cases() {
          @Override
          public Response live(JobSeen seen) {
            return wishes.wish(
                request,
                actor,
                new Command.CancelJob(Reads.workspaceScope(request), request.parameter("name")),
                _ -> then.apply(seen));
          }

          @Override
          public Response past(PastJob past) {
            return Json.refusal(Reason.of(ended(past)));
          }
        });
  }

  static Rejection ended(PastJob past) {
    EndCause cause = past.cause();
    return cause == null
        ? new Rejection.NotFound("job", past.name())
        : new Rejection.AlreadyEnded(past.name(), cause);
  }

  private Response why(Request request, Actor actor) {
    return withJob(
        request,
        actor,
        new Cases() {
          @Override
          public Response live(JobSeen seen) {
            Job job = seen.job();
            if (job.phase() instanceof Job.Ended end) {
              Reason ended = Reason.ended(job.name(), end.cause(), end.code(), end.detail());
              return ClusterEndpoints.WhyShown.answer(ended, looked(seen));
            }
            Thing thing = new Thing(Thing.Kind.JOB, job.id().value());
            return wishes.ask(
                (state, now) ->
                    Reason.of(Kernel.why(state, thing, now)).placed(Kernel.place(state, job.id())),
                reason -> ClusterEndpoints.WhyShown.answer(reason, JobFacts.NONE));
          }

          @Override
          public Response past(PastJob past) throws HistoryUnavailable {
            return past.cause() == null
                ? Reads.notFound("job", past.name())
                : ClusterEndpoints.WhyShown.answer(
                    Reason.ended(past.name(), past.cause(), past.code(), past.detail()),
                    looked(past.id()));
          }
        });
  }
}
