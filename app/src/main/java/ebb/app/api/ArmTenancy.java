package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.view.WorkspaceSeen;
import ebb.app.wire.Compute;
import ebb.app.wire.Tenancy;
import ebb.app.wire.Workspace;
import ebb.kernel.Locations;
import ebb.kernel.cluster.ResourceGroup;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Subscriptions and workspaces. A subscription is there while a group or a workspace is in it.
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
        .on(
            "GET",
            Arm.SUBSCRIPTION + "/providers/Microsoft.MachineLearningServices/workspaces",
            (request, actor) -> workspaces(request, actor, subscriptionScope(request)))
        .on(
            "GET",
            Arm.WORKSPACES,
            (request, actor) -> workspaces(request, actor, ArmGroups.scope(request)))
        .on("GET", Arm.WORKSPACE, (request, actor) -> workspace(request, actor, 200))
        .on("PUT", Arm.WORKSPACE, this::putWorkspace)
        .on("PATCH", Arm.WORKSPACE, this::patchWorkspace)
        .on("DELETE", Arm.WORKSPACE, this::deleteWorkspace)
        .on("GET", Arm.WORKSPACE + "/operations/{operation}", this::operation);
  }

  /// The workspaces that the actor may see within the scope, a subscription's or a group's.
  private List<ebb.kernel.cluster.Workspace> within(Scope scope, Actor actor) {
    List<ebb.kernel.cluster.Workspace> within = new ArrayList<>();
    for (WorkspaceSeen seen : reads.view().workspacesIn(scope)) {
      if (reads.may(actor, seen.workspace().scope())) {
        within.add(seen.workspace());
      }
    }
    return within;
  }

  static Scope subscriptionScope(Request request) {
    return new Scope(request.parameter("subscription"), "", "", "");
  }

  // Subscriptions.

  private Response subscriptions(Request request, Actor actor) throws Bodies.Unfit {
    TreeMap<String, Tenancy.Subscription> shown = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (var workspace : within(Scope.ALL, actor)) {
      String id = workspace.scope().subscription();
      shown.putIfAbsent(id, shown(id));
    }
    for (ResourceGroup group : reads.view().rules().groups().all()) {
      if (reads.may(actor, group.scope())) {
        String id = group.scope().subscription();
        shown.putIfAbsent(id, shown(id));
      }
    }
    return Arm.paged(request, shown, each -> each);
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
    Scope scope = subscriptionScope(request);
    Optional<String> id =
        Stream.concat(
                within(scope, actor).stream().map(ebb.kernel.cluster.Workspace::scope),
                reads.view().rules().groups().within(scope).stream()
                    .map(ResourceGroup::scope)
                    .filter(group -> reads.may(actor, group)))
            .findFirst()
            .map(Scope::subscription);
    return id.isEmpty()
        ? Json.refusal(
            404,
            "SubscriptionNotFound",
            "The subscription '%s' could not be found."
                .formatted(request.parameter("subscription")))
        : Json.answer(200, shown(id.get()));
  }

  /// Where things can be: also where an owner's prices say so.
  private Response locations(Request request, Actor actor) throws Bodies.Unfit {
    Response refusal = reads.refusal(actor, subscriptionScope(request));
    if (refusal != null) {
      return refusal;
    }
    String path = subscriptionScope(request).path() + "/locations/";
    TreeMap<String, String> names = new TreeMap<>();
    Locations.known(reads.view().rules().prices()).forEach(name -> names.put(name, name));
    return Arm.paged(request, names, name -> new Tenancy.Location(path + name, name, name));
  }

  // Workspaces.

  private Response workspaces(Request request, Actor actor, Scope scope) throws Bodies.Unfit {
    TreeMap<String, ebb.kernel.cluster.Workspace> all = new TreeMap<>();
    within(scope, actor).forEach(each -> all.put(each.scope().key(), each));
    return Arm.paged(request, all, each -> shown(request, each));
  }

  private static Workspace shown(Request request, ebb.kernel.cluster.Workspace workspace) {
    Scope scope = workspace.scope();
    String id = "ebb workspace " + workspace.id();
    return new Workspace(
        scope.path(),
        scope.workspace(),
        Workspace.TYPE,
        workspace.location(),
        Arm.tags(workspace.tags()),
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
          List<Tag> tags = body.tags();
          end(body, scope.workspace());
          return wishes.wish(
              request,
              actor,
              new Command.PutWorkspace(scope, location, tags),
              _ -> Arm.operation(request, workspace(request, actor, 200), scope.path(), "create"));
        });
  }

  private static void end(ArmBody body, String name) throws Bodies.Unfit {
    body.object("identity")
        .refused("type", "a workspace has no identity")
        .harmless("userAssignedIdentities")
        .end();
    body.harmless("id", "name", "type", "systemData");
    only(body.text("kind"), "kind", "Default");
    ArmBody sku = body.object("sku");
    only(sku.text("name"), "sku.name", "Basic");
    only(sku.text("tier"), "sku.tier", "Basic");
    sku.end();
    ArmBody properties = body.object("properties");
    body.end();
    only(properties.text("friendlyName"), "properties.friendlyName", name);
    properties
        .harmless("workspaceId", "provisioningState", "discoveryUrl", "mlFlowTrackingUri")
        .end();
  }

  /// There is one kind of workspace: Azure's plainest, which clients name that leave the choice to
  /// it.
  private static void only(@Nullable String said, String property, String value)
      throws Bodies.Unfit {
    if (said != null && !said.equalsIgnoreCase(value)) {
      throw new Bodies.Unfit(
          "The property '%s' cannot be '%s': here it is %s; leave it out. A tag can say what people call a workspace."
              .formatted(property, said, value));
    }
  }

  /// Nothing of a workspace changes but its tags.
  private Response patchWorkspace(Request request, Actor actor) {
    Scope scope = Reads.workspaceScope(request);
    return ArmBody.read(
        request,
        body -> {
          List<Tag> tags = body.has("tags") ? body.tags() : null;
          end(body.harmless("tags"), scope.workspace());
          return reads.inWorkspace(
              request,
              actor,
              seen ->
                  wishes.wish(
                      request,
                      actor,
                      new Command.PutWorkspace(scope, seen.workspace().location(), tags),
                      _ -> workspace(request, actor, 200)));
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
    String operation = request.parameter("operation");
    long id = operation.startsWith("delete-") ? Id.parse(operation.substring(7)) : -1;
    @Nullable WorkspaceSeen seen = reads.view().workspace(scope);
    boolean gone = id >= 0 && (seen == null || !seen.workspace().id().equals(new WorkspaceId(id)));
    // Whoever had a role on it and nowhere else has none any more, and still asks whether it is
    // gone.
    Response refusal = gone ? null : reads.refusal(actor, scope);
    if (refusal != null) {
      return refusal;
    }
    if (operation.equals("create") && seen != null) {
      return Arm.progress(request, operation, true);
    }
    if (id < 0) {
      return Reads.notFound("operation", operation);
    }
    return Arm.progress(request, operation, gone);
  }
}
