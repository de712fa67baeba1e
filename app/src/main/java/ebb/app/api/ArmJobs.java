package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.journal.History.PastJob;
import ebb.app.view.JobSeen;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// Jobs as Azure's command jobs.
final class ArmJobs {
  private static final String LIST = Arm.WORKSPACE + "/jobs";
  private static final String PATH = LIST + "/{name}";

  private final Reads reads;
  private final JobEndpoints jobs;
  private final Submissions submissions;
  private final ArmJobShape shape;

  ArmJobs(Reads reads, JobEndpoints jobs, Submissions submissions, ArmJobShape shape) {
    this.reads = reads;
    this.jobs = jobs;
    this.submissions = submissions;
    this.shape = shape;
  }

  void addTo(Arm arm) {
    arm.on("GET", LIST, this::list)
        .on("GET", PATH, (request, actor) -> shown(request, actor, 200))
        .on("PUT", PATH, this::put)
        .on("POST", PATH + "/cancel", this::cancel)
        .on("GET", PATH + "/operations/{operation}", this::operation);
  }

  private Response put(Request request, Actor actor) {
    return ArmBody.read(
        request,
        body ->
            submissions.submit(
                request,
                actor,
                CommandJobBody.read(actor, body),
                status -> shown(request, actor, status)));
  }

  private Response shown(Request request, Actor actor, int status) {
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) {
            return Json.answer(status, shape.of(seen, jobs.attempt(seen.job())));
          }

          @Override
          public Response past(PastJob past) {
            return Json.answer(status, shape.of(Reads.workspaceScope(request), past));
          }
        });
  }

  /// `jobType` and `listViewType` choose among all; Ebb's jobs are command jobs, and none is
  /// archived.
  private Response list(Request request, Actor actor) {
    String type = request.query("jobType");
    String view = request.query("listViewType");
    boolean none =
        (type != null && !type.equalsIgnoreCase("Command"))
            || (view != null && view.equalsIgnoreCase("ArchivedOnly"));
    if (request.query("tag") != null || request.query("properties") != null) {
      return Reads.badRequest(
          "Jobs cannot be chosen by tag or properties: list them and choose among those.");
    }
    if (none) {
      return reads.inWorkspace(
          request, actor, _ -> Json.answer(200, Arm.page(request, List.of(), null)));
    }
    return jobs.page(
        request,
        actor,
        Arm.skip(request),
        Arm.pageSize(),
        new JobEndpoints.Rows<ObjectNode>() {
          @Override
          public ObjectNode live(JobSeen seen) {
            return shape.of(seen, jobs.attempt(seen.job()));
          }

          @Override
          public ObjectNode past(PastJob past) {
            return shape.of(Reads.workspaceScope(request), past);
          }
        },
        page -> Arm.page(request, page.rows(), page.next()));
  }

  private Response cancel(Request request, Actor actor) {
    return jobs.cancel(
        request,
        actor,
        seen ->
            Arm.operation(
                request,
                Response.empty(202),
                ArmJobShape.path(seen.workspace(), seen.job().name()),
                "cancel-" + seen.job().id()));
  }

  /// A cancel is done when the job has ended, however it ended.
  private Response operation(Request request, Actor actor) {
    String operation = request.parameter("operation");
    long id = operation.startsWith("cancel-") ? Id.parse(operation.substring(7)) : -1;
    if (id < 0) {
      return Reads.notFound("operation", operation);
    }
    return reads.inWorkspace(
        request,
        actor,
        _ -> {
          JobSeen seen = reads.view().job(new JobId(id));
          return Arm.progress(request, operation, seen == null || seen.job().isEnded());
        });
  }
}
