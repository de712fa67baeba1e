package ebb.app.api;

import ebb.app.specification.Specification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a job's body says of what is run.
final class SpecificationBody {
  private SpecificationBody() {}

  static Specification of(Bodies.JobBody body) throws Bodies.Unfit {
    Map<String, String> variables = Bodies.or(body.environment(), Map.of());
    if (variables.values().stream().anyMatch(Objects::isNull)) {
      throw new Bodies.Unfit("A variable of the environment has no value.");
    }
    return new Specification(
        program(Bodies.required(body.command(), "command")),
        new TreeMap<>(variables),
        Optional.ofNullable(body.code()),
        new Specification.HostEnvironment(),
        new TreeMap<>(),
        new TreeMap<>(),
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
