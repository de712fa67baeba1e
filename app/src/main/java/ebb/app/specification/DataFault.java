package ebb.app.specification;

import ebb.app.specification.Specification.Arguments;
import ebb.app.specification.Specification.Input;
import ebb.app.specification.Specification.InputFiles;
import ebb.app.specification.Specification.Literal;
import ebb.app.specification.Specification.Output;
import ebb.app.specification.Specification.ShellLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What may be wrong with the inputs and outputs of a specification, as Azure has them.
final class DataFault {
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]{0,254}";

  private static final Set<String> TYPES =
      Set.of("uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model", "triton_model");

  private static final Set<String> INPUT_MODES =
      Set.of("ro_mount", "rw_mount", "download", "direct");

  private static final Set<String> OUTPUT_MODES = Set.of("rw_mount", "upload");

  private DataFault() {}

  static Optional<String> of(Specification specification) {
    for (Map.Entry<String, Input> input : specification.inputs().entrySet()) {
      Optional<String> fault = of(input.getKey(), input.getValue());
      if (fault.isPresent()) {
        return fault;
      }
    }
    for (Map.Entry<String, Output> output : specification.outputs().entrySet()) {
      Optional<String> fault = of(output.getKey(), output.getValue(), specification);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return placeholders(specification);
  }

  private static Optional<String> of(String name, Input input) {
    return switch (input) {
      case Literal _ -> name(name);
      case InputFiles files ->
          name(name)
              .or(() -> about("input " + name, fault(files.type(), files.mode(), INPUT_MODES)));
    };
  }

  private static Optional<String> of(String name, Output output, Specification specification) {
    if (specification.inputs().containsKey(name)) {
      return Optional.of("an input and an output are both called " + name);
    }
    return name(name)
        .or(() -> about("output " + name, fault(output.type(), output.mode(), OUTPUT_MODES)));
  }

  private static Optional<String> about(String what, Optional<String> fault) {
    return fault.map(text -> "the " + what + " has " + text);
  }

  private static Optional<String> name(String name) {
    return name.matches(NAME)
        ? Optional.empty()
        : Optional.of("'" + name + "' is no name of an input or output");
  }

  private static Optional<String> fault(String type, String mode, Set<String> modes) {
    if (!TYPES.contains(type)) {
      return Optional.of("the type " + type + ": there are " + sorted(TYPES));
    }
    return modes.contains(mode)
        ? Optional.empty()
        : Optional.of("the mode " + mode + ": there are " + sorted(modes));
  }

  private static List<String> sorted(Set<String> words) {
    return words.stream().sorted().toList();
  }

  private static Optional<String> placeholders(Specification specification) {
    List<String> texts = new ArrayList<>();
    switch (specification.program()) {
      case Arguments(List<String> arguments) -> texts.addAll(arguments);
      case ShellLine(String line) -> texts.add(line);
    }
    for (String text : texts) {
      Optional<String> unknown = Values.unknown(text, name -> isKnown(specification, name));
      if (unknown.isPresent()) {
        return unknown.map(name -> "nothing stands for ${{" + name + "}} in the command");
      }
    }
    return Optional.empty();
  }

  private static boolean isKnown(Specification specification, String name) {
    return name.startsWith("inputs.")
        ? specification.inputs().containsKey(name.substring("inputs.".length()))
        : name.startsWith("outputs.")
            && specification.outputs().containsKey(name.substring("outputs.".length()));
  }
}
