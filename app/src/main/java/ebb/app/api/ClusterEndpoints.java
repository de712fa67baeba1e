package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.History;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.view.ClusterSeen;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.Kernel;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Clusters: create and change, look, scale, delete, and why they are as they are.
final class ClusterEndpoints {
  private static final String LIST = WorkspaceEndpoints.PATH + "/clusters";
  private static final String PATH = LIST + "/{name}";

  /// Asks for the default, or leaves as it is.
  private static final int UNSAID = -1;

  private final Reads reads;
  private final Wishes wishes;
  private final Supplier<History> history;

  ClusterEndpoints(Reads reads, Wishes wishes, Supplier<History> history) {
    this.reads = reads;
    this.wishes = wishes;
    this.history = history;
  }

  void addTo(Router<Endpoint> router) {
    router
        .on("GET", LIST + "?after&limit", this::list)
        .on("PUT", PATH, this::put)
        .on("GET", PATH, this::get)
        .on("PATCH", PATH, this::scale)
        .on("DELETE", PATH, this::delete)
        .on("GET", PATH + "/why", this::why);
  }

  private Response list(Request request, Actor actor) {
    return reads.inWorkspace(
        request,
        actor,
        workspace -> {
          int size = Query.pageSize(request);
          List<Shapes.ClusterShown> page = new ArrayList<>();
          for (ClusterSeen seen : workspace.clustersAfter(Reads.after(request)).values()) {
            if (page.size() == size) {
              return Json.answer(200, new Shapes.Page(page, page.getLast().name()));
            }
            page.add(Shapes.ClusterShown.of(seen, reads.view().rules(), null, reads.now()));
          }
          return Json.answer(200, new Shapes.Page(page, null));
        });
  }

  private Response put(Request request, Actor actor) {
    Scope scope = Reads.workspaceScope(request);
    return Bounded.body(
        request,
        Bodies.ClusterBody.class,
        body -> {
          ClusterSpec spec = spec(scope, body);
          String name = request.parameter("name");
          return wishes.put(
              request,
              actor,
              new Command.PutCluster(scope, name, spec),
              reads.hasCluster(scope, name),
              status -> shown(request, actor, status));
        });
  }

  private ClusterSpec spec(Scope scope, Bodies.ClusterBody body) throws Bodies.Unfit {
    String location = body.location();
    if (location == null) {
      WorkspaceSeen workspace = reads.view().workspace(scope);
      location = workspace == null ? "" : workspace.workspace().location();
    }
    return new ClusterSpec(
        Bodies.required(body.size(), "size"),
        priority(body.priority()),
        Bodies.or(body.min(), 0),
        Bodies.required(body.max(), "max"),
        Bodies.millis(body.idle(), "idle", UNSAID),
        location,
        Bodies.or(body.internodeCommunication(), true),
        tags(body.tags()),
        isolation(body.isolation()),
        Bodies.or(body.network(), true));
  }

  private static Isolation isolation(@Nullable String text) throws Bodies.Unfit {
    return switch (Bodies.or(text, "sandbox").toLowerCase(Locale.ROOT)) {
      case "sandbox" -> Isolation.SANDBOX;
      case "container" -> Isolation.CONTAINER;
      case "none" -> Isolation.NONE;
      default ->
          throw new Bodies.Unfit(
              "'" + text + "' is no value for isolation: allowed are sandbox, container and none.");
    };
  }

  private static Priority priority(@Nullable String text) throws Bodies.Unfit {
    return switch (Bodies.or(text, "dedicated").toLowerCase(Locale.ROOT)) {
      case "dedicated" -> Priority.DEDICATED;
      case "low", "lowpriority" -> Priority.LOW;
      default ->
          throw new Bodies.Unfit(
              "'" + text + "' is no value for priority: allowed are dedicated and low.");
    };
  }

  private static List<Tag> tags(@Nullable Map<String, String> tags) throws Bodies.Unfit {
    if (tags == null) {
      return List.of();
    }
    Bodies.valued(tags, "tag");
    return tags.entrySet().stream().map(tag -> new Tag(tag.getKey(), tag.getValue())).toList();
  }

  private Response get(Request request, Actor actor) {
    return shown(request, actor, 200);
  }

  private Response shown(Request request, Actor actor, int status) {
    return reads.inWorkspace(
        request,
        actor,
        workspace -> {
          ClusterSeen seen = workspace.cluster(request.parameter("name"));
          return seen == null
              ? Reads.notFound("cluster", request.parameter("name"))
              : Json.answer(
                  status,
                  Shapes.ClusterShown.of(seen, reads.view().rules(), nodeStart(seen), reads.now()));
        });
  }

  /// Left out where history cannot be had: it is no more than a hint.
  private @Nullable String nodeStart(ClusterSeen seen) {
    try {
      OptionalLong millis = history.get().nodeStartMillis(seen.cluster().id());
      return millis.isEmpty() ? null : Shapes.duration(millis.getAsLong());
    } catch (HistoryUnavailable unavailable) {
      return null;
    }
  }

  private Response scale(Request request, Actor actor) {
    return Bounded.body(
        request,
        Bodies.ScaleBody.class,
        body -> {
          refuseSize(body.size());
          return wishes.wish(
              request,
              actor,
              new Command.ScaleCluster(
                  Reads.workspaceScope(request),
                  request.parameter("name"),
                  number(body.min(), "min"),
                  number(body.max(), "max"),
                  Bodies.millis(body.idle(), "idle", UNSAID)),
              _ -> shown(request, actor, 200));
        });
  }

  /// Null asks for nothing. What is no text is shown as it came.
  private static void refuseSize(@Nullable JsonNode size) throws Bodies.Unfit {
    if (size != null && !size.isNull()) {
      throw new Bodies.Unfit(
          "The size of a cluster never changes: make another cluster with the size '%s', and delete this one."
              .formatted(size.isString() ? size.asString() : size));
    }
  }

  /// The kernel reads -1 as "leave it": whoever sends it must not be taken at that word.
  private static int number(@Nullable Integer value, String field) throws Bodies.Unfit {
    if (value != null && value < 0) {
      throw new Bodies.Unfit(
          "'" + value + "' is no value for " + field + ": allowed is 0 or more.");
    }
    return Bodies.or(value, UNSAID);
  }

  private Response delete(Request request, Actor actor) {
    return wishes.wish(
        request,
        actor,
        new Command.DeleteCluster(Reads.workspaceScope(request), request.parameter("name")),
        _ -> Response.empty(202));
  }

  private Response why(Request request, Actor actor) {
    return reads.inWorkspace(
        request,
        actor,
        workspace -> {
          ClusterSeen seen = workspace.cluster(request.parameter("name"));
          if (seen == null) {
            return Reads.notFound("cluster", request.parameter("name"));
          }
          Cluster cluster = seen.cluster();
          Thing thing = new Thing(Thing.Kind.CLUSTER, cluster.id().value());
          return wishes.ask((state, now) -> Kernel.why(state, thing, now), WhyShown::answer);
        });
  }

  /// Why something waits, as it is answered.
  record WhyShown(
      String code,
      String message,
      Map<String, Object> numbers,
      @Nullable String isolation,
      @Nullable List<String> weaknesses,
      Shapes.@Nullable UsedShown used) {
    static Response answer(Rejection rejection) {
      Reason reason = Reason.of(rejection);
      return answer(reason, JobFacts.NONE);
    }

    static Response answer(Reason reason, JobFacts facts) {
      return Json.answer(
          200,
          new WhyShown(
              reason.code(),
              reason.message(),
              reason.numbers(),
              facts.isolationShown(),
              facts.weaknessesShown(),
              Shapes.UsedShown.of(facts.used())));
    }
  }
}
