package ebb.app.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What `az ml` prints of the answers of Azure's REST paths: flat objects in the words of its
/// files, as the entities of azure-ai-ml write themselves down. What has no value is left out.
final class AzShape {
  /// The properties of a job that az calls otherwise than REST does, by az's names.
  static final Map<String, String> JOB =
      Map.of(
          "display_name", "displayName",
          "experiment_name", "experimentName",
          "description", "description",
          "tags", "tags",
          "properties", "properties",
          "environment_variables", "environmentVariables",
          "command", "command");

  private static final Map<String, String> MODES =
      Map.of(
          "ro_mount", "ReadOnlyMount",
          "rw_mount", "ReadWriteMount",
          "download", "Download",
          "upload", "Upload",
          "direct", "Direct");

  /// What REST names by where it is: `.../environments/NAME/versions/1`, `.../computes/NAME`.
  private static final Pattern RESOURCE =
      Pattern.compile(".*/workspaces/[^/]+/[a-z]+/([^/]+)(?:/versions/([^/]+))?");

  private static final Pattern GROUP = Pattern.compile("(?i).*/resourceGroups/([^/]+)/.*");

  private AzShape() {}

  /// How REST writes the mode of an input or output; what is no mode is left for it to refuse.
  static String mode(String typed) {
    return MODES.getOrDefault(typed.toLowerCase(Locale.ROOT), typed);
  }

  /// How az shows a mode of REST's.
  private static String modeShown(String mode) {
    return MODES.entrySet().stream()
        .filter(each -> each.getValue().equals(mode))
        .map(Map.Entry::getKey)
        .findAny()
        .orElse(snake(mode));
  }

  /// A job.
  static ObjectNode job(JsonNode arm) {
    JsonNode properties = arm.path("properties");
    ObjectNode job = object();
    put(job, "name", arm.path("name"));
    job.put("id", "azureml:" + arm.path("id").asString());
    putGroup(job, arm);
    job.put("type", properties.path("jobType").asString("").toLowerCase(Locale.ROOT));
    put(job, "status", properties.path("status"));
    List.of("display_name", "experiment_name", "description", "command")
        .forEach(name -> put(job, name, properties.path(JOB.getOrDefault(name, name))));
    putReference(job, "code", properties.path("codeId"));
    putReference(job, "environment", properties.path("environmentId"));
    putReference(job, "compute", properties.path("computeId"));
    List.of("environment_variables", "tags", "properties")
        .forEach(name -> job.set(name, orEmpty(properties.path(JOB.getOrDefault(name, name)))));
    job.set("inputs", each(properties.path("inputs"), AzShape::input));
    job.set("outputs", each(properties.path("outputs"), AzShape::files));
    job.set("services", each(properties.path("services"), AzShape::service));
    job.set("parameters", orEmpty(properties.path("parameters")));
    put(job, "resources", snaked(properties.path("resources")));
    put(job, "queue_settings", snaked(properties.path("queueSettings")));
    put(job, "distribution", distribution(properties.path("distribution")));
    put(job, "identity", identity(properties.path("identity")));
    if (properties.at("/limits/timeout").isString()) {
      job.putObject("limits").put("timeout", seconds(properties.at("/limits/timeout")));
    }
    put(job, "creation_context", snaked(arm.path("systemData")));
    return job;
  }

  /// A cluster. `isolation` and `network` are Ebb's own, as its files have them.
  static ObjectNode cluster(JsonNode arm) {
    JsonNode compute = arm.path("properties");
    JsonNode nodes = compute.path("properties");
    ObjectNode cluster = object();
    put(cluster, "name", arm.path("name"));
    put(cluster, "id", arm.path("id"));
    putGroup(cluster, arm);
    cluster.put("type", compute.path("computeType").asString("").toLowerCase(Locale.ROOT));
    put(cluster, "location", arm.path("location"));
    put(cluster, "provisioning_state", compute.path("provisioningState"));
    put(cluster, "provisioning_errors", compute.at("/provisioningErrors/0/error/code"));
    put(cluster, "created_on", compute.path("createdOn"));
    put(cluster, "size", nodes.path("vmSize"));
    cluster.put("tier", snake(nodes.path("vmPriority").asString("")));
    put(cluster, "min_instances", nodes.at("/scaleSettings/minNodeCount"));
    put(cluster, "max_instances", nodes.at("/scaleSettings/maxNodeCount"));
    cluster.put(
        "idle_time_before_scale_down",
        seconds(nodes.at("/scaleSettings/nodeIdleTimeBeforeScaleDown")));
    cluster.put(
        "ssh_public_access_enabled",
        nodes.path("remoteLoginPortPublicAccess").asString("").equals("Enabled"));
    put(cluster, "enable_node_public_ip", nodes.path("enableNodePublicIp"));
    cluster.set("network_settings", object());
    cluster.set("tags", orEmpty(arm.path("tags")));
    put(cluster, "isolation", nodes.at("/propertyBag/isolation"));
    put(cluster, "network", nodes.at("/propertyBag/network"));
    return cluster;
  }

  /// A workspace.
  static ObjectNode workspace(JsonNode arm) {
    ObjectNode workspace = object();
    List.of("name", "id", "location").forEach(name -> put(workspace, name, arm.path(name)));
    putGroup(workspace, arm);
    put(workspace, "display_name", arm.at("/properties/friendlyName"));
    put(workspace, "provisioning_state", arm.at("/properties/provisioningState"));
    put(workspace, "discovery_url", arm.at("/properties/discoveryUrl"));
    put(workspace, "mlflow_tracking_uri", arm.at("/properties/mlFlowTrackingUri"));
    workspace.set("tags", orEmpty(arm.path("tags")));
    return workspace;
  }

  /// The resource group that a resource is in; empty if it is in none.
  static String group(JsonNode arm) {
    Matcher group = GROUP.matcher(arm.path("id").asString(""));
    return group.matches() ? group.group(1) : "";
  }

  /// A node of a cluster.
  static ObjectNode node(JsonNode arm) {
    ObjectNode node = object();
    snaked(arm)
        .forEachEntry(
            (name, value) -> put(node, name.equals("run_id") ? "current_job_name" : name, value));
    return node;
  }

  /// Whatever az shows as REST does, under names of its own kind.
  static JsonNode snaked(JsonNode arm) {
    return switch (arm) {
      case ObjectNode object -> {
        ObjectNode snaked = object();
        object.forEachEntry((name, value) -> put(snaked, snake(name), snaked(value)));
        yield snaked;
      }
      case ArrayNode array ->
          JsonNodeFactory.instance
              .arrayNode()
              .addAll(array.valueStream().map(AzShape::snaked).toList());
      default -> arm; // a value
    };
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static void put(ObjectNode object, String name, JsonNode value) {
    if (!value.isMissingNode() && !value.isNull()) {
      object.set(name, value);
    }
  }

  private static JsonNode orEmpty(JsonNode value) {
    return value.isObject() ? value : object();
  }

  private static ObjectNode each(JsonNode object, UnaryOperator<JsonNode> shape) {
    ObjectNode shown = object();
    object.forEachEntry((name, value) -> put(shown, name, shape.apply(value)));
    return shown;
  }

  private static void putGroup(ObjectNode object, JsonNode arm) {
    String group = group(arm);
    if (!group.isEmpty()) {
      object.put("resourceGroup", group); // which az itself adds, in its own spelling
    }
  }

  private static void putReference(ObjectNode object, String name, JsonNode id) {
    String text = id.asString("");
    if (text.isEmpty()) {
      return;
    }
    Matcher resource = RESOURCE.matcher(text);
    if (resource.matches()) {
      String version = resource.group(2) == null ? "" : ":" + resource.group(2);
      object.put(name, "azureml:" + resource.group(1) + version);
    } else {
      boolean isPlain = text.startsWith("azureml:") || LocalJob.is(text);
      object.put(name, isPlain ? text : "azureml:" + text);
    }
  }

  private static JsonNode input(JsonNode arm) {
    return arm.path("jobInputType").asString("").equals("literal") ? arm.path("value") : files(arm);
  }

  private static JsonNode files(JsonNode arm) {
    ObjectNode files = object();
    put(files, "type", arm.path(arm.has("jobInputType") ? "jobInputType" : "jobOutputType"));
    put(files, "path", arm.path("uri"));
    if (arm.hasNonNull("mode")) {
      files.put("mode", modeShown(arm.path("mode").asString()));
    }
    put(files, "description", arm.path("description"));
    return files;
  }

  private static JsonNode service(JsonNode arm) {
    return renamed(snaked(arm), "job_service_type", false);
  }

  private static JsonNode distribution(JsonNode arm) {
    return renamed(snaked(arm), "distribution_type", true);
  }

  private static JsonNode identity(JsonNode arm) {
    return switch (arm.path("identityType").asString("")) {
      case "Managed" -> object().put("type", "managed_identity");
      case "UserIdentity" -> object().put("type", "user_identity");
      case "AMLToken" -> object().put("type", "aml_token");
      default -> JsonNodeFactory.instance.nullNode(); // it has none
    };
  }

  /// az calls it `type`, whatever kind of thing it is.
  private static JsonNode renamed(JsonNode snaked, String type, boolean lower) {
    if (snaked instanceof ObjectNode object && object.has(type)) {
      String text = object.remove(type).asString("");
      object.put("type", lower ? text.toLowerCase(Locale.ROOT) : text);
    }
    return snaked;
  }

  private static long seconds(JsonNode duration) {
    try {
      return Duration.parse(duration.asString("PT0S")).toSeconds();
    } catch (DateTimeParseException other) {
      return 0;
    }
  }

  /// As azure-ai-ml writes names: `vCPUs` becomes `v_cp_us`.
  private static String snake(String camel) {
    return camel
        .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }
}
