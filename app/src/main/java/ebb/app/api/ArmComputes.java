package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.view.ClusterSeen;
import ebb.app.view.NodeSeen;
import ebb.app.view.WorkspaceSeen;
import ebb.app.wire.Compute;
import ebb.app.wire.Page;
import ebb.kernel.Kernel;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Clusters as Azure's computes.
final class ArmComputes {
  private static final String LIST = Arm.WORKSPACE + "/computes";
  static final String PATH = LIST + "/{name}";

  /// Asks for the settings' idle time, or leaves a number as it is.
  private static final int UNSAID = -1;

  private final Reads reads;
  private final Wishes wishes;

  ArmComputes(Reads reads, Wishes wishes) {
    this.reads = reads;
    this.wishes = wishes;
  }

  void addTo(Arm arm) {
    arm.on("GET", LIST, this::list)
        .on("GET", PATH, (request, actor) -> shown(request, actor, 200))
        .on("PUT", PATH, this::put)
        .on("PATCH", PATH, this::patch)
        .on("DELETE", PATH, this::delete)
        .on("POST", PATH + "/listNodes", this::nodes)
        .on("GET", PATH + "/listNodes", this::nodes) // clients follow a nextLink so
        .on("POST", PATH + "/listKeys", this::keys);
  }

  // Asking for a cluster.

  private Response put(Request request, Actor actor) {
    Scope scope = Reads.workspaceScope(request);
    String name = request.parameter("name");
    return ArmBody.read(
        request,
        body -> {
          ClusterSpec spec = spec(scope, body);
          return wishes.put(
              request,
              actor,
              new Command.PutCluster(scope, name, spec),
              reads.hasCluster(scope, name),
              status -> created(request, actor, scope.cluster(name), status));
        });
  }

  private Response created(Request request, Actor actor, Scope cluster, int status) {
    return Arm.operation(request, shown(request, actor, status), cluster.path(), "create");
  }

  private ClusterSpec spec(Scope scope, ArmBody body) throws Bodies.Unfit {
    String location = body.text("location");
    List<Tag> tags = body.tags();
    body.object("identity")
        .refused("type", "jobs have no identity in Azure")
        .harmless("principalId", "tenantId", "userAssignedIdentities")
        .end();
    body.harmless("id", "name", "type", "systemData")
        .refused("sku", "sizes and prices are those of the catalogue");
    ArmBody compute = body.object("properties");
    body.end();
    return amlCompute(scope, compute, location, tags);
  }

  private ClusterSpec amlCompute(
      Scope scope, ArmBody compute, @Nullable String location, List<Tag> tags) throws Bodies.Unfit {
    String type = compute.required("computeType");
    if (!type.equalsIgnoreCase("AmlCompute")) {
      throw new Bodies.Unfit(
          "'%s' is no kind of compute that Ebb has: it makes clusters, computeType AmlCompute."
              .formatted(type));
    }
    String computeLocation = compute.text("computeLocation");
    compute
        .harmless(
            "provisioningState",
            "createdOn",
            "modifiedOn",
            "provisioningErrors",
            "isAttachedCompute",
            "disableLocalAuth")
        .refused("resourceId", "computes that exist elsewhere cannot be attached")
        .refused("description", "put it into a tag");
    ArmBody nodes = compute.object("properties");
    compute.end();
    String where = location == null ? computeLocation : location;
    return nodes(nodes, where == null ? workspaceLocation(scope) : where, tags);
  }

  private String workspaceLocation(Scope scope) {
    WorkspaceSeen workspace = reads.view().workspace(scope);
    return workspace == null ? "" : workspace.workspace().location();
  }

  private static ClusterSpec nodes(ArmBody nodes, String location, List<Tag> tags)
      throws Bodies.Unfit {
    String os = nodes.text("osType");
    if (os != null && !os.equalsIgnoreCase("Linux")) {
      throw new Bodies.Unfit("'" + os + "' is no osType that Ebb has: it runs Linux.");
    }
    String size = nodes.required("vmSize");
    Priority priority = priority(nodes.text("vmPriority"));
    Scale scale = Scale.of(nodes.object("scaleSettings"));
    if (scale.max() == UNSAID) {
      throw new Bodies.Unfit(
          "The property 'properties.properties.scaleSettings.maxNodeCount' is missing.");
    }
    ArmBody bag = nodes.object("propertyBag");
    Isolation isolation = isolation(bag.text("isolation"));
    boolean network = network(bag.text("network"));
    bag.end();
    nodes
        .harmless(
            "allocationState",
            "allocationStateTransitionTime",
            "errors",
            "currentNodeCount",
            "targetNodeCount",
            "nodeStateCounts",
            "enableNodePublicIp")
        .refused("virtualMachineImage", "nodes run what the machine runs")
        .refused("isolatedNetwork", "propertyBag.network 'none' closes the network to jobs")
        .refused("subnet", "nodes have the machine's own network")
        .refused("userAccountCredentials", "nodes cannot be logged into; run a job instead")
        .refused("remoteLoginPortPublicAccess", "nodes cannot be logged into; run a job instead")
        .end();
    return new ClusterSpec(
        size,
        priority,
        Math.max(scale.min(), 0),
        scale.max(),
        scale.idleMillis(),
        location,
        true,
        tags,
        isolation,
        network);
  }

  /// What a body says of a cluster's numbers; [#UNSAID] what it does not.
  private record Scale(int min, int max, long idleMillis) {
    static Scale of(ArmBody body) throws Bodies.Unfit {
      // The kernel reads -1 as "leave it": whoever sends it must not be taken at that word.
      Integer min = body.count("minNodeCount");
      Integer max = body.count("maxNodeCount");
      long idle = body.millis("nodeIdleTimeBeforeScaleDown", UNSAID);
      body.end();
      return new Scale(min == null ? UNSAID : min, max == null ? UNSAID : max, idle);
    }
  }

  private static Priority priority(@Nullable String text) throws Bodies.Unfit {
    return switch (text == null ? "dedicated" : text.toLowerCase(Locale.ROOT)) {
      case "dedicated" -> Priority.DEDICATED;
      case "lowpriority", "low_priority" -> Priority.LOW;
      default ->
          throw new Bodies.Unfit(
              "'%s' is no vmPriority: there are Dedicated and LowPriority.".formatted(text));
    };
  }

  private static Isolation isolation(@Nullable String text) throws Bodies.Unfit {
    for (Isolation each : Isolation.values()) {
      if (each.name().equalsIgnoreCase(text == null ? "sandbox" : text)) {
        return each;
      }
    }
    throw new Bodies.Unfit(
        "'%s' is no isolation: there are sandbox, container and none.".formatted(text));
  }

  private static boolean network(@Nullable String text) throws Bodies.Unfit {
    return switch (text == null ? "on" : text.toLowerCase(Locale.ROOT)) {
      case "on" -> true;
      case "none" -> false;
      default -> throw new Bodies.Unfit("'%s' is no network: on or none.".formatted(text));
    };
  }

  private Response patch(Request request, Actor actor) {
    Scope scope = Reads.workspaceScope(request);
    String name = request.parameter("name");
    return ArmBody.read(
        request,
        body -> {
          body.object("identity")
              .refused("type", "jobs have no identity in Azure")
              .harmless("userAssignedIdentities")
              .end();
          body.harmless("location", "id", "name", "type");
          ArmBody properties = body.object("properties");
          body.end();
          ArmBody inner = properties.object("properties");
          // Versions before 2021 have the settings one level higher.
          ArmBody holder = properties.has("scaleSettings") ? properties : inner;
          Scale scale = Scale.of(holder.object("scaleSettings"));
          properties.harmless("computeType").end();
          inner.end();
          return wishes.wish(
              request,
              actor,
              new Command.ScaleCluster(scope, name, scale.min(), scale.max(), scale.idleMillis()),
              _ -> shown(request, actor, 200));
        });
  }

  /// `underlyingResourceAction` is required, as with Azure; there is nothing of a cluster that
  /// could be left when it is detached.
  private Response delete(Request request, Actor actor) {
    String action = request.query("underlyingResourceAction");
    if (action == null || !action.equalsIgnoreCase("delete")) {
      return Reads.badRequest(
          action == null
              ? "The query parameter 'underlyingResourceAction' is required: Delete."
              : "'%s' is not possible: a cluster of Ebb's own cannot be detached. Use Delete."
                  .formatted(action));
    }
    return withCluster(
        request,
        actor,
        Response.empty(204),
        seen -> {
          Scope scope = Reads.workspaceScope(request);
          return wishes.wish(
              request,
              actor,
              new Command.DeleteCluster(scope, seen.cluster().name()),
              _ ->
                  Arm.operation(
                      request,
                      Response.empty(202),
                      scope.cluster(seen.cluster().name()).path(),
                      "delete-" + seen.cluster().id()));
        });
  }

  private Response keys(Request request, Actor actor) {
    return reads.inWorkspace(
        request,
        actor,
        _ ->
            Reads.badRequest(
                "A cluster has no keys: its nodes cannot be logged into; run a job instead."));
  }

  private interface Use {
    Response of(ClusterSeen seen) throws Bodies.Unfit;
  }

  private Response withCluster(Request request, Actor actor, Response absent, Use use) {
    return reads.inWorkspace(
        request,
        actor,
        workspace -> {
          ClusterSeen seen = workspace.cluster(request.parameter("name"));
          return seen == null ? absent : use.of(seen);
        });
  }

  private static Response absent(Request request) {
    return Reads.notFound("compute", request.parameter("name"));
  }

  // Showing clusters.

  private Response shown(Request request, Actor actor, int status) {
    return withCluster(
        request,
        actor,
        absent(request),
        seen -> {
          boolean waits = seen.counts().queued() + seen.counts().assembling() > 0;
          return waits
              ? wishes.ask(
                  (state, now) -> Kernel.why(state, thing(seen), now),
                  why -> Json.answer(status, compute(seen, why)))
              : Json.answer(status, compute(seen, null));
        });
  }

  private static Thing thing(ClusterSeen seen) {
    return new Thing(Thing.Kind.CLUSTER, seen.cluster().id().value());
  }

  private Response list(Request request, Actor actor) {
    return reads.inWorkspace(
        request,
        actor,
        workspace -> {
          int size = Arm.pageSize(request);
          List<Compute> page = new ArrayList<>();
          for (ClusterSeen seen : workspace.clustersAfter(Arm.skip(request)).values()) {
            if (page.size() == size) {
              return Json.answer(200, Arm.page(request, page, page.getLast().name()));
            }
            page.add(compute(seen, null));
          }
          return Json.answer(200, new Page(page, null));
        });
  }

  /// `why`: what its jobs wait for, if that was asked.
  private Compute compute(ClusterSeen seen, @Nullable Rejection why) {
    Cluster cluster = seen.cluster();
    ClusterSpec spec = cluster.spec();
    return new Compute(
        seen.workspace().cluster(cluster.name()).path(),
        cluster.name(),
        Compute.TYPE,
        spec.location(),
        Arm.tags(spec.tags()),
        new Compute.Identity("None"),
        new Compute.Properties(
            "AmlCompute",
            spec.location(),
            cluster.deleting() ? "Deleting" : "Succeeded",
            null,
            Shapes.time(cluster.createdAt()),
            Shapes.time(cluster.changedAt()),
            null,
            null,
            false,
            true,
            nodes(seen, problems(seen, why))));
  }

  private static Compute.AmlCompute nodes(ClusterSeen seen, List<Compute.Problem> problems) {
    ClusterSpec spec = seen.cluster().spec();
    ClusterSeen.Counts counts = seen.counts();
    int target = counts.existing() - counts.leaving();
    TreeMap<String, String> bag = new TreeMap<>();
    bag.put("isolation", Reason.lower(spec.isolation()));
    bag.put("network", spec.network() ? "on" : "none");
    return new Compute.AmlCompute(
        "Linux",
        spec.size(),
        spec.priority() == Priority.LOW ? "LowPriority" : "Dedicated",
        null,
        false,
        new Compute.ScaleSettings(spec.max(), spec.min(), Shapes.duration(spec.idleMillis())),
        null,
        null,
        "Disabled",
        counts.coming() + counts.leaving() > 0 ? "Resizing" : "Steady",
        problems,
        counts.existing(),
        target,
        new Compute.NodeStateCounts(
            counts.idle(),
            counts.running(),
            counts.coming(),
            counts.unusable(),
            counts.leaving() - counts.unusable() - counts.preempted(),
            counts.preempted()),
        false,
        bag);
  }

  /// What keeps the cluster from growing: a lock is told whether or not a job waits, because
  /// Azure's users know it as a cluster that is stuck.
  private List<Compute.Problem> problems(ClusterSeen seen, @Nullable Rejection why) {
    List<Compute.Problem> problems = new ArrayList<>();
    Scope scope = seen.workspace().cluster(seen.cluster().name());
    Lock lock = reads.view().rules().access().scalingLock(scope);
    if (lock != null) {
      problems.add(problem(new Rejection.Locked(lock, scope)));
    } else if (why != null && !isProgress(why)) {
      problems.add(problem(why));
    }
    return problems;
  }

  private static boolean isProgress(Rejection why) {
    return why instanceof Rejection.NotWaiting || why instanceof Rejection.NodesComing;
  }

  private static Compute.Problem problem(Rejection rejection) {
    Reason reason = Reason.of(rejection);
    return new Compute.Problem(new Compute.ProblemDetail(reason.code(), reason.message()));
  }

  private Response nodes(Request request, Actor actor) {
    return withCluster(
        request,
        actor,
        absent(request),
        seen -> {
          String skip = Arm.skip(request);
          long after = skip.isEmpty() ? 0 : Id.parse(skip);
          if (after < 0) {
            throw Query.unfit(skip, "$skip", "what the address of the next page has");
          }
          int size = Arm.pageSize(request);
          List<Compute.Node> page = new ArrayList<>();
          for (NodeSeen node : reads.view().nodesAfter(new NodeId(after)).values()) {
            if (!node.node().cluster().equals(seen.cluster().id())) {
              continue;
            }
            if (page.size() == size) {
              String next = Arm.page(request, page, page.getLast().nodeId()).nextLink();
              return Json.answer(200, new Compute.Nodes(page, next));
            }
            page.add(node(node.node()));
          }
          return Json.answer(200, new Compute.Nodes(page, null));
        });
  }

  private Compute.Node node(Node node) {
    var attempt = reads.view().attempt(node.task().attempt());
    var job = attempt == null ? null : reads.view().job(attempt.job());
    return new Compute.Node(
        node.id().toString(), null, null, state(node), job == null ? null : job.job().name());
  }

  private static String state(Node node) {
    return switch (node.phase()) {
      case Node.Requested _, Node.Preparing _ -> "preparing";
      case Node.Idle _ -> "idle";
      case Node.Running _ -> "running";
      case Node.Leaving leaving ->
          leaving.cause() == ReleaseCause.PREEMPTED
              ? "preempted"
              : leaving.cause() == ReleaseCause.UNUSABLE ? "unusable" : "leaving";
    };
  }
}
