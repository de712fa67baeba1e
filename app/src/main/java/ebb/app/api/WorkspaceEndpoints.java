package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Scope;
import java.util.ArrayList;
import java.util.List;

/// Workspaces: create, look, delete.
final class WorkspaceEndpoints {
  static final String PATH = "/ebb/v1/workspaces/{subscription}/{group}/{workspace}";

  private final Reads reads;
  private final Wishes wishes;

  WorkspaceEndpoints(Reads reads, Wishes wishes) {
    this.reads = reads;
    this.wishes = wishes;
  }

  void addTo(Router<Endpoint> router) {
    router
        .on("GET", "/ebb/v1/workspaces", this::list)
        .on("PUT", PATH, this::put)
        .on("GET", PATH, this::get)
        .on("DELETE", PATH, this::delete);
  }

  private Response list(Request request, Actor actor) {
    List<Shapes.WorkspaceShown> shown = new ArrayList<>();
    for (WorkspaceSeen seen : reads.view().workspaces()) {
      if (reads.may(actor, seen.workspace().scope())) {
        shown.add(Shapes.WorkspaceShown.of(seen.workspace()));
      }
    }
    return Json.answer(200, new Shapes.Page(shown, null));
  }

  private Response put(Request request, Actor actor) {
    Scope scope = Reads.workspaceScope(request);
    return Bounded.body(
        request,
        Bodies.WorkspaceBody.class,
        body ->
            wishes.put(
                request,
                actor,
                new Command.PutWorkspace(scope, Bodies.required(body.location(), "location")),
                reads.view().workspace(scope) != null,
                status -> shown(request, actor, status)));
  }

  private Response get(Request request, Actor actor) {
    return shown(request, actor, 200);
  }

  private Response shown(Request request, Actor actor, int status) {
    return reads.inWorkspace(
        request, actor, seen -> Json.answer(status, Shapes.WorkspaceShown.of(seen.workspace())));
  }

  private Response delete(Request request, Actor actor) {
    return wishes.wish(
        request,
        actor,
        new Command.DeleteWorkspace(Reads.workspaceScope(request)),
        _ -> Response.empty(202));
  }
}
