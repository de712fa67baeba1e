package ebb.app.api;

import ebb.app.specification.Specification;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Serverless;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Reads Azure's command job.
final class CommandJobBody {
  /// What a job without a compute and a size of its own runs on: the default of Azure ML's second
  /// command line for clusters.
  private static final String DEFAULT_SIZE = "Standard_DS3_v2";

  /// No time limit is named.
  private static final long UNSAID = -1;

  /// What every container has, and at least what a sandbox has of most machines: also what Azure's
  /// clients send that leave the choice to it.
  private static final String SHARED_MEMORY = "2g";

  /// A name, or an address.
  private static final Pattern COMPUTE =
      Pattern.compile(
          "(?i)(?:azureml:)?(?:/*(subscriptions/.*/workspaces/[^/]+)/+computes/+)?([^/:]+)");

  private CommandJobBody() {}

  /// A job as it is shown.
  static Submissions.Submission read(
      Scope workspace, Actor actor, String name, ObjectNode properties) throws Bodies.Unfit {
    ObjectNode body = Json.object();
    body.set("properties", properties);
    return read(workspace, actor, name, ArmBody.of(body));
  }

  static Submissions.Submission read(Scope workspace, Actor actor, String name, ArmBody body)
      throws Bodies.Unfit {
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
    job.texts("tags");
    job.texts("properties");
    job.harmless("displayName", "experimentName", "description").harmless("status", "parameters");
    Boolean archived = job.truth("isArchived");
    refuseWhatIsNotDone(job);
    Where where =
        Where.of(
            computeName(job.text("computeId"), workspace),
            resources.instanceType(),
            priority(job.object("queueSettings")));
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
    return new Submissions.Submission(specification, environment, spec, where.nodes(), archived);
  }

  private static void refuseWhatIsNotDone(ArmBody job) throws Bodies.Unfit {
    refuseManaged(job.object("identity"));
    job.refused("componentId", "send the command itself")
        .refused("notificationSetting", "follow the job's events instead")
        .refused("services", "nodes cannot be logged into, and serve nothing to the outside");
  }

  /// A job is its submitter's, who any other identity stands for.
  private static void refuseManaged(ArmBody identity) throws Bodies.Unfit {
    String type = identity.text("identityType");
    switch (type == null ? "" : type.toLowerCase(Locale.ROOT)) {
      case "", "amltoken", "useridentity" -> identity.end();
      case "managed" ->
          throw new Bodies.Unfit("A job has no managed identity so far: leave 'identity' out.");
      default ->
          throw new Bodies.Unfit(
              "'%s' is no identityType: there are AMLToken and UserIdentity.".formatted(type));
    }
  }

  /// Code is named by its hash: `.../codes/HASH/versions/1`, or the hash alone.
  private static String codeHash(String id) {
    String after = id.replaceFirst("(?i)^.*/codes/", "");
    return after.replaceFirst("/.*$", "");
  }

  private static long limit(ArmBody limits) throws Bodies.Unfit {
    String type = limits.text("jobLimitsType");
    if (type != null && !type.equalsIgnoreCase("Command")) {
      throw new Bodies.Unfit(
          "'%s' is no jobLimitsType of a command job: it is Command.".formatted(type));
    }
    long limit = limits.millis("timeout", UNSAID);
    limits.end();
    return Bodies.limit(limit, "property 'limits.timeout'");
  }

  private static TreeMap<String, Specification.Input> inputs(ArmBody job) throws Bodies.Unfit {
    TreeMap<String, Specification.Input> inputs = new TreeMap<>();
    for (Map.Entry<String, ArmBody> each : job.objects("inputs").entrySet()) {
      ArmBody body = each.getValue().harmless("description");
      String type = body.required("jobInputType").toLowerCase(Locale.ROOT);
      if (type.equals("literal")) {
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
      String type = body.required("jobOutputType").toLowerCase(Locale.ROOT);
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
    if (type == null
        && (body.has("processCountPerInstance")
            || body.has("workerCount")
            || body.has("parameterServerCount"))) {
      throw new Bodies.Unfit("The property 'distribution.distributionType' is missing.");
    }
    Specification.Distribution distribution =
        switch (type == null ? "" : type.toLowerCase(Locale.ROOT)) {
          case "" -> new Specification.NotDistributed();
          case "pytorch" -> new Specification.PyTorch(processes(body, type));
          case "mpi" -> new Specification.Mpi(processes(body, type));
          case "tensorflow" -> tensorFlow(body, nodes);
          default ->
              throw new Bodies.Unfit(
                  "'%s' is no distributionType: there are PyTorch, TensorFlow and Mpi."
                      .formatted(type));
        };
    body.end();
    return distribution;
  }

  private static int processes(ArmBody body, @Nullable String type) throws Bodies.Unfit {
    String remedy = "it is for TensorFlow, and distributionType is '" + type + "'; leave it out";
    Integer processes =
        body.refused("workerCount", remedy)
            .refused("parameterServerCount", remedy)
            .number("processCountPerInstance");
    return processes == null ? 1 : processes;
  }

  private static Specification.TensorFlow tensorFlow(ArmBody body, int nodes) throws Bodies.Unfit {
    Integer workers =
        body.refused("processCountPerInstance", "TensorFlow starts one on each node; leave it out")
            .number("workerCount");
    Integer servers = body.number("parameterServerCount");
    int ofServers = servers == null ? 0 : servers;
    return new Specification.TensorFlow(workers == null ? nodes - ofServers : workers, ofServers);
  }

  private record Resources(int instanceCount, @Nullable String instanceType) {
    static Resources of(ArmBody body) throws Bodies.Unfit {
      Integer count = body.number("instanceCount");
      String type = body.text("instanceType");
      String shared = body.text("shmSize");
      if (shared != null && !shared.equalsIgnoreCase(SHARED_MEMORY)) {
        throw new Bodies.Unfit(
            "The property 'resources.shmSize' cannot be '%s': containers have %s, and sandboxes what the machine gives; leave it out."
                .formatted(shared, SHARED_MEMORY));
      }
      body.refused("dockerArgs", "there is no Docker command")
          .refused("dockerArgsList", "there is no Docker command")
          .refused("properties", "they are for services that Ebb has not; leave them out")
          .end();
      return new Resources(count == null ? 1 : count, type);
    }
  }

  /// The name of a cluster of the workspace; empty if there is none.
  private static String computeName(@Nullable String computeId, Scope workspace)
      throws Bodies.Unfit {
    if (computeId == null) {
      return "";
    }
    Matcher compute = COMPUTE.matcher(computeId);
    if (!compute.matches()) {
      throw new Bodies.Unfit(
          "The property 'computeId' is '%s': name a cluster, or its address '%s/computes/NAME'."
              .formatted(computeId, workspace.path()));
    }
    String place = compute.group(1);
    if (place != null && !("/" + place).replaceAll("/+", "/").equalsIgnoreCase(workspace.path())) {
      throw new Bodies.Unfit(
          "The property 'computeId' is '%s', which is not in the workspace '%s': a job runs on a cluster of its own workspace."
              .formatted(computeId, workspace.path()));
    }
    return compute.group(2);
  }

  /// The cluster that a job names, or the kind of nodes that it wants.
  private record Where(String cluster, Submissions.Nodes nodes) {
    static Where of(String name, @Nullable String instanceType, Priority priority)
        throws Bodies.Unfit {
      Serverless serverless =
          new Serverless(instanceType == null ? DEFAULT_SIZE : instanceType, priority);
      boolean isNamed =
          !name.isEmpty()
              && !name.equalsIgnoreCase("serverless")
              && !name.equalsIgnoreCase(serverless.cluster()); // as it is shown
      if (!isNamed) {
        return new Where(serverless.cluster(), new Submissions.Nodes(serverless, null));
      }
      if (priority == Priority.LOW) {
        throw new Bodies.Unfit(
            "The property 'queueSettings.jobTier' is for jobs without a compute: the cluster '%s' has a priority of its own."
                .formatted(name));
      }
      if (instanceType != null && name.equalsIgnoreCase(JobSpec.LOCAL)) {
        throw new Bodies.Unfit(
            "The property 'resources.instanceType' is for jobs on nodes: a local job runs on the submitter's machine.");
      }
      return new Where(name, new Submissions.Nodes(null, instanceType));
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
