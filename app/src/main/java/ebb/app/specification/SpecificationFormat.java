package ebb.app.specification;

import ebb.app.specification.Specification.Arguments;
import ebb.app.specification.Specification.Distribution;
import ebb.app.specification.Specification.Environment;
import ebb.app.specification.Specification.HostEnvironment;
import ebb.app.specification.Specification.Image;
import ebb.app.specification.Specification.ImageOr;
import ebb.app.specification.Specification.ImageWith;
import ebb.app.specification.Specification.Input;
import ebb.app.specification.Specification.InputFiles;
import ebb.app.specification.Specification.Literal;
import ebb.app.specification.Specification.Mpi;
import ebb.app.specification.Specification.NotDistributed;
import ebb.app.specification.Specification.Output;
import ebb.app.specification.Specification.Packages;
import ebb.app.specification.Specification.Program;
import ebb.app.specification.Specification.PyTorch;
import ebb.app.specification.Specification.ShellLine;
import ebb.app.specification.Specification.TensorFlow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A specification as bytes: JSON whose fields stand in one order, and only those that say
/// something, so that a new field leaves the hash of what does not use it alone.
final class SpecificationFormat {
  /// The version of the bytes. A reader refuses a newer one and ignores fields it does not know.
  private static final int FORMAT = 1;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private SpecificationFormat() {}

  static byte[] write(Specification specification) {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT);
    switch (specification.program()) {
      case Arguments(List<String> arguments) -> {
        ArrayNode array = root.putArray("arguments");
        arguments.forEach(array::add);
      }
      case ShellLine(String line) -> root.put("shellLine", line);
    }
    putObject(root, "variables", specification.variables(), JSON::valueToTree);
    specification.code().ifPresent(hash -> root.put("code", hash));
    put(root, "environment", environment(specification.environment()));
    putObject(root, "inputs", specification.inputs(), SpecificationFormat::input);
    putObject(root, "outputs", specification.outputs(), SpecificationFormat::output);
    put(root, "distribution", distribution(specification.distribution()));
    if (!specification.resource().isEmpty()) {
      root.put("resource", specification.resource());
    }
    return JSON.writeValueAsBytes(root);
  }

  private static void put(ObjectNode root, String name, ObjectNode value) {
    if (!value.isEmpty()) {
      root.set(name, value);
    }
  }

  private static <T> void putObject(
      ObjectNode root, String name, Map<String, T> map, Function<T, JsonNode> format) {
    ObjectNode object = JSON.createObjectNode();
    map.forEach((key, value) -> object.set(key, format.apply(value)));
    put(root, name, object);
  }

  private static ObjectNode environment(Environment environment) {
    ObjectNode node = JSON.createObjectNode();
    return switch (environment) {
      case HostEnvironment _ -> node;
      case Image(String name) -> node.put("image", name);
      case Packages packages -> packages(node, packages);
      case ImageOr(Image(String name), Packages packages) ->
          packages(node.put("image", name), packages);
      case ImageWith with -> {
        node.put("image", with.image().name());
        node.set("with", packages(JSON.createObjectNode(), with.packages()));
        yield with.elsewhere().isPresent() ? packages(node, with.elsewhere().get()) : node;
      }
    };
  }

  private static ObjectNode packages(ObjectNode node, Packages packages) {
    if (!packages.python().isEmpty()) {
      node.put("python", packages.python());
    }
    ArrayNode lines = node.putArray("pip");
    packages.requirements().forEach(lines::add);
    return node;
  }

  private static JsonNode input(Input input) {
    ObjectNode node = JSON.createObjectNode();
    return switch (input) {
      case Literal(String value) -> node.put("value", value);
      case InputFiles(String type, String mode, String uri) ->
          node.put("type", type).put("mode", mode).put("uri", uri);
    };
  }

  private static JsonNode output(Output output) {
    return JSON.createObjectNode()
        .put("type", output.type())
        .put("mode", output.mode())
        .put("uri", output.uri());
  }

  private static ObjectNode distribution(Distribution distribution) {
    ObjectNode node = JSON.createObjectNode();
    return switch (distribution) {
      case NotDistributed _ -> node;
      case PyTorch(int processes) -> node.put("pytorch", processes);
      case Mpi(int processes) -> node.put("mpi", processes);
      case TensorFlow(int workers, int servers) ->
          node.put("tensorflow", workers).put("parameterServers", servers);
    };
  }

  static Specification read(byte[] bytes) {
    JsonNode root;
    try {
      root = JSON.readTree(bytes);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("the bytes of a specification are no JSON", e);
    }
    int format = root.path("format").asInt(0);
    if (format < 1 || format > FORMAT) {
      throw new IllegalArgumentException(
          "a specification of format " + format + "; this version reads up to " + FORMAT);
    }
    return new Specification(
        readProgram(root),
        readObject(root.path("variables"), JsonNode::asString),
        Optional.ofNullable(root.path("code").asString(null)),
        readEnvironment(root.path("environment")),
        readObject(root.path("inputs"), SpecificationFormat::readInput),
        readObject(root.path("outputs"), SpecificationFormat::readOutput),
        readDistribution(root.path("distribution")),
        root.path("resource").asString(""));
  }

  private static Program readProgram(JsonNode root) {
    if (root.has("shellLine")) {
      return new ShellLine(root.path("shellLine").asString());
    }
    List<String> arguments = new ArrayList<>();
    root.path("arguments").forEach(argument -> arguments.add(argument.asString()));
    return new Arguments(arguments);
  }

  private static <T> TreeMap<String, T> readObject(JsonNode node, Function<JsonNode, T> read) {
    TreeMap<String, T> map = new TreeMap<>();
    node.properties().forEach(field -> map.put(field.getKey(), read.apply(field.getValue())));
    return map;
  }

  private static Environment readEnvironment(JsonNode node) {
    if (node.has("with")) {
      return new ImageWith(
          new Image(node.path("image").asString()),
          readPackages(node.path("with")),
          node.has("pip") ? Optional.of(readPackages(node)) : Optional.empty());
    }
    if (!node.has("pip")) {
      return node.has("image") ? new Image(node.path("image").asString()) : new HostEnvironment();
    }
    Packages packages = readPackages(node);
    return node.has("image")
        ? new ImageOr(new Image(node.path("image").asString()), packages)
        : packages;
  }

  private static Packages readPackages(JsonNode node) {
    List<String> requirements = new ArrayList<>();
    node.path("pip").forEach(line -> requirements.add(line.asString()));
    return new Packages(node.path("python").asString(""), requirements);
  }

  private static Input readInput(JsonNode node) {
    return node.has("value")
        ? new Literal(node.path("value").asString())
        : new InputFiles(
            node.path("type").asString(),
            node.path("mode").asString(),
            node.path("uri").asString());
  }

  private static Output readOutput(JsonNode node) {
    return new Output(
        node.path("type").asString(), node.path("mode").asString(), node.path("uri").asString());
  }

  private static Distribution readDistribution(JsonNode node) {
    if (node.has("pytorch")) {
      return new PyTorch(node.path("pytorch").asInt());
    }
    if (node.has("mpi")) {
      return new Mpi(node.path("mpi").asInt());
    }
    return node.has("tensorflow")
        ? new TensorFlow(node.path("tensorflow").asInt(), node.path("parameterServers").asInt())
        : new NotDistributed();
  }
}
