package ebb.app.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A command job's properties as Azure's specification spells them: names and words are read in any
/// case, numbers also as texts, and what is shown for ever is the one spelling that every client
/// reads. What nobody knows stays as it is, for others to refuse.
final class ArmSpelling {
  private static final List<String> FILES =
      List.of("uri_file", "uri_folder", "mltable", "custom_model", "mlflow_model", "triton_model");

  /// Azure's words by the property that has them.
  private static final Map<String, List<String>> WORDS =
      Map.of(
          "jobType", List.of("Command"),
          "distributionType", List.of("PyTorch", "TensorFlow", "Mpi"),
          "identityType", List.of("AMLToken", "Managed", "UserIdentity"),
          "jobLimitsType", List.of("Command"),
          "jobTier", List.of("Null", "Spot", "Basic", "Standard", "Premium"),
          "jobInputType", with(FILES, "literal"),
          "jobOutputType", FILES,
          "mode", List.of("ReadOnlyMount", "ReadWriteMount", "Download", "Direct", "Upload"));

  /// What files of jobs call otherwise than REST does.
  private static final Map<String, String> MODES =
      Map.of("ro_mount", "ReadOnlyMount", "rw_mount", "ReadWriteMount");

  private static final List<String> NUMBERS =
      List.of("instanceCount", "processCountPerInstance", "workerCount", "parameterServerCount");

  /// The properties of a job.
  private static final List<String> JOB =
      List.of(
          "codeId",
          "command",
          "componentId",
          "computeId",
          "description",
          "displayName",
          "distribution",
          "environmentId",
          "environmentVariables",
          "experimentName",
          "identity",
          "inputs",
          "isArchived",
          "jobType",
          "limits",
          "outputs",
          "parameters",
          "properties",
          "queueSettings",
          "resources",
          "services",
          "status",
          "tags");

  /// The properties of what is in one.
  private static final List<String> PARTS =
      with(
          List.copyOf(WORDS.keySet()),
          with(NUMBERS, "timeout", "instanceType", "shmSize", "uri", "value", "description")
              .toArray(String[]::new));

  private ArmSpelling() {}

  private static List<String> with(List<String> some, String... more) {
    return java.util.stream.Stream.concat(some.stream(), java.util.stream.Stream.of(more)).toList();
  }

  private static String spelled(List<String> known, String word) {
    return known.stream().filter(word::equalsIgnoreCase).findFirst().orElse(word);
  }

  /// The properties of a job.
  static ObjectNode job(ObjectNode sent) {
    return each(sent, JOB, ArmSpelling::property);
  }

  private static JsonNode property(String name, JsonNode value) {
    return switch (name) {
      case "jobType" -> word(name, value);
      case "description", "displayName", "experimentName" -> text(value);
      case "tags", "properties" -> texts(value);
      case "environmentVariables" -> variables(value);
      case "distribution", "identity", "queueSettings", "resources" -> part(value);
      case "limits" -> limits(value);
      case "inputs", "outputs" -> each(value, List.of(), (_, input) -> part(input));
      default -> value; // has no words of Azure's
    };
  }

  private interface Part {
    JsonNode of(String name, JsonNode value);
  }

  private static JsonNode each(JsonNode value, List<String> names, Part part) {
    return value instanceof ObjectNode object ? each(object, names, part) : value;
  }

  private static ObjectNode each(ObjectNode object, List<String> names, Part part) {
    ObjectNode all = Json.object();
    for (Map.Entry<String, JsonNode> each : object.properties()) {
      String name = spelled(names, each.getKey());
      all.set(name, part.of(name, each.getValue()));
    }
    return all;
  }

  private static JsonNode part(JsonNode value) {
    return each(
        value,
        PARTS,
        (name, each) ->
            WORDS.containsKey(name)
                ? word(name, each)
                : NUMBERS.contains(name) ? number(each) : each);
  }

  /// An empty time limit is none, and a limit says what it is of.
  private static JsonNode limits(JsonNode value) {
    JsonNode limits = part(value);
    if (limits instanceof ObjectNode object && !object.isEmpty()) {
      if (object.path("timeout").asString("").isEmpty()) {
        object.remove("timeout");
      }
      object.put("jobLimitsType", object.path("jobLimitsType").asString("Command"));
    }
    return limits;
  }

  private static JsonNode word(String property, JsonNode value) {
    if (!value.isString()) {
      return value;
    }
    String sent = value.asString();
    String mode = property.equals("mode") ? MODES.get(sent.toLowerCase(Locale.ROOT)) : null;
    return JsonNodeFactory.instance.stringNode(
        mode == null ? spelled(WORDS.getOrDefault(property, List.of()), sent) : mode);
  }

  private static JsonNode number(JsonNode value) {
    String text = value.isString() ? value.asString().strip() : "";
    return text.matches("[0-9]{1,9}")
        ? JsonNodeFactory.instance.numberNode(Integer.parseInt(text))
        : value;
  }

  private static JsonNode text(JsonNode value) {
    return value.isContainer() || value.isNull()
        ? value
        : JsonNodeFactory.instance.stringNode(value.asString());
  }

  /// Numbers and truth values become texts, as Azure shows them; null stays null, as its
  /// specification has it.
  static JsonNode texts(JsonNode value) {
    return each(value, List.of(), (_, each) -> text(each));
  }

  /// A variable without a value is empty.
  private static JsonNode variables(JsonNode value) {
    return each(
        value,
        List.of(),
        (_, each) -> each.isNull() ? JsonNodeFactory.instance.stringNode("") : text(each));
  }
}
