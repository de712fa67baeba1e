package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.view.WorkspaceSeen;
import ebb.app.wire.Tenancy;
import ebb.kernel.cluster.ResourceGroup;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.WorkspaceId;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Resource groups. One is there if somebody made it, or while a workspace is in it.
final class ArmGroups {
  private final Reads reads;
  private final Wishes wishes;

  ArmGroups(Reads reads, Wishes wishes) {
    this.reads = reads;
    this.wishes = wishes;
  }

  void addTo(Arm arm) {
    arm.on("GET", Arm.SUBSCRIPTION + "/resourceGroups", this::list)
        .on("GET", Arm.GROUP, this::get)
        .on("HEAD", Arm.GROUP, this::exists)
        .on("PUT", Arm.GROUP, this::put)
        .on("PATCH", Arm.GROUP, this::patch)
        .on("DELETE", Arm.GROUP, this::delete)
        .on("GET", Arm.GROUP + "/operations/{operation}", this::operation);
  }

  static Scope scope(Request request) {
    return new Scope(request.parameter("subscription"), request.parameter("group"), "", "");
  }

  /// What is known of a group.
  ///
  /// @param made null if it is only there because a workspace is in it
  /// @param oldest of the workspaces in it; null if there are none
  private record Known(@Nullable ResourceGroup made, @Nullable Workspace oldest, boolean deleting) {
    /// With another of its workspaces, in the order in which they were made.
    Known and(Workspace workspace) {
      boolean isOlder = oldest == null || workspace.id().compareTo(oldest.id()) < 0;
      return new Known(
          made, isOlder ? workspace : oldest, made == null && deleting && workspace.deleting());
    }

    boolean isThere() {
      return made != null || oldest != null;
    }

    String location() {
      return made != null ? made.location() : oldest == null ? "" : oldest.location();
    }

    Tenancy.ResourceGroup shown() {
      Scope scope = made != null ? made.scope() : oldest == null ? Scope.ALL : oldest.scope();
      return new Tenancy.ResourceGroup(
          scope.ofGroup().path(),
          scope.group(),
          "Microsoft.Resources/resourceGroups",
          location(),
          Arm.tags(made == null ? List.of() : made.tags()),
          new Tenancy.GroupProperties(deleting ? "Deleting" : "Succeeded"));
    }
  }

  private Known known(Scope scope, Actor actor) {
    ResourceGroup made = reads.view().rules().groups().find(scope);
    Known known = new Known(made != null && reads.may(actor, scope) ? made : null, null, true);
    for (WorkspaceSeen seen : reads.view().workspacesIn(scope)) {
      if (reads.may(actor, seen.workspace().scope())) {
        known = known.and(seen.workspace());
      }
    }
    return known.made() != null ? new Known(known.made(), known.oldest(), false) : known;
  }

  private Response list(Request request, Actor actor) throws Bodies.Unfit {
    if (request.query("$filter") != null) {
      return Reads.badRequest("Groups are not chosen by $filter: list them and choose.");
    }
    Scope subscription = ArmTenancy.subscriptionScope(request);
    TreeMap<String, Known> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (ResourceGroup made : reads.view().rules().groups().within(subscription)) {
      if (reads.may(actor, made.scope())) {
        all.put(made.scope().group(), new Known(made, null, false));
      }
    }
    for (WorkspaceSeen seen : reads.view().workspacesIn(subscription)) {
      Workspace workspace = seen.workspace();
      if (reads.may(actor, workspace.scope())) {
        String name = workspace.scope().group();
        all.put(name, all.getOrDefault(name, new Known(null, null, true)).and(workspace));
      }
    }
    return Arm.paged(request, all, Known::shown);
  }

  private static Response notFound(Request request) {
    return Json.refusal(
        404,
        "ResourceGroupNotFound",
        "Resource group '%s' could not be found: make it, or a workspace in it."
            .formatted(request.parameter("group")));
  }

  private Response get(Request request, Actor actor) {
    Known known = known(scope(request), actor);
    return known.isThere() ? Json.answer(200, known.shown()) : notFound(request);
  }

  private Response exists(Request request, Actor actor) {
    return Response.empty(known(scope(request), actor).isThere() ? 204 : 404);
  }

  private Response put(Request request, Actor actor) {
    boolean wasThere = known(scope(request), actor).isThere();
    return ArmBody.read(
        request,
        body -> {
          String location = body.required("location");
          List<Tag> tags = body.tags();
          end(body);
          return wishes.put(
              request,
              actor,
              new Command.PutGroup(scope(request), location, tags),
              wasThere,
              status -> Json.answer(status, known(scope(request), actor).shown()));
        });
  }

  private static void end(ArmBody body) throws Bodies.Unfit {
    body.harmless("id", "name", "type")
        .refused("managedBy", "nothing manages a group but its owners")
        .object("properties")
        .harmless("provisioningState")
        .end();
    body.end();
  }

  private Response patch(Request request, Actor actor) {
    Scope scope = scope(request);
    return ArmBody.read(
        request,
        body -> {
          boolean hasTags = body.has("tags");
          List<Tag> tags = body.tags();
          end(body);
          Known known = known(scope, actor);
          if (!known.isThere()) {
            return notFound(request);
          }
          return hasTags
              ? wishes.wish(
                  request,
                  actor,
                  new Command.PutGroup(scope, known.location(), tags),
                  _ -> get(request, actor))
              : Json.answer(200, known.shown());
        });
  }

  private Response delete(Request request, Actor actor) {
    Scope scope = scope(request);
    String forced = request.query("forceDeletionTypes");
    if (forced != null && !forced.isBlank()) {
      return Reads.badRequest(
          "There is nothing that forceDeletionTypes could force: leave it out.");
    }
    if (!known(scope, actor).isThere()) {
      return notFound(request);
    }
    WorkspaceId newest = WorkspaceId.NONE;
    for (WorkspaceSeen seen : reads.view().workspacesIn(scope)) {
      WorkspaceId id = seen.workspace().id();
      newest = id.compareTo(newest) > 0 ? id : newest;
    }
    String operation = "delete-" + newest;
    return wishes.wish(
        request,
        actor,
        new Command.DeleteGroup(scope),
        _ -> Arm.operation(request, Response.empty(202), scope.path(), operation));
  }

  private boolean isGoing(Scope group) {
    return reads.view().rules().groups().find(group) == null
        && reads.view().workspacesIn(group).stream().allMatch(seen -> seen.workspace().deleting());
  }

  /// A deletion is done when none of the workspaces is left that there were when it began.
  private Response operation(Request request, Actor actor) {
    Scope scope = scope(request);
    // A role on the group went with it as its deletion began.
    Response refusal = isGoing(scope) ? null : reads.refusal(actor, scope);
    if (refusal != null) {
      return refusal;
    }
    String operation = request.parameter("operation");
    long newest = operation.startsWith("delete-") ? Id.parse(operation.substring(7)) : -1;
    if (newest < 0) {
      return Reads.notFound("operation", operation);
    }
    boolean done = true;
    for (WorkspaceSeen seen : reads.view().workspacesIn(scope)) {
      done &= seen.workspace().id().value() > newest;
    }
    return Arm.progress(request, operation, done);
  }
}
