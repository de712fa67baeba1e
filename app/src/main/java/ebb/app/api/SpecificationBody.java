package ebb.app.api;

import ebb.app.specification.Specification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
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
        new Specification.NotDistributed(),
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

  private static Bodies.Unfit unfitCommand() {
    return new Bodies.Unfit(
        "The field 'command' must be a list of texts (a program and its arguments) or one text for /bin/sh -c.");
  }
}
