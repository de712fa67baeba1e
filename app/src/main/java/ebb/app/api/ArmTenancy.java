package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.view.WorkspaceSeen;
import ebb.app.wire.Compute;
import ebb.app.wire.Tenancy;
import ebb.app.wire.Workspace;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Subscriptions, resource groups and workspaces. A subscription or a group is there while a
/// workspace is in it.
final class ArmTenancy {
  private final Reads reads;
  private final Wishes wishes;

  ArmTenancy(Reads reads, Wishes wishes) {
    this.reads = reads;
    this.wishes = wishes;
  }

  void addTo(Arm arm) {
    arm.on("GET", "/subscriptions", this::subscriptions)
        .on("GET", Arm.SUBSCRIPTION, this::subscription)
        .on("GET", Arm.SUBSCRIPTION + "/locations", this::locations)
        .on("GET", Arm.SUBSCRIPTION + "/resourceGroups", this::groups)
        .on("GET", Arm.GROUP, this::group)
        .on("HEAD", Arm.GROUP, this::groupExists)
        .on(
            "GET",
            Arm.SUBSCRIPTION + "/providers/Microsoft.MachineLearningServices/workspaces",
            (request, actor) -> workspaces(request, actor, subscriptionScope(request)))
        .on(
            "GET",
            Arm.WORKSPACES,
            (request, actor) -> workspaces(request, actor, groupScope(request)))
        .on("GET", Arm.WORKSPACE, (request, actor) -> workspace(request, actor, 200))
        .on("PUT", Arm.WORKSPACE, this::putWorkspace)
        .on("DELETE", Arm.WORKSPACE, this::deleteWorkspace)
        .on("GET", Arm.WORKSPACE + "/operations/{operation}", this::operation);
  }

  /// The workspaces that the actor may see within the scope, a subscription's or a group's.
  private List<ebb.kernel.cluster.Workspace> within(Scope scope, Actor actor) {
    List<ebb.kernel.cluster.Workspace> within = new ArrayList<>();
    for (WorkspaceSeen seen : reads.view().workspaces()) {
      Scope of = seen.workspace().scope();
      if (scope.contains(of) && reads.may(actor, of)) {
        within.add(seen.workspace());
      }
    }
    return within;
  }

  private static Scope subscriptionScope(Request request) {
    return new Scope(request.parameter("subscription"), "", "", "");
  }

  private static Scope groupScope(Request request) {
    return new Scope(request.parameter("subscription"), request.parameter("group"), "", "");
  }

  // Subscriptions.

  private Response subscriptions(Request request, Actor actor) {
    TreeMap<String, Tenancy.Subscription> shown = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (var workspace : within(Scope.ALL, actor)) {
      String id = workspace.scope().subscription();
      shown.putIfAbsent(id, shown(id));
    }
    return Json.answer(200, Arm.page(request, List.copyOf(shown.values()), null));
  }

  private static Tenancy.Subscription shown(String id) {
    return new Tenancy.Subscription(
        "/subscriptions/" + id,
        id,
        id,
        "Enabled",
        new Tenancy.Policies("Internal", "Internal", "Off"));
  }

  private Response subscription(Request request, Actor actor) {
    List<ebb.kernel.cluster.Workspace> within = within(subscriptionScope(request), actor);
    return within.isEmpty()
        ? Json.refusal(
            404,
            "SubscriptionNotFound",
            "The subscription '%s' could not be found."
                .formatted(request.parameter("subscription")))
        : Json.answer(200, shown(within.getFirst().scope().subscription()));
  }

  /// The places that the price book knows, and those where a workspace is.
  private Response locations(Request request, Actor actor) {
    TreeSet<String> names = new TreeSet<>();
    for (Price price : reads.view().rules().prices().prices()) {
      names.add(price.location());
    }
    within(subscriptionScope(request), actor).forEach(each -> names.add(each.location()));
    String path = subscriptionScope(request).path() + "/locations/";
    return Json.answer(
        200,
        Arm.page(
            request,
            names.stream().map(name -> new Tenancy.Location(path + name, name, name)).toList(),
            null));
  }

  // Resource groups.

  private Response groups(Request request, Actor actor) {
    TreeMap<String, Tenancy.ResourceGroup> shown = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (var workspace : within(subscriptionScope(request), actor)) {
      shown.putIfAbsent(workspace.scope().group(), group(workspace));
    }
    return Json.answer(200, Arm.page(request, List.copyOf(shown.values()), null));
  }

  private static Tenancy.ResourceGroup group(ebb.kernel.cluster.Workspace first) {
    Scope scope = first.scope();
    return new Tenancy.ResourceGroup(
        new Scope(scope.subscription(), scope.group(), "", "").path(),
        scope.group(),
        "Microsoft.Resources/resourceGroups",
        first.location(),
        Map.of(),
        new Tenancy.GroupProperties("Succeeded"));
  }

  private Response group(Request request, Actor actor) {
    List<ebb.kernel.cluster.Workspace> within = within(groupScope(request), actor);
    return within.isEmpty()
        ? Json.refusal(
            404,
            "ResourceGroupNotFound",
            "Resource group '%s' could not be found: it comes with its first workspace."
                .formatted(request.parameter("group")))
        : Json.answer(200, group(within.getFirst()));
  }

  private Response groupExists(Request request, Actor actor) {
    return Response.empty(within(groupScope(request), actor).isEmpty() ? 404 : 204);
  }

  // Workspaces.

  private Response workspaces(Request request, Actor actor, Scope scope) {
    List<Workspace> shown =
        within(scope, actor).stream().map(each -> shown(request, each)).toList();
    return Json.answer(200, Arm.page(request, shown, null));
  }

  private static Workspace shown(Request request, ebb.kernel.cluster.Workspace workspace) {
    Scope scope = workspace.scope();
    String id = "ebb workspace " + workspace.id();
    return new Workspace(
        scope.path(),
        scope.workspace(),
        Workspace.TYPE,
        workspace.location(),
        Map.of(),
        new Compute.Identity("None"),
        new Workspace.Properties(
            UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString(),
            scope.workspace(),
            workspace.deleting() ? "Deleting" : "Succeeded",
            request.server() + Cloud.DISCOVERY,
            request.server() + "/mlflow/v1.0" + scope.path()));
  }

  private Response workspace(Request request, Actor actor, int status) {
    return reads.inWorkspace(
        request, actor, workspace -> Json.answer(status, shown(request, workspace.workspace())));
  }

  private Response putWorkspace(Request request, Actor actor) {
    Scope scope = Reads.workspaceScope(request);
    return ArmBody.read(
        request,
        body -> {
          String location = body.required("location");
          body.object("identity")
              .refused("type", "a workspace has no identity")
              .harmless("userAssignedIdentities")
              .end();
          body.harmless("id", "name", "type", "systemData", "kind", "sku")
              .refused("tags", "a workspace has no tags; clusters have");
          ArmBody properties = body.object("properties");
          body.end();
          properties
              .harmless("workspaceId", "provisioningState", "discoveryUrl", "mlFlowTrackingUri")
              .harmless("friendlyName")
              .end();
          return wishes.wish(
              request,
              actor,
              new Command.PutWorkspace(scope, location),
              changed ->
                  Arm.operation(
                      request,
                      workspace(request, actor, changed ? 202 : 200),
                      scope.path(),
                      "create"));
        });
  }

  private Response deleteWorkspace(Request request, Actor actor) {
    Scope scope = Reads.workspaceScope(request);
    WorkspaceSeen seen = reads.view().workspace(scope);
    if (seen == null) {
      Response refusal = reads.refusal(actor, scope);
      return refusal == null ? Response.empty(204) : refusal;
    }
    return wishes.wish(
        request,
        actor,
        new Command.DeleteWorkspace(scope),
        _ ->
            Arm.operation(
                request, Response.empty(202), scope.path(), "delete-" + seen.workspace().id()));
  }

  /// A workspace is there as soon as its creation was answered; one that is being deleted is there
  /// until its last cluster is gone.
  private Response operation(Request request, Actor actor) {
    Scope scope = Reads.workspaceScope(request);
    Response refusal = reads.refusal(actor, scope);
    if (refusal != null) {
      return refusal;
    }
    String operation = request.parameter("operation");
    if (operation.equals("create")) {
      return Arm.progress(request, operation, true);
    }
    long id = operation.startsWith("delete-") ? Id.parse(operation.substring(7)) : -1;
    if (id < 0) {
      return Reads.notFound("operation", operation);
    }
    @Nullable WorkspaceSeen seen = reads.view().workspace(scope);
    boolean gone = seen == null || !seen.workspace().id().equals(new WorkspaceId(id));
    return Arm.progress(request, operation, gone);
  }
}
