package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.identity.SignedAddress;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.PastJob;
import ebb.app.view.JobSeen;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A job as Azure's run history tells it to who follows it: its state, and where its logs are.
final class RunHistory {
  private static final String DETAILS = "/history/v1.0" + Arm.WORKSPACE + "/runs/{name}/details";

  /// Clients ask for new addresses whenever they look.
  private static final Duration ADDRESSES_HOLD = Duration.ofHours(1);

  private static final String RUN_DATA = "/history/v1.0" + Arm.WORKSPACE + "/rundata";
  private static final String RESOLVED =
      "/data/v1.0" + Arm.WORKSPACE + "/dataversion/batchGetResolvedUris";
  private static final String RUN = "/history/v1.0" + Arm.WORKSPACE + "/runs/{name}";
  private static final String RUN_OF_EXPERIMENT =
      "/history/v1.0" + Arm.WORKSPACE + "/experiments/{experiment}/runs/{name}";

  private final Reads reads;
  private final JobEndpoints jobs;
  private final Submissions submissions;
  private final ArmJobShape shape;
  private final SignedAddress signed;

  RunHistory(
      Reads reads,
      JobEndpoints jobs,
      Submissions submissions,
      ArmJobShape shape,
      SignedAddress signed) {
    this.reads = reads;
    this.jobs = jobs;
    this.submissions = submissions;
    this.shape = shape;
    this.signed = signed;
  }

  void addTo(Router<Endpoint> router) {
    router.on("GET", DETAILS, this::details);
    router.on("POST", RUN_DATA, this::runData).on("POST", RESOLVED, this::resolved);
    for (String path : List.of(RUN, RUN_OF_EXPERIMENT)) {
      router.on("GET", path, this::run).on("PATCH", path, this::change);
    }
  }

  /// Clients change here what is said about a job.
  private Response change(Request request, Actor actor) {
    return ArmBody.read(
        request, body -> submissions.merge(request, actor, body, _ -> run(request, actor)));
  }

  private Response run(Request request, Actor actor) {
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) {
            return Json.answer(
                200, run(shape.of(seen, jobs.attempt(seen.job()), jobs.looked(seen))));
          }

          @Override
          public Response past(PastJob past) throws HistoryUnavailable {
            return Json.answer(
                200, run(shape.of(Reads.workspaceScope(request), past, jobs.looked(past.id()))));
          }
        });
  }

  /// A run with its outputs: each is an asset whose id is the address of what it holds.
  private Response runData(Request request, Actor actor) {
    return ArmBody.read(
        request,
        body -> {
          String name = body.required("runId");
          return jobs.withJob(
              request,
              actor,
              name,
              new JobEndpoints.Cases() {
                @Override
                public Response live(JobSeen seen) {
                  return runData(
                      run(shape.of(seen, jobs.attempt(seen.job()), jobs.looked(seen))),
                      seen.job().spec());
                }

                @Override
                public Response past(PastJob past) throws HistoryUnavailable {
                  return runData(
                      run(shape.of(Reads.workspaceScope(request), past, jobs.looked(past.id()))),
                      past.spec());
                }
              });
        });
  }

  private Response runData(ObjectNode run, JobSpec spec) {
    ObjectNode outputs = run.putObject("outputs");
    String name = run.path("runId").asString();
    shape
        .outputs(spec)
        .forEach((output, of) -> {
          String kept =
              "azureml://datastores/%s/paths/azureml/%s/%s/"
                  .formatted(ArmDatastores.FILES, name, output);
          outputs
              .putObject(output)
              .put("assetId", of.uri().isEmpty() ? kept : of.uri())
              .put("type", "uri_folder");
        });
    ObjectNode told = Json.object();
    told.set("runMetadata", run);
    return Json.answer(200, told);
  }

  private Response resolved(Request request, Actor actor) {
    return Bounded.body(
        request,
        JsonNode.class,
        body -> reads.inWorkspace(request, actor, _ -> resolved(body.path("values"))));
  }

  private static Response resolved(JsonNode ids) throws Bodies.Unfit {
    ObjectNode told = Json.object();
    ObjectNode values = told.putObject("values");
    for (JsonNode id : ids) {
      if (!id.isString()) {
        throw new Bodies.Unfit("'" + id + "' in 'values' is no address: it must be a text.");
      }
      values.putObject(id.asString()).put("uri", id.asString()).put("type", "uri_folder");
    }
    return Json.answer(200, told);
  }

  private static ObjectNode run(ObjectNode shown) {
    JsonNode of = shown.path("properties");
    ObjectNode run = Json.object();
    run.put("runId", shown.path("name").asString());
    for (String same : List.of("displayName", "description", "status", "tags", "properties")) {
      if (of.has(same)) {
        run.set(same, of.path(same));
      }
    }
    run.set("hidden", of.path("isArchived"));
    run.set("createdUtc", shown.at("/systemData/createdAt"));
    return run;
  }

  /// What is told of a run, beside what is told of the job.
  private record Run(Scope workspace, JobSpec spec, int attempts, long submittedAt, long endedAt) {}

  private Response details(Request request, Actor actor) {
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) {
            Job job = seen.job();
            long ended = job.phase() instanceof Job.Ended end ? end.at() : 0;
            Run run = new Run(seen.workspace(), job.spec(), job.attempts(), job.queuedAt(), ended);
            return Json.answer(
                200, told(request, shape.of(seen, jobs.attempt(job), jobs.looked(seen)), run));
          }

          @Override
          public Response past(PastJob past) throws HistoryUnavailable {
            Scope workspace = Reads.workspaceScope(request);
            Run run =
                new Run(
                    workspace, past.spec(), past.attempts(), past.submittedAt(), past.endedAt());
            return Json.answer(
                200, told(request, shape.of(workspace, past, jobs.looked(past.id())), run));
          }
        });
  }

  private ObjectNode told(Request request, ObjectNode shown, Run run) {
    String name = shown.path("name").asString();
    String status = shown.at("/properties/status").asString();
    ObjectNode told = Json.object();
    told.put("runId", name).put("status", status);
    told.put("target", run.spec().cluster());
    told.put("startTimeUtc", Shapes.time(run.submittedAt()));
    if (run.endedAt() != 0) {
      told.put("endTimeUtc", Shapes.time(run.endedAt()));
    }
    if (status.equals("Failed")) {
      told.set("error", error(shown));
    }
    told.set("properties", shown.at("/properties/properties"));
    logs(told.putObject("logFiles"), request, name, run);
    return told;
  }

  private static ObjectNode error(ObjectNode shown) {
    String code = shown.at("/properties/properties/ebb.end.code").asString("");
    String cause = shown.at("/properties/properties/ebb.end.cause").asString("");
    String detail = shown.at("/properties/properties/ebb.end.detail").asString("");
    ObjectNode error = Json.object();
    ObjectNode inner = error.putObject("error");
    inner.put("code", cause.equals("failed") ? "UserError" : "SystemError");
    String how =
        code.isEmpty() ? "The job ended: " + cause : "The job ended with exit code " + code;
    inner.put("message", detail.isEmpty() ? how + "." : detail);
    inner.putArray("details"); // azureml-core cannot print an error without
    return error;
  }

  /// Clients print a file once a later one has begun no further: so standard error, which comes
  /// after standard output, is there only when nothing more is written.
  private void logs(ObjectNode files, Request request, String name, Run run) {
    if (run.attempts() == 0) {
      return;
    }
    for (int rank = 0; rank < run.spec().nodes(); rank++) {
      String folder = "user_logs/";
      files.put(folder + logName(rank, false), address(request, name, run, rank, "stdout"));
      if (run.endedAt() != 0) {
        files.put(folder + logName(rank, true), address(request, name, run, rank, "stderr"));
      }
    }
  }

  static String logName(int rank, boolean isErrors) {
    return "std_log" + (rank == 0 ? "" : "_process_" + rank) + (isErrors ? "_stderr.txt" : ".txt");
  }

  private String address(Request request, String name, Run run, int rank, String stream) {
    Scope of = run.workspace();
    List<String> path =
        Stream.of(
                "ebb",
                "v1",
                "workspaces",
                of.subscription(),
                of.group(),
                of.workspace(),
                "jobs",
                name,
                "logs")
            .toList();
    return "%s/%s?stream=%s&attempt=%d&rank=%d&all=true&%s"
        .formatted(
            request.server(),
            String.join("/", path),
            stream,
            run.attempts(),
            rank,
            signed.query(path, Instant.now().plus(ADDRESSES_HOLD)));
  }
}
