package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.journal.History;
import ebb.app.journal.History.PastJob;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.loop.Outcome;
import ebb.app.specification.Holds;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.app.specification.SpecificationStoreFailure;
import ebb.app.view.JobSeen;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Serverless;
import ebb.kernel.protocol.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The way of every job to the kernel, whichever door it came through: a name is used once, and
/// what a new job needs must be there.
final class Submissions {
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

  Submissions(
      Reads reads,
      Wishes wishes,
      Supplier<History> history,
      SpecificationStore specifications,
      Assets assets) {
    this.reads = reads;
    this.wishes = wishes;
    this.history = history;
    this.specifications = specifications;
    this.assets = assets;
  }

  /// What a body asks for.
  ///
  /// @param environment the name of what the job finds, which may mean something else tomorrow;
  ///   null if `specification` says it
  /// @param spec without the specification's hash
  /// @param serverless the nodes that are wanted, if `spec` names the cluster that Ebb keeps for
  ///   them
  record Submission(
      Specification specification,
      @Nullable String environment,
      JobSpec spec,
      @Nullable Serverless serverless) {}

  /// `shown` answers the job, which is there by then.
  Response submit(
      Request request, Actor actor, Submission submission, IntFunction<Response> shown) {
    // Before anything is stored: who may not submit leaves nothing behind.
    Response refusal = reads.refusal(actor, Action.WRITE, Reads.workspaceScope(request));
    if (refusal != null) {
      return refusal;
    }
    try {
      return send(request, actor, submission, shown);
    } catch (Bodies.Unfit unfit) {
      return Reads.badRequest(unfit.getMessage());
    } catch (HistoryUnavailable unavailable) {
      return JobEndpoints.historyUnavailable(unavailable);
    } catch (IOException failure) {
      return Reads.unavailable(
          "StorageUnavailable",
          "What the job runs could not be stored or looked for: nothing was submitted.",
          failure);
    }
  }

  private Response send(
      Request request, Actor actor, Submission submission, IntFunction<Response> shown)
      throws Bodies.Unfit, HistoryUnavailable, IOException {
    Scope scope = Reads.workspaceScope(request);
    String name = request.parameter("name");
    Outcome<Verdict> outcome = new Outcome.NotServing<>();
    for (int look = 0; look < LOOKS; look++) {
      Seen seen = look(scope, name);
      JobSpec there = seen.spec();
      String hash;
      Holds.Hold hold = null;
      if (there != null) {
        hash = hashBeside(there.specHash(), submission);
        if (seen.isDeleted()) {
          return Json.refusal(Reason.of(new Rejection.Deleted("job", name)));
        }
        if (seen.isOver()) {
          return there.equals(submission.spec().withHash(hash))
              ? shown.apply(200)
              : taken(name, there, submission);
        }
      } else {
        Specification specification = complete(submission, scope);
        Response refusal = refusal(specification, submission.spec(), scope);
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
              new Command.SubmitJob(scope, name, spec, submission.serverless(), seen.at()));
      if (hold != null && !(outcome instanceof Outcome.Unknown<Verdict>)) {
        hold.release();
      }
      if (there != null && is(outcome, Rejection.NameTaken.class)) {
        return taken(name, there, submission);
      }
      if (!is(outcome, Rejection.NameCheckTooOld.class)) {
        break;
      }
    }
    return wishes.answer(outcome, changed -> shown.apply(changed ? 201 : 200));
  }

  /// What there is of a name.
  ///
  /// @param at when it was looked for
  /// @param spec null if there is no job of the name
  /// @param isOver whether the job has left memory, and only history knows it
  private record Seen(long at, @Nullable JobSpec spec, boolean isOver, boolean isDeleted) {}

  /// A name that history holds is answered from there and never runs again, whatever became of what
  /// the job named. The time of the look is taken first, then the view is asked, then history: a
  /// job is in one of them from its submission on, and one that is live may leave memory before the
  /// command is decided, so that the kernel must then find it itself or send us to look again.
  private Seen look(Scope scope, String name) throws HistoryUnavailable {
    long at = wishes.settledAt();
    WorkspaceSeen workspace = reads.view().workspace(scope);
    if (workspace == null) {
      return new Seen(LIVE, null, false, false);
    }
    JobSeen live = workspace.job(name);
    if (live != null) {
      return new Seen(LIVE, live.job().spec(), false, live.job().isDeleted());
    }
    Optional<PastJob> past = history.get().job(workspace.workspace().id(), name);
    return past.isEmpty()
        ? new Seen(at, null, false, false)
        : new Seen(LIVE, past.get().spec(), past.get().endedAt() != 0, past.get().isDeleted());
  }

  /// With the environment that its name means now.
  private Specification complete(Submission submission, Scope scope)
      throws Bodies.Unfit, IOException {
    return submission.environment() == null
        ? submission.specification()
        : submission
            .specification()
            .withEnvironment(assets.environment(submission.environment(), scope));
  }

  /// The hash of what was sent if its environment's name means what it meant for the job that there
  /// is. Nothing is stored.
  private String hashBeside(String there, Submission submission) throws SpecificationStoreFailure {
    Specification sent = submission.specification();
    if (submission.environment() != null) {
      Optional<Specification> stored = specifications.find(there);
      sent = stored.isPresent() ? sent.withEnvironment(stored.get().environment()) : sent;
    }
    return Specification.hashOf(sent.canonicalBytes());
  }

  /// Why a new job cannot be taken; null if it can.
  private @Nullable Response refusal(Specification specification, JobSpec spec, Scope scope) {
    Optional<String> fault = specification.fault().or(() -> specification.faultOn(spec.nodes()));
    if (fault.isEmpty() && spec.isLocal()) {
      fault = LocalEndpoints.fault(specification);
    }
    return fault.isPresent()
        ? Reads.badRequest("The specification cannot be run: " + fault.get() + ".")
        : assets.refusal(specification, scope);
  }

  private static boolean is(Outcome<Verdict> outcome, Class<? extends Rejection> kind) {
    return outcome instanceof Outcome.Answered<Verdict>(Verdict.Refused(var rejection))
        && kind.isInstance(rejection);
  }

  /// Says in what it differs from the job that has the name.
  private Response taken(String name, JobSpec there, Submission submission)
      throws SpecificationStoreFailure {
    List<String> different =
        Difference.between(
            there,
            submission.spec(),
            specifications.find(there.specHash()).orElse(null),
            submission.specification());
    return Json.refusal(Reason.of(new Rejection.NameTaken("job", name)).differing(different));
  }
}
