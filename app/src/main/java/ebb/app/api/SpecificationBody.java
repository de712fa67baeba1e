package ebb.app.api;

import ebb.app.specification.Specification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a job's body says of what is run.
final class SpecificationBody {
  private SpecificationBody() {}

  static Specification of(Bodies.JobBody body) throws Bodies.Unfit {
    Map<String, String> variables = Bodies.or(body.environment(), Map.of());
    Bodies.valued(variables, "variable");
    return new Specification(
        program(Bodies.required(body.command(), "command")),
        new TreeMap<>(variables),
        Optional.ofNullable(body.code()),
        body.image() == null
            ? new Specification.HostEnvironment()
            : new Specification.Image(body.image()),
        inputs(Bodies.or(body.inputs(), Map.of())),
        outputs(Bodies.or(body.outputs(), Map.of())),
        distribution(body.distribution(), Bodies.or(body.nodes(), 1)),
        "");
  }

  private static Specification.Program program(JsonNode command) throws Bodies.Unfit {
    if (command.isString()) {
      return new Specification.ShellLine(command.asString());
    }
    List<String> arguments = new ArrayList<>();
    for (JsonNode argument : command) {
      if (!argument.isString()) {
        throw unfitCommand();
      }
      arguments.add(argument.asString());
    }
    if (!command.isArray()) {
      throw unfitCommand();
    }
    return new Specification.Arguments(arguments);
  }

  /// A text or a number is a value; an object with a `uri` is files.
  private static TreeMap<String, Specification.Input> inputs(Map<String, JsonNode> body)
      throws Bodies.Unfit {
    TreeMap<String, Specification.Input> inputs = new TreeMap<>();
    for (Map.Entry<String, JsonNode> one : body.entrySet()) {
      JsonNode input = one.getValue();
      if (input != null && input.isValueNode() && !input.isNull()) {
        inputs.put(one.getKey(), new Specification.Literal(input.asString()));
      } else if (input != null && input.path("uri").isString()) {
        inputs.put(
            one.getKey(),
            new Specification.InputFiles(
                input.path("type").asString("uri_folder"),
                input.path("mode").asString("ro_mount"),
                input.path("uri").asString()));
      } else {
        throw new Bodies.Unfit(
            "The input '%s' must be a value, or files with type, mode and uri."
                .formatted(one.getKey()));
      }
    }
    return inputs;
  }

  private static TreeMap<String, Specification.Output> outputs(Map<String, Bodies.OutputBody> body)
      throws Bodies.Unfit {
    TreeMap<String, Specification.Output> outputs = new TreeMap<>();
    for (Map.Entry<String, Bodies.OutputBody> each : body.entrySet()) {
      Bodies.OutputBody output = Bodies.required(each.getValue(), "outputs." + each.getKey());
      outputs.put(
          each.getKey(),
          new Specification.Output(
              Bodies.or(output.type(), "uri_folder"),
              Bodies.or(output.mode(), "rw_mount"),
              Bodies.or(output.uri(), "")));
    }
    return outputs;
  }

  private static Specification.Distribution distribution(
      Bodies.@Nullable DistributionBody body, int nodes) throws Bodies.Unfit {
    if (body == null) {
      return new Specification.NotDistributed();
    }
    String type = Bodies.required(body.type(), "distribution.type");
    int processes = Bodies.or(body.processes(), 1);
    int servers = Bodies.or(body.parameterServers(), 0);
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "pytorch" -> new Specification.PyTorch(processes);
      case "mpi" -> new Specification.Mpi(processes);
      case "tensorflow" ->
          new Specification.TensorFlow(Bodies.or(body.workers(), nodes - servers), servers);
      default ->
          throw new Bodies.Unfit(
              "'" + type + "' is no distribution: there are pytorch, tensorflow and mpi.");
    };
  }

  private static Bodies.Unfit unfitCommand() {
    return new Bodies.Unfit(
        "The field 'command' must be a list of texts (a program and its arguments) or one text for /bin/sh -c.");
  }
}
