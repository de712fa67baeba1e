package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.view.View;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.State;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import java.lang.System.Logger.Level;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What every read begins with: may this actor look here, and is the workspace there.
final class Reads {
  private static final System.Logger LOG = System.getLogger(Reads.class.getName());

  /// Most of what fails on a machine fails for longer than a moment.
  private static final int AGAIN_SECONDS = 5;

  private final View view;
  private final LongSupplier now;

  /// @param now the engine's time, by which nodes are metered
  Reads(View view, LongSupplier now) {
    this.view = view;
    this.now = now;
  }

  /// Until when money is shown.
  long now() {
    return now.getAsLong();
  }

  View view() {
    return view;
  }

  static Scope workspaceScope(Request request) {
    return Scope.workspace(
        request.parameter("subscription"),
        request.parameter("group"),
        request.parameter("workspace"));
  }

  boolean may(Actor actor, Scope scope) {
    return view.rules().access().refusal(actor, Action.READ, scope) == null;
  }

  /// Why the actor may not look at the scope; null if it may.
  @Nullable Response refusal(Actor actor, Scope scope) {
    return refusal(actor, Action.READ, scope);
  }

  /// Why the actor may not do this to the scope; null if it may.
  @Nullable Response refusal(Actor actor, Action action, Scope scope) {
    Rejection refusal = view.rules().access().refusal(actor, action, scope);
    return refusal == null ? null : Json.refusal(Reason.of(refusal));
  }

  /// Why nothing is taken that would need the disk; null if there is room.
  @Nullable Response storageRefusal() {
    State.Storage storage = view.rules().storage();
    return storage.low()
        ? Json.refusal(Reason.of(new Rejection.StorageLow(storage.markBytes())))
        : null;
  }

  /// Answers about the workspace in the path, if the actor may look at it and it is there.
  Response inWorkspace(Request request, Actor actor, Look look) {
    Scope scope = workspaceScope(request);
    Response refusal = refusal(actor, scope);
    if (refusal != null) {
      return refusal;
    }
    WorkspaceSeen workspace = view.workspace(scope);
    try {
      return workspace == null ? notFound("workspace", scope.workspace()) : look.at(workspace);
    } catch (Bodies.Unfit unfit) {
      return badRequest(unfit.getMessage());
    }
  }

  /// Whether there is a cluster of the name, one that is being deleted too.
  boolean hasCluster(Scope workspace, String name) {
    WorkspaceSeen seen = view.workspace(workspace);
    return seen != null && seen.cluster(name) != null;
  }

  interface Look {
    Response at(WorkspaceSeen workspace) throws Bodies.Unfit;
  }

  static Response notFound(String kind, String name) {
    return Json.refusal(Reason.of(new Rejection.NotFound(kind, name)));
  }

  /// Where to look for what is not there.
  static String lister(String kind) {
    return switch (kind) {
      case "job" -> ": 'ebb ml job list' lists those there are.";
      case "cluster", "compute" -> ": 'ebb ml compute list' lists those there are.";
      case "lock" -> ": 'ebb lock list' lists those there are.";
      case "datastore" ->
          ": 'ebb ml datastore list' lists those there are, and 'create' makes one.";
      case "secret" -> ": 'ebb secret list' lists those there are, and 'set' keeps one.";
      case "workspace" ->
          ": 'ebb ml workspace list' lists those there are; one is made when something is first created in it.";
      case "node" -> ": 'ebb nodes' lists those there are.";
      case "incident" -> ": 'ebb incident' lists those there are.";
      default -> ".";
    };
  }

  /// What the machine under the server did not do. Why has paths of the machine: the log has it,
  /// and no answer.
  static Response unavailable(String code, String what, Exception failure) {
    LOG.log(Level.WARNING, "{0} {1}", what, failure);
    return Json.busy(503, code, what + " The server's log says why; try again.", AGAIN_SECONDS);
  }

  static Response badRequest(String message) {
    return Json.refusal(400, "InvalidRequest", message);
  }

  /// After which name the page starts.
  static String after(Request request) {
    String after = request.query("after");
    return after == null ? "" : after;
  }
}
