package ebb.app.specification;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a job runs: a program and the environment it is given. Secrets in it are references, never
/// the secrets themselves.
public record Specification(Program program, SortedMap<String, String> environment) {
  /// The version of the bytes. A reader refuses a newer one and ignores fields it does not know.
  private static final int FORMAT = 1;

  /// Linux refuses a single argument or variable of 128 KiB, its closing NUL included
  /// (MAX_ARG_STRLEN).
  private static final int TEXT_BYTES_MAX = 131_071;

  /// Half of what Linux takes by default for all arguments and variables together (ARG_MAX, 2 MiB).
  private static final int BYTES_MAX = 1024 * 1024;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// What is executed.
  public sealed interface Program {}

  /// A program and its arguments, as they are.
  public record Arguments(List<String> arguments) implements Program {
    public Arguments {
      arguments = List.copyOf(arguments);
    }
  }

  /// A line for `/bin/sh -c`.
  public record ShellLine(String line) implements Program {}

  public Specification {
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
  }

  public static Specification ofArguments(List<String> arguments, Map<String, String> environment) {
    return new Specification(new Arguments(arguments), new TreeMap<>(environment));
  }

  public static Specification ofShellLine(String line, Map<String, String> environment) {
    return new Specification(new ShellLine(line), new TreeMap<>(environment));
  }

  /// The arguments that are executed, the program first.
  public List<String> toExecute() {
    return switch (program) {
      case Arguments(List<String> arguments) -> arguments;
      case ShellLine(String line) -> List.of("/bin/sh", "-c", line);
    };
  }

  /// What is wrong with it, for whoever wrote it; empty if it can be tried. Names only: a value may
  /// be private and must not reach a message.
  public Optional<String> fault() {
    List<String> execute = toExecute();
    boolean isEmpty =
        switch (program) {
          case Arguments(List<String> arguments) ->
              arguments.isEmpty() || arguments.getFirst().isBlank();
          case ShellLine(String line) -> line.isBlank();
        };
    if (isEmpty) {
      return Optional.of("the command is empty: name a program, or write a line for /bin/sh");
    }
    long bytes = 0;
    for (String argument : execute) {
      if (isUnfit(argument)) {
        return Optional.of("the command holds a NUL, or an argument of more than 128 KiB");
      }
      bytes += bytesOf(argument);
    }
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      String name = variable.getKey();
      if (name.isEmpty() || name.indexOf('=') >= 0 || isUnfit(name)) {
        return Optional.of("a name in the environment is empty, or holds '=' or NUL");
      }
      if (isUnfit(variable.getValue())) {
        return Optional.of("the variable " + name + " holds a NUL or has more than 128 KiB");
      }
      bytes += bytesOf(name) + bytesOf(variable.getValue());
    }
    return bytes > BYTES_MAX
        ? Optional.of(
            "command and environment have " + bytes + " bytes; at most " + BYTES_MAX + " fit")
        : Optional.empty();
  }

  private static boolean isUnfit(String text) {
    return text.indexOf('\0') >= 0 || bytesOf(text) > TEXT_BYTES_MAX;
  }

  private static int bytesOf(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /// The bytes that the hash is of: equal specifications have equal bytes, in any JVM.
  public byte[] canonicalBytes() {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT);
    switch (program) {
      case Arguments(List<String> arguments) -> {
        ArrayNode array = root.putArray("arguments");
        arguments.forEach(array::add);
      }
      case ShellLine(String line) -> root.put("shellLine", line);
    }
    ObjectNode variables = root.putObject("environment");
    environment.forEach(variables::put);
    return JSON.writeValueAsBytes(root);
  }

  /// The name of what has these bytes: SHA-256, 64 hexadecimal digits.
  public static String hashOf(byte[] canonicalBytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(canonicalBytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Reads canonical bytes.
  ///
  /// @throws IllegalArgumentException if they are none
  public static Specification read(byte[] bytes) {
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
    TreeMap<String, String> environment = new TreeMap<>();
    root.path("environment")
        .properties()
        .forEach(field -> environment.put(field.getKey(), field.getValue().asString()));
    if (root.has("shellLine")) {
      return new Specification(new ShellLine(root.path("shellLine").asString()), environment);
    }
    List<String> arguments = new ArrayList<>();
    root.path("arguments").forEach(argument -> arguments.add(argument.asString()));
    return new Specification(new Arguments(arguments), environment);
  }

  /// Without command and environment, which may be private and would end up in logs.
  @Override
  public String toString() {
    return "Specification[" + environment.size() + " variables]";
  }
}
