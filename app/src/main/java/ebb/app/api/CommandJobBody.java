package ebb.app.api;

import ebb.app.specification.Specification;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Serverless;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Reads Azure's command job.
final class CommandJobBody {
  /// What a job without a compute and a size of its own runs on: the default of Azure ML's second
  /// command line for clusters.
  private static final String DEFAULT_SIZE = "Standard_DS3_v2";

  private CommandJobBody() {}

  /// A job as it is shown.
  static Submissions.Submission read(Actor actor, String name, ObjectNode properties)
      throws Bodies.Unfit {
    ObjectNode body = Json.object();
    body.set("properties", properties);
    return read(actor, name, ArmBody.of(body));
  }

  static Submissions.Submission read(Actor actor, String name, ArmBody body) throws Bodies.Unfit {
    body.harmless("id", "name", "type", "systemData");
    ArmBody job = body.object("properties");
    body.end();
    String type = job.required("jobType");
    if (!type.equalsIgnoreCase("Command")) {
      throw new Bodies.Unfit(
          "'%s' is no jobType that Ebb runs so far: it runs Command.".formatted(type));
    }
    String resource = JobResource.of(job.source(), name);
    String command = job.required("command");
    TreeMap<String, String> variables = job.texts("environmentVariables");
    Optional<String> code = Optional.ofNullable(job.text("codeId")).map(CommandJobBody::codeHash);
    String environment = job.text("environmentId");
    long limit = limit(job.object("limits"));
    Resources resources = Resources.of(job.object("resources"));
    job.harmless("displayName", "experimentName", "description", "tags", "properties")
        .harmless("status", "services", "parameters");
    Boolean archived = job.truth("isArchived");
    refuseWhatIsNotDone(job);
    Where where =
        Where.of(
            job.text("computeId"), resources.instanceType(), priority(job.object("queueSettings")));
    TreeMap<String, Specification.Input> inputs = inputs(job);
    TreeMap<String, Specification.Output> outputs = outputs(job);
    Specification.Distribution distribution =
        distribution(job.object("distribution"), resources.instanceCount());
    job.end();
    Specification specification =
        new Specification(
            new Specification.ShellLine(command),
            variables,
            code,
            new Specification.HostEnvironment(),
            inputs,
            outputs,
            distribution,
            resource);
    JobSpec spec =
        new JobSpec(
            where.cluster(),
            actor.principal(),
            0,
            resources.instanceCount(),
            limit,
            JobSpec.DEFAULT_RETRIES,
            "");
    return new Submissions.Submission(
        specification, environment, spec, where.serverless(), archived);
  }

  private static void refuseWhatIsNotDone(ArmBody job) throws Bodies.Unfit {
    ArmBody identity = job.object("identity");
    String type = identity.text("identityType");
    if (type != null && type.equalsIgnoreCase("Managed")) {
      throw new Bodies.Unfit("A job has no managed identity so far: leave 'identity' out.");
    }
    job.refused("componentId", "send the command itself")
        .refused("notificationSetting", "follow the job's events instead");
  }

  /// Code is named by its hash: `.../codes/HASH/versions/1`, or the hash alone.
  private static String codeHash(String id) {
    String after = id.replaceFirst("(?i)^.*/codes/", "");
    return after.replaceFirst("/.*$", "");
  }

  private static long limit(ArmBody limits) throws Bodies.Unfit {
    long limit = limits.harmless("jobLimitsType").millis("timeout", 0);
    limits.end();
    return limit;
  }

  private static TreeMap<String, Specification.Input> inputs(ArmBody job) throws Bodies.Unfit {
    TreeMap<String, Specification.Input> inputs = new TreeMap<>();
    for (Map.Entry<String, ArmBody> each : job.objects("inputs").entrySet()) {
      ArmBody body = each.getValue().harmless("description");
      String type = body.required("jobInputType");
      if (type.equalsIgnoreCase("literal")) {
        inputs.put(each.getKey(), new Specification.Literal(body.required("value")));
      } else {
        String mode = mode(body.text("mode"), "ro_mount");
        inputs.put(each.getKey(), new Specification.InputFiles(type, mode, body.required("uri")));
      }
      body.end();
    }
    return inputs;
  }

  private static TreeMap<String, Specification.Output> outputs(ArmBody job) throws Bodies.Unfit {
    TreeMap<String, Specification.Output> outputs = new TreeMap<>();
    for (Map.Entry<String, ArmBody> each : job.objects("outputs").entrySet()) {
      ArmBody body = each.getValue().harmless("description");
      String type = body.required("jobOutputType");
      String mode = mode(body.text("mode"), "rw_mount");
      String uri = body.text("uri");
      outputs.put(each.getKey(), new Specification.Output(type, mode, uri == null ? "" : uri));
      body.end();
    }
    return outputs;
  }

  /// REST says `ReadOnlyMount` what files of jobs call `ro_mount`.
  private static String mode(@Nullable String sent, String absent) {
    return switch (sent == null ? absent : sent.toLowerCase(Locale.ROOT)) {
      case "readonlymount" -> "ro_mount";
      case "readwritemount" -> "rw_mount";
      case String other -> other;
    };
  }

  private static Specification.Distribution distribution(ArmBody body, int nodes)
      throws Bodies.Unfit {
    String type = body.text("distributionType");
    Integer processes = body.number("processCountPerInstance");
    Integer workers = body.number("workerCount");
    Integer servers = body.number("parameterServerCount");
    body.end();
    int perNode = processes == null ? 1 : processes;
    int ofServers = servers == null ? 0 : servers;
    return switch (type == null ? "" : type.toLowerCase(Locale.ROOT)) {
      case "" -> new Specification.NotDistributed();
      case "pytorch" -> new Specification.PyTorch(perNode);
      case "mpi" -> new Specification.Mpi(perNode);
      case "tensorflow" ->
          new Specification.TensorFlow(workers == null ? nodes - ofServers : workers, ofServers);
      default ->
          throw new Bodies.Unfit(
              "'%s' is no distributionType: there are PyTorch, TensorFlow and Mpi."
                  .formatted(type));
    };
  }

  private record Resources(int instanceCount, @Nullable String instanceType) {
    static Resources of(ArmBody body) throws Bodies.Unfit {
      Integer count = body.number("instanceCount");
      String type = body.text("instanceType");
      body.harmless("shmSize", "properties").refused("dockerArgs", "there is no Docker command");
      body.end();
      return new Resources(count == null ? 1 : count, type);
    }
  }

  /// The cluster that a job names, or the kind of nodes that it wants.
  private record Where(String cluster, @Nullable Serverless serverless) {
    static Where of(@Nullable String computeId, @Nullable String instanceType, Priority priority)
        throws Bodies.Unfit {
      String name = computeId == null ? "" : computeId.replaceFirst("^.*[/:]", "");
      Serverless serverless =
          new Serverless(instanceType == null ? DEFAULT_SIZE : instanceType, priority);
      boolean isNamed =
          !name.isEmpty()
              && !name.equalsIgnoreCase("serverless")
              && !name.equalsIgnoreCase(serverless.cluster()); // as it is shown
      if (isNamed) {
        if (priority == Priority.LOW) {
          throw new Bodies.Unfit(
              "The property 'queueSettings.jobTier' is for jobs without a compute: the cluster '%s' has a priority of its own."
                  .formatted(name));
        }
        return new Where(name, null);
      }
      return new Where(serverless.cluster(), serverless);
    }
  }

  /// Azure's name for low priority without a cluster is Spot.
  private static Priority priority(ArmBody queueSettings) throws Bodies.Unfit {
    String tier = queueSettings.text("jobTier");
    queueSettings.end();
    return switch (tier == null ? "" : tier.toLowerCase(Locale.ROOT)) {
      case "", "null", "basic", "standard", "premium" -> Priority.DEDICATED;
      case "spot" -> Priority.LOW;
      default ->
          throw new Bodies.Unfit("'" + tier + "' is no jobTier: there are Standard and Spot.");
    };
  }
}
