package ebb.app.api;

import ebb.app.environment.Environments;
import ebb.app.journal.PastJob;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.app.specification.SpecificationStoreFailure;
import ebb.app.view.JobSeen;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Weakness;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A job as Azure shows one: what was sent, and what became of it.
final class ArmJobShape {
  private static final String TYPE = "Microsoft.MachineLearningServices/workspaces/jobs";

  private final SpecificationStore specifications;

  ArmJobShape(SpecificationStore specifications) {
    this.specifications = specifications;
  }

  static String path(Scope workspace, String name) {
    return workspace.path() + "/jobs/" + name;
  }

  ObjectNode of(JobSeen seen, @Nullable Attempt attempt, JobFacts facts) {
    Job job = seen.job();
    ObjectNode shown =
        shown(
            seen.workspace(),
            job.name(),
            new Said(job.spec(), job.description()),
            status(job, attempt),
            job.queuedAt(),
            job.submitter());
    ObjectNode additions = additions(shown);
    additions.put("ebb.attempts", String.valueOf(job.attempts()));
    putFacts(additions, job.spec(), facts);
    if (job.phase() instanceof Job.Ended ended) {
      putEnd(additions, ended.cause(), ended.code(), ended.detail());
    }
    return shown;
  }

  ObjectNode of(Scope workspace, PastJob past, JobFacts facts) {
    String by = past.behalfOf().isEmpty() ? past.principal() : past.behalfOf();
    EndCause cause = past.cause();
    ObjectNode shown =
        shown(
            workspace,
            past.name(),
            new Said(past.spec(), past.description()),
            cause == null ? "Unknown" : status(cause),
            past.submittedAt(),
            by);
    ObjectNode additions = additions(shown);
    additions.put("ebb.attempts", String.valueOf(past.attempts()));
    putFacts(additions, past.spec(), facts);
    if (cause != null) {
      putEnd(additions, cause, past.code(), past.detail());
    }
    return shown;
  }

  private static ObjectNode additions(ObjectNode shown) {
    ObjectNode properties = (ObjectNode) shown.path("properties");
    return properties.path("properties") instanceof ObjectNode there
        ? there
        : properties.putObject("properties");
  }

  private static void putFacts(ObjectNode additions, JobSpec spec, JobFacts facts) {
    if (spec.isLocal()) {
      additions.put("ebb.metered", "false");
    } else if (facts.charges() != null) {
      additions.put("ebb.cost.list", Shapes.ChargesShown.of(facts.charges()).list());
    }
    if (facts.virtual() != null) {
      additions.put("ebb.virtual", String.valueOf(facts.virtual()));
    }
    putKnown(additions, "ebb.isolation", facts.isolationShown());
    if (!facts.weaknesses().isEmpty()) {
      additions.put("ebb.isolation.weaknesses", Weakness.words(facts.weaknesses()));
    }
    Shapes.UsedShown used = Shapes.UsedShown.of(facts.used());
    if (used != null) {
      putKnown(additions, "ebb.used.cpu", used.cpu());
      putKnown(additions, "ebb.used.peakMemoryMebibytes", used.peakMemoryMebibytes());
      putKnown(additions, "ebb.used.bytesRead", used.bytesRead());
      putKnown(additions, "ebb.used.bytesWritten", used.bytesWritten());
      putKnown(additions, "ebb.used.checkpoint", used.checkpoint());
    }
  }

  private static void putKnown(ObjectNode additions, String name, @Nullable Object value) {
    if (value != null) {
      additions.put(name, value.toString());
    }
  }

  private static void putEnd(ObjectNode additions, EndCause cause, int code, String detail) {
    additions.put("ebb.end.cause", Reason.lower(cause));
    if (Reason.isExit(cause, code)) {
      additions.put("ebb.end.code", String.valueOf(code));
    }
    if (!detail.isEmpty()) {
      additions.put("ebb.end.detail", detail);
    }
  }

  /// What a job is, and what is said about it.
  private record Said(JobSpec spec, Description description) {}

  private ObjectNode shown(
      Scope workspace, String name, Said said, String status, long at, String by) {
    JobSpec spec = said.spec();
    ObjectNode shown = Json.object();
    shown.put("id", path(workspace, name));
    shown.put("name", name);
    shown.put("type", TYPE);
    shown
        .putObject("systemData")
        .put("createdAt", Shapes.time(at))
        .put("createdBy", by)
        .put("createdByType", "User");
    ObjectNode properties = sent(workspace, spec, said.description());
    properties.put("status", status);
    properties.put("isArchived", said.description().hidden());
    if (properties.path("displayName").isMissingNode()) {
      properties.put("displayName", name);
    }
    shown.set("properties", properties);
    return shown;
  }

  /// The properties as they were sent, with what is said about the job now.
  ObjectNode sent(Scope workspace, JobSpec spec, Description description) {
    ObjectNode properties = JobWords.said(sent(workspace, spec), description, specifications);
    properties.put(
        "computeId", spec.isLocal() ? JobSpec.LOCAL : workspace.cluster(spec.cluster()).path());
    return properties;
  }

  /// The properties as they were sent; of a job that came through Ebb's own door, or whose
  /// specification was erased, what is known of them.
  private ObjectNode sent(Scope workspace, JobSpec spec) {
    Optional<Specification> known = find(spec.specHash());
    if (known.isPresent() && !known.get().resource().isEmpty()) {
      return with(workspace, Json.object(known.get().resource()));
    }
    String command =
        known.map(each -> String.join(" ", each.toExecute())).orElse("(the command was erased)");
    ObjectNode properties = Json.object().put("jobType", "Command").put("command", command);
    properties.putObject("resources").put("instanceCount", spec.nodes());
    return with(workspace, properties);
  }

  /// Whether the job has a tag of this name, and these properties of the user's, as `name` or
  /// `name=value` with commas between. Jobs of Ebb's own door come with neither.
  boolean has(JobSpec spec, Description description, @Nullable String tag, String properties) {
    String resource = find(spec.specHash()).map(Specification::resource).orElse("");
    ObjectNode sent =
        JobWords.said(
            resource.isEmpty() ? Json.object() : Json.object(resource),
            description,
            specifications);
    if (tag != null && value(sent.path("tags"), tag) == null) {
      return false;
    }
    for (String each : properties.split(",", -1)) {
      int equals = each.indexOf('=');
      String name = (equals < 0 ? each : each.substring(0, equals)).strip();
      String value = name.isEmpty() ? "" : value(sent.path("properties"), name);
      if (value == null || (equals >= 0 && !value.equals(each.substring(equals + 1).strip()))) {
        return false;
      }
    }
    return true;
  }

  /// Names of tags and properties are compared without case.
  private static @Nullable String value(JsonNode object, String name) {
    for (var property : object.properties()) {
      if (property.getKey().equalsIgnoreCase(name)) {
        return property.getValue().asString();
      }
    }
    return null;
  }

  private static ObjectNode with(Scope workspace, ObjectNode properties) {
    if (properties.path("environmentId").asString("").isEmpty()) {
      properties.put(
          "environmentId", workspace.path() + "/environments/" + Environments.HOST + "/versions/1");
    }
    if (!properties.path("experimentName").isString()) {
      properties.put("experimentName", JobWords.DEFAULT_EXPERIMENT);
    }
    if (!properties.path("services").isObject()) {
      properties.putObject("services"); // azure-ai-ml cannot follow a job that has none
    }
    return properties;
  }

  /// The outputs of a job; none if its specification was erased.
  SortedMap<String, Specification.Output> outputs(JobSpec spec) {
    return find(spec.specHash()).map(Specification::outputs).orElseGet(TreeMap::new);
  }

  private Optional<Specification> find(String hash) {
    try {
      return specifications.find(hash);
    } catch (SpecificationStoreFailure unreadable) {
      return Optional.empty();
    }
  }

  // What Azure calls it.

  private static String status(Job job, @Nullable Attempt attempt) {
    return switch (job.phase()) {
      case Job.Queued _, Job.BackingOff _ -> "Queued";
      case Job.Assembling _ -> "Provisioning";
      case Job.Active _ -> job.cancelRequested() ? "CancelRequested" : status(attempt);
      case Job.Local local ->
          job.cancelRequested()
              ? "CancelRequested"
              : local.startedAt() == 0 ? "Preparing" : "Running";
      case Job.Ended ended -> status(ended.cause());
    };
  }

  private static String status(@Nullable Attempt attempt) {
    return attempt == null
        ? "Starting"
        : switch (attempt.phase()) {
          case Attempt.Starting _ -> "Preparing";
          case Attempt.Running _ -> "Running";
          case Attempt.Stopping _ -> "Finalizing";
        };
  }

  /// A job that reaches its limit is canceled, as Azure's documents say of `limits.timeout`.
  private static String status(EndCause cause) {
    return switch (cause) {
      case SUCCEEDED -> "Completed";
      case CANCELED, TIME_LIMIT, CLUSTER_DELETED -> "Canceled";
      case FAILED, PREEMPTED, INFRASTRUCTURE, QUEUE_LIMIT -> "Failed";
    };
  }
}
