package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.view.ClusterSeen;
import ebb.app.view.JobSeen;
import ebb.app.view.NodeSeen;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.job.Attempt;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Bugs of ours that keep something as it is: which there are, and the end of one.
final class IncidentEndpoints {
  private static final String INCIDENT = "/ebb/v1/incidents/{incident}";

  private final Reads reads;
  private final Wishes wishes;

  IncidentEndpoints(Reads reads, Wishes wishes) {
    this.reads = reads;
    this.wishes = wishes;
  }

  void addTo(Router<Endpoint> router) {
    router.on("GET", "/ebb/v1/incidents", this::list).on("DELETE", INCIDENT, this::end);
  }

  /// @param name as people know the thing; of an attempt, its job's; its id if it is no more
  /// @param workspace its path; empty if the thing is no more
  private record IncidentShown(
      String incident, String kind, String id, String name, String workspace) {}

  private Response list(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, Scope.ALL);
    if (refusal != null) {
      return refusal;
    }
    List<IncidentShown> shown = new ArrayList<>();
    reads.view().rules().quarantine().forEach((thing, incident) -> shown.add(row(thing, incident)));
    return Json.answer(200, new Shapes.Page(shown, null));
  }

  private IncidentShown row(Thing thing, String incident) {
    String id = Id.text(thing.id());
    Named named = named(thing);
    return new IncidentShown(
        incident,
        Reason.lower(thing.kind()),
        id,
        named == null ? id : named.name(),
        named == null ? "" : named.workspace().path());
  }

  private record Named(String name, Scope workspace) {}

  private @Nullable Named named(Thing thing) {
    return switch (thing.kind()) {
      case JOB -> named(new JobId(thing.id()));
      case ATTEMPT -> {
        Attempt attempt = reads.view().attempt(new AttemptId(thing.id()));
        yield attempt == null ? null : named(attempt.job());
      }
      case NODE -> {
        NodeSeen seen = reads.view().node(new NodeId(thing.id()));
        yield seen == null ? null : new Named(Id.text(thing.id()), seen.workspace());
      }
      case CLUSTER -> {
        ClusterSeen seen = reads.view().cluster(new ClusterId(thing.id()));
        yield seen == null ? null : new Named(seen.cluster().name(), seen.workspace());
      }
      case WORKSPACE -> {
        Named found = null;
        for (WorkspaceSeen seen : reads.view().workspaces()) {
          Scope scope = seen.workspace().scope();
          found =
              seen.workspace().id().value() == thing.id()
                  ? new Named(scope.workspace(), scope)
                  : found;
        }
        yield found;
      }
    };
  }

  private @Nullable Named named(JobId id) {
    JobSeen seen = reads.view().job(id);
    return seen == null ? null : new Named(seen.job().name(), seen.workspace());
  }

  /// From now on the thing is decided about again, and whatever is due of it is due at once.
  private Response end(Request request, Actor actor) {
    String incident = request.parameter("incident");
    for (Map.Entry<Thing, String> each : reads.view().rules().quarantine().entrySet()) {
      if (each.getValue().equals(incident)) {
        return wishes.wish(
            request, actor, new Command.EndQuarantine(each.getKey()), _ -> Response.empty(204));
      }
    }
    Response refusal = reads.refusal(actor, Action.GOVERN, Scope.ALL);
    return refusal != null ? refusal : Reads.notFound("incident", incident);
  }
}
