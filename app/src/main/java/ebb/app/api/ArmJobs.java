package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.Listed;
import ebb.app.journal.PastJob;
import ebb.app.view.JobSeen;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.WorkspaceId;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// Jobs as Azure's command jobs.
final class ArmJobs {
  private static final String LIST = Arm.WORKSPACE + "/jobs";
  private static final String PATH = LIST + "/{name}";

  private static final String COMMAND = "Command";
  private static final List<String> TYPES =
      List.of(COMMAND, "AutoML", "Pipeline", "Spark", "Sweep");

  /// What clients of other versions and of other lists of Azure's choose by.
  private static final List<String> OTHER_FILTERS =
      List.of("$filter", "$orderBy", "$top", "assetName", "scheduled", "scheduleId");

  private final Reads reads;
  private final JobEndpoints jobs;
  private final Submissions submissions;
  private final JobDeletion deletion;
  private final ArmJobShape shape;

  ArmJobs(
      Reads reads,
      JobEndpoints jobs,
      Submissions submissions,
      JobDeletion deletion,
      ArmJobShape shape) {
    this.reads = reads;
    this.jobs = jobs;
    this.submissions = submissions;
    this.deletion = deletion;
    this.shape = shape;
  }

  void addTo(Arm arm) {
    arm.on("GET", LIST, this::list)
        .on("GET", PATH, (request, actor) -> shown(request, actor, 200))
        .on("PUT", PATH, this::put)
        .on("DELETE", PATH, this::delete)
        .on("POST", PATH + "/validate", this::validate)
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
                submission(request, actor, body),
                status -> shown(request, actor, status)));
  }

  private static Submissions.Submission submission(Request request, Actor actor, ArmBody body)
      throws Bodies.Unfit {
    return CommandJobBody.read(
        Reads.workspaceScope(request), actor, request.parameter("name"), body);
  }

  /// Ebb's own: a client asks before it sends what may be large.
  private Response validate(Request request, Actor actor) {
    return ArmBody.read(
        request, body -> submissions.judge(request, actor, submission(request, actor, body)));
  }

  private Response shown(Request request, Actor actor, int status) {
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) {
            return Json.answer(status, shape.of(seen, jobs.attempt(seen.job()), jobs.looked(seen)));
          }

          @Override
          public Response past(PastJob past) throws HistoryUnavailable {
            return Json.answer(
                status, shape.of(Reads.workspaceScope(request), past, jobs.looked(past.id())));
          }
        });
  }

  /// An ended job is gone at once, and one that is not there need not be deleted.
  private Response delete(Request request, Actor actor) {
    Response deleted = deletion.delete(request, actor, 200);
    boolean isNothing =
        deleted.status() == 404 && reads.view().workspace(Reads.workspaceScope(request)) != null;
    return isNothing ? Response.empty(204) : deleted;
  }

  private Response list(Request request, Actor actor) throws Bodies.Unfit {
    String type = Bodies.or(request.query("jobType"), COMMAND);
    if (TYPES.stream().noneMatch(type::equalsIgnoreCase)) {
      return Reads.badRequest(
          "'%s' is no jobType: there are %s.".formatted(type, String.join(", ", TYPES)));
    }
    Listed listed = Arm.listed(request);
    for (String other : OTHER_FILTERS) {
      if (request.query(other) != null) {
        return Reads.badRequest(
            "Jobs cannot be chosen by '%s': leave it out, and choose among what is listed."
                .formatted(other));
      }
    }
    // Ebb's jobs are command jobs.
    if (!type.equalsIgnoreCase(COMMAND)) {
      return reads.inWorkspace(
          request, actor, _ -> Arm.paged(request, new TreeMap<String, Object>(), each -> each));
    }
    String tag = request.query("tag");
    String properties = request.query("properties");
    return jobs.page(
        request,
        actor,
        new JobEndpoints.Asked(
            Arm.skip(request),
            Arm.pageSize(request),
            listed,
            tag == null && properties == null
                ? null
                : (spec, said) -> shape.has(spec, said, tag, Bodies.or(properties, ""))),
        new JobEndpoints.Rows<ObjectNode>() {
          @Override
          public ObjectNode live(JobSeen seen, JobFacts facts) {
            return shape.of(seen, jobs.attempt(seen.job()), facts);
          }

          @Override
          public ObjectNode past(PastJob past, JobFacts facts) {
            return shape.of(Reads.workspaceScope(request), past, facts);
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
    return reads.inWorkspace(
        request,
        actor,
        workspace -> {
          long id = operation.startsWith("cancel-") ? Id.parse(operation.substring(7)) : -1;
          if (id < 0) {
            return Reads.notFound("operation", operation);
          }
          JobSeen seen = reads.view().job(new JobId(id));
          if (seen == null) {
            return operationOfPast(request, new JobId(id), workspace.workspace().id());
          }
          boolean isAsked =
              seen.workspace().equals(workspace.workspace().scope())
                  && seen.job().name().equalsIgnoreCase(request.parameter("name"))
                  && (seen.job().cancelRequested() || seen.job().isEnded());
          return isAsked
              ? Arm.progress(request, operation, seen.job().isEnded())
              : Reads.notFound("operation", operation);
        });
  }

  private Response operationOfPast(Request request, JobId id, WorkspaceId workspace) {
    return Arm.ended(
        request,
        () ->
            jobs.past(id)
                .filter(past ->
                    past.workspace().equals(workspace)
                        && past.name().equalsIgnoreCase(request.parameter("name")))
                .isPresent());
  }
}
