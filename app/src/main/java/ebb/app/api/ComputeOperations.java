package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.journal.History;
import ebb.app.view.ClusterSeen;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Id;
import java.util.function.Supplier;

/// How far the creation or deletion of a cluster has come, as Azure's clients ask. One that never
/// was is not there.
final class ComputeOperations {
  private static final String DELETE = "delete-";

  private final Reads reads;
  private final Supplier<History> history;

  ComputeOperations(Reads reads, Supplier<History> history) {
    this.reads = reads;
    this.history = history;
  }

  void addTo(Arm arm) {
    arm.on("GET", ArmComputes.PATH + "/operations/{operation}", this::operation);
  }

  /// A cluster is there as soon as its creation was answered; its deletion takes until its last
  /// node is gone.
  private Response operation(Request request, Actor actor) {
    String operation = request.parameter("operation");
    return reads.inWorkspace(
        request,
        actor,
        workspace -> {
          ClusterSeen seen = workspace.cluster(request.parameter("name"));
          if (operation.equals("create") && seen != null) {
            return Arm.progress(request, operation, true);
          }
          long id = operation.startsWith(DELETE) ? Id.parse(operation.substring(7)) : -1;
          if (id < 0) {
            return Reads.notFound("operation", operation);
          }
          if (seen != null && seen.cluster().id().value() == id) {
            return seen.cluster().deleting()
                ? Arm.progress(request, operation, false)
                : Reads.notFound("operation", operation);
          }
          return past(request, workspace, new ClusterId(id));
        });
  }

  private Response past(Request request, WorkspaceSeen workspace, ClusterId id) {
    return Arm.ended(
        request,
        () ->
            history
                .get()
                .cluster(id)
                .filter(past ->
                    past.workspace().equals(workspace.workspace().id())
                        && past.name().equalsIgnoreCase(request.parameter("name")))
                .isPresent());
  }
}
