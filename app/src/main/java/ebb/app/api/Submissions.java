package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.journal.History;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.PastJob;
import ebb.app.loop.Outcome;
import ebb.app.specification.Holds;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.app.specification.SpecificationStoreFailure;
import ebb.app.view.ClusterSeen;
import ebb.app.view.JobSeen;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Serverless;
import ebb.kernel.protocol.Verdict;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The way of every job to the kernel, whichever door it came through: a name is used once, and
/// what a new job needs must be there.
final class Submissions {
  private static final System.Logger LOG = System.getLogger(Submissions.class.getName());

  /// The kernel finds a look into history too old when the server was held up for longer than ended
  /// jobs stay in memory; more than a few such looks in a row are an overload.
  private static final int LOOKS = 3;

  /// In place of the time of the look: there is a live job of the name, or no such workspace, and
  /// the kernel is to find that out for itself.
  private static final long LIVE = 0;

  private final Reads reads;
  private final Wishes wishes;
  private final Supplier<History> history;
  private final SpecificationStore specifications;
  private final Assets assets;
  private final InputAddresses addresses;
  private final Surface.Images images;
  private final Surface.Cleaning cleaning;
  private final JobDescriptions descriptions;

  Submissions(
      Reads reads, Wishes wishes, Surface.Parts parts, Assets assets, InputAddresses addresses) {
    this.reads = reads;
    this.wishes = wishes;
    this.history = parts.history();
    this.specifications = parts.specifications();
    this.assets = assets;
    this.addresses = addresses;
    this.images = parts.images();
    this.cleaning = parts.cleaning();
    this.descriptions = new JobDescriptions(reads, wishes, parts);
  }

  /// What a body says of the nodes beside the cluster's name.
  ///
  /// @param serverless those that are wanted, if `spec` names the cluster that Ebb keeps for them
  /// @param size what the cluster's are thought to be; null: nothing is said
  record Nodes(@Nullable Serverless serverless, @Nullable String size) {
    static final Nodes UNSAID = new Nodes(null, null);
  }

  /// What a body asks for.
  ///
  /// @param environment the name of what the job finds, which may mean something else tomorrow;
  ///   null if `specification` says it
  /// @param spec without the specification's hash
  /// @param archived whether lists leave it out; null: nothing is said
  record Submission(
      Specification specification,
      @Nullable String environment,
      JobSpec spec,
      Nodes nodes,
      @Nullable Boolean archived) {
    /// Whether it came through Azure's door.
    boolean isArm() {
      return !specification.resource().isEmpty();
    }
  }

  /// `shown` answers the job, which is there by then.
  Response submit(Request request, Actor actor, Submission submission, IntFunction<Response> shown)
      throws Bodies.Unfit {
    return answered(request, actor, () -> send(request, actor, submission, shown));
  }

  /// Whether a job that there is not yet would be taken, as far as can be known before what it
  /// needs of its sender's machine is here: by the same guards. Only a refusal by the kernel is
  /// kept.
  Response judge(Request request, Actor actor, Submission submission) throws Bodies.Unfit {
    return answered(
        request,
        actor,
        () -> {
          Scope scope = Reads.workspaceScope(request);
          String name = request.parameter("name");
          Seen seen = look(scope, name);
          if (seen.job() != null) {
            return seen.job().isDeleted()
                ? Json.refusal(Reason.of(new Rejection.Deleted("job", name)))
                : Response.empty(204); // it is compared with what comes, once that is whole
          }
          Specification specification = complete(submission, scope);
          Response refusal = refusal(specification, submission, scope);
          if (refusal != null) {
            return refusal;
          }
          String hash = Specification.hashOf(specification.canonicalBytes());
          JobSpec spec = submission.spec().withHash(hash);
          Outcome<Verdict> outcome =
              wishes.judge(
                  request,
                  actor,
                  new Command.SubmitJob(
                      scope, name, spec, submission.nodes().serverless(), seen.at()));
          return asksForAnotherLook(outcome)
              ? Response.empty(204) // which the submission takes
              : wishes.answer(outcome, _ -> Response.empty(204));
        });
  }

  private interface Doing {
    Response answer() throws Bodies.Unfit, HistoryUnavailable, IOException;
  }

  /// Before anything is stored: who may not submit leaves nothing behind.
  private Response answered(Request request, Actor actor, Doing doing) throws Bodies.Unfit {
    Response refusal = reads.refusal(actor, Action.WRITE, Reads.workspaceScope(request));
    if (refusal != null) {
      return refusal;
    }
    try {
      return doing.answer();
    } catch (HistoryUnavailable unavailable) {
      return JobEndpoints.historyUnavailable(unavailable);
    } catch (IOException failure) {
      return Reads.unavailable(
          "StorageUnavailable",
          "What the job runs could not be stored or looked for: nothing was changed.",
          failure);
    }
  }

  private Response send(
      Request request, Actor actor, Submission submission, IntFunction<Response> shown)
      throws Bodies.Unfit, HistoryUnavailable, IOException {
    Scope scope = Reads.workspaceScope(request);
    String name = request.parameter("name");
    Outcome<Verdict> outcome = new Outcome.NotServing<>();
    String stored = "";
    for (int look = 0; look < LOOKS; look++) {
      Seen seen = look(scope, name);
      JobDescriptions.Known known = seen.job();
      JobSpec there = known == null ? null : known.spec();
      String hash;
      Holds.Hold hold = null;
      if (known != null && known.isDeleted()) {
        return Json.refusal(Reason.of(new Rejection.Deleted("job", name)));
      }
      if (there != null && submission.isArm()) {
        return described(request, actor, submission, shown);
      }
      if (there != null) {
        hash = Specification.hashOf(submission.specification().canonicalBytes());
        if (seen.isOver()) {
          return there.equals(submission.spec().withHash(hash))
              ? shown.apply(200)
              : taken(name, there, submission);
        }
      } else {
        Specification specification = complete(submission, scope);
        Response refusal = refusal(specification, submission, scope);
        if (refusal != null) {
          return refusal;
        }
        hold = specifications.hold(specification);
        hash = hold.hash();
      }
      JobSpec spec = submission.spec().withHash(hash);
      outcome =
          wishes.send(
              request,
              actor,
              new Command.SubmitJob(scope, name, spec, submission.nodes().serverless(), seen.at()));
      if (hold != null && !(outcome instanceof Outcome.Unknown<Verdict>)) {
        hold.release();
        stored = hash;
      }
      if (there != null && is(outcome, Rejection.NameTaken.class)) {
        return taken(name, there, submission);
      }
      if (!asksForAnotherLook(outcome)) {
        break;
      }
    }
    if (!stored.isEmpty() && outcome instanceof Outcome.Answered<Verdict>(Verdict.Refused _)) {
      eraseUnused(stored);
    }
    return wishes.answer(outcome, changed -> shown.apply(changed ? 201 : 200));
  }

  /// Nobody would ever remove what only a refused job runs. What another names by now stays, and
  /// what is being submitted again at this moment.
  private void eraseUnused(String hash) {
    try {
      cleaning.eraseUnused(hash);
    } catch (IOException failure) {
      LOG.log(Level.DEBUG, "the specification of a refused job is kept: {0}", failure);
    }
  }

  /// A job that there is stays what it is; what is said about it may change.
  private Response described(
      Request request, Actor actor, Submission submission, IntFunction<Response> shown)
      throws Bodies.Unfit, HistoryUnavailable, SpecificationStoreFailure {
    ObjectNode words = Json.object(submission.specification().resource());
    JobDescriptions.Asked asked =
        new JobDescriptions.Asked(submission, words, submission.archived());
    return descriptions.change(request, actor, looking(request), _ -> asked, shown::apply);
  }

  private JobDescriptions.Looking looking(Request request) {
    return () -> look(Reads.workspaceScope(request), request.parameter("name")).job();
  }

  /// Changes what is said about a job as a run's body does: it names what changes.
  Response merge(Request request, Actor actor, ArmBody body, IntFunction<Response> shown)
      throws Bodies.Unfit {
    body.harmless("runId");
    Boolean hidden = body.truth("hidden");
    String name = request.parameter("name");
    Scope scope = Reads.workspaceScope(request);
    return answered(
        request,
        actor,
        () ->
            descriptions.change(
                request,
                actor,
                looking(request),
                now -> {
                  ObjectNode words = JobWords.merged(now, body);
                  body.end();
                  return new JobDescriptions.Asked(
                      CommandJobBody.read(scope, actor, name, now), words, hidden);
                },
                shown::apply));
  }

  /// What there is of a name.
  ///
  /// @param at when it was looked for
  /// @param job null if there is none of the name
  /// @param isOver whether the job has left memory, and only history knows it
  private record Seen(long at, JobDescriptions.@Nullable Known job, boolean isOver) {}

  /// A name that history holds is answered from there and never runs again, whatever became of what
  /// the job named. The time of the look is taken first, then the view is asked, then history: a
  /// job is in one of them from its submission on, and one that is live may leave memory before the
  /// command is decided, so that the kernel must then find it itself or send us to look again.
  private Seen look(Scope scope, String name) throws HistoryUnavailable {
    long at = wishes.settledAt();
    WorkspaceSeen workspace = reads.view().workspace(scope);
    if (workspace == null) {
      return new Seen(LIVE, null, false);
    }
    JobSeen live = workspace.job(name);
    if (live != null) {
      Job job = live.job();
      return new Seen(
          LIVE,
          new JobDescriptions.Known(job.id(), job.spec(), job.description(), job.isDeleted()),
          false);
    }
    Optional<PastJob> past = history.get().job(workspace.workspace().id(), name);
    return past.map(Submissions::seen).orElseGet(() -> new Seen(at, null, false));
  }

  private static Seen seen(PastJob past) {
    return new Seen(
        LIVE,
        new JobDescriptions.Known(past.id(), past.spec(), past.description(), past.isDeleted()),
        past.endedAt() != 0);
  }

  /// With the environment and the inputs that their names mean now.
  private Specification complete(Submission submission, Scope scope)
      throws Bodies.Unfit, IOException {
    Specification specification = submission.specification();
    if (submission.isArm()) {
      specification = addresses.resolve(specification, scope);
    }
    return submission.environment() == null
        ? specification
        : specification.withEnvironment(assets.environment(submission.environment(), scope));
  }

  /// Why a new job cannot be taken; null if it can.
  private @Nullable Response refusal(
      Specification specification, Submission submission, Scope scope) {
    if (Boolean.TRUE.equals(submission.archived())) {
      return Reads.badRequest(
          "The property 'isArchived' is for a job that there is: submit it first.");
    }
    JobSpec spec = submission.spec();
    Optional<String> fault = specification.fault().or(() -> specification.faultOn(spec.nodes()));
    if (fault.isEmpty() && spec.isLocal()) {
      fault = LocalEndpoints.fault(specification);
    }
    if (fault.isPresent()) {
      return Reads.badRequest("The specification cannot be run: " + fault.get() + ".");
    }
    Optional<String> other =
        sizeFault(submission, scope).or(() -> imageFault(specification, submission, scope));
    return other.isPresent() ? Reads.badRequest(other.get()) : assets.refusal(specification, scope);
  }

  /// Why the job's cluster does not have the nodes that the body names.
  private Optional<String> sizeFault(Submission submission, Scope scope) {
    String size = submission.nodes().size();
    ClusterSeen seen = cluster(submission, scope);
    if (size == null || seen == null || seen.cluster().spec().size().equalsIgnoreCase(size)) {
      return Optional.empty();
    }
    return Optional.of(
        "The property 'resources.instanceType' is '%s', but the nodes of the cluster '%s' are %s: leave it out, or name a cluster of that size."
            .formatted(size, seen.cluster().name(), seen.cluster().spec().size()));
  }

  private @Nullable ClusterSeen cluster(Submission submission, Scope scope) {
    WorkspaceSeen workspace = reads.view().workspace(scope);
    return workspace == null ? null : workspace.cluster(submission.spec().cluster());
  }

  /// Why the job's cluster, as it is now, could not start it with its environment.
  private Optional<String> imageFault(
      Specification specification, Submission submission, Scope scope) {
    JobSpec spec = submission.spec();
    Isolation isolation = isolation(submission, scope);
    if (isolation == null) {
      return Optional.empty();
    }
    Specification.Environment environment = specification.environment();
    if (isolation != Isolation.CONTAINER) {
      return environment.faultOutsideContainers().map(fault -> on(spec, fault));
    }
    return switch (environment.inContainers()) {
      case Specification.Image(String name) -> images.refusal(name);
      case Specification.ImageWith with -> images.refusal(with.image().name());
      case Specification.ImageOr _, Specification.Packages _, Specification.HostEnvironment _ ->
          environment.faultInContainers().map(fault -> on(spec, fault));
    };
  }

  /// Null if there is no such cluster, and none will be made for the job.
  private @Nullable Isolation isolation(Submission submission, Scope scope) {
    ClusterSeen cluster = cluster(submission, scope);
    if (cluster != null) {
      return cluster.cluster().spec().isolation();
    }
    return submission.nodes().serverless() == null ? null : Serverless.ISOLATION;
  }

  private static String on(JobSpec spec, String fault) {
    return "The cluster '%s' cannot start it: %s.".formatted(spec.cluster(), fault);
  }

  /// Whether only the look at the name was refused: a job came since, or the look is too old.
  private static boolean asksForAnotherLook(Outcome<Verdict> outcome) {
    return is(outcome, Rejection.NameTaken.class) || is(outcome, Rejection.NameCheckTooOld.class);
  }

  private static boolean is(Outcome<Verdict> outcome, Class<? extends Rejection> kind) {
    return outcome instanceof Outcome.Answered<Verdict>(Verdict.Refused(var rejection))
        && kind.isInstance(rejection);
  }

  /// Says in what it differs from the job that has the name.
  private Response taken(String name, JobSpec there, Submission submission)
      throws SpecificationStoreFailure {
    List<String> different = new ArrayList<>(Difference.between(there, submission.spec()));
    specifications
        .find(there.specHash())
        .ifPresent(
            stored -> different.addAll(Difference.between(stored, submission.specification())));
    return Json.refusal(Reason.of(new Rejection.NameTaken("job", name)).differing(different));
  }
}
