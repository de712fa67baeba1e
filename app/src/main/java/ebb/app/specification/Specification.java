package ebb.app.specification;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What a job runs: a program, the variables it is given, and what must be there for it. Secrets in
/// it are references, never the secrets themselves.
///
/// @param variables the process's environment variables, beside those that say who it is
/// @param code the hash of the snapshot of files that it starts in; empty for an empty folder
/// @param environment what programs and libraries it finds
/// @param inputs by the name that `${{inputs.NAME}}` in the command stands for
/// @param outputs by the name that `${{outputs.NAME}}` stands for
/// @param resource the request's body as it was sent, to be shown again; empty if there was none
public record Specification(
    Program program,
    SortedMap<String, String> variables,
    Optional<String> code,
    Environment environment,
    SortedMap<String, Input> inputs,
    SortedMap<String, Output> outputs,
    Distribution distribution,
    String resource) {
  /// What every shell has in its environment: dash drops others without a word.
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /// Linux refuses a single argument or variable of 128 KiB, its closing NUL included
  /// (MAX_ARG_STRLEN).
  private static final int TEXT_BYTES_MAX = 131_071;

  /// More than any size has cores or GPUs; a larger number is a mistake.
  private static final int PROCESSES_MAX = 512;

  /// Half of what Linux takes by default for all arguments and variables together (ARG_MAX, 2 MiB).
  private static final int BYTES_MAX = 1024 * 1024;

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

  /// The programs and libraries that a job finds.
  public sealed interface Environment {
    /// What a job finds where it does not run in a container; an image only if nothing stands for
    /// it there.
    default Environment outsideContainers() {
      return switch (this) {
        case ImageOr(Image _, Packages packages) -> packages;
        case ImageWith with -> with.elsewhere().isPresent() ? with.elsewhere().get() : with.image();
        case Image _, Packages _, HostEnvironment _ -> this;
      };
    }

    /// Why no job can start with it where jobs do not run in containers; empty if one can.
    default Optional<String> faultOutsideContainers() {
      return outsideContainers() instanceof Image(String name)
          ? Optional.of(
              "the image '%s' runs in a container: send the job to a cluster with isolation container, or add a line for it to environments.yaml and start the server again, such as: %s: {pip: [numpy]}"
                  .formatted(name, name.replaceFirst("(@.*|:[^:/]*)$", "")))
          : Optional.empty();
    }

    /// Why no job can start with it in a container; empty if one can, given the image.
    default Optional<String> faultInContainers() {
      return switch (inContainers()) {
        case Image _, ImageWith _ -> Optional.empty();
        case ImageOr _, Packages _, HostEnvironment _ ->
            Optional.of("a cluster with isolation container runs images: name one (image)");
      };
    }

    /// What is wrong with it, for whoever wrote it; empty if nothing is.
    default Optional<String> fault() {
      return switch (this) {
        case Image(String name) -> ImageName.fault(name);
        case ImageOr(Image image, Packages _) -> image.fault();
        case ImageWith with -> with.image().fault();
        case Packages _, HostEnvironment _ -> Optional.empty();
      };
    }

    /// What a job finds in a container.
    default Environment inContainers() {
      return switch (this) {
        case ImageOr(Image image, Packages _) -> image;
        case Image _, ImageWith _, Packages _, HostEnvironment _ -> this;
      };
    }
  }

  /// Those of the machine.
  public record HostEnvironment() implements Environment {}

  /// Those of a container image.
  public record Image(String name) implements Environment {}

  /// Those that pip installs.
  ///
  /// @param python the version of Python, as `3.11`; empty for the machine's own
  /// @param requirements lines of a requirements file
  public record Packages(String python, List<String> requirements) implements Environment {
    public Packages {
      requirements = List.copyOf(requirements);
    }
  }

  /// The image's where jobs run in containers, the packages' elsewhere.
  public record ImageOr(Image image, Packages packages) implements Environment {}

  /// Packages on an image, where jobs run in containers.
  ///
  /// @param elsewhere what stands for both where they do not; empty if nothing stands for the image
  public record ImageWith(Image image, Packages packages, Optional<Packages> elsewhere)
      implements Environment {}

  /// What a job reads.
  public sealed interface Input {}

  /// A value that takes the place of its name.
  public record Literal(String value) implements Input {}

  /// Files. `type` and `mode` in Azure's words (`uri_file`, `uri_folder`; `ro_mount`, `download`).
  public record InputFiles(String type, String mode, String uri) implements Input {
    /// Whether it may be a file, or else a folder: a model of one's own may be either.
    public boolean mayBe(boolean isFile) {
      return switch (type) {
        case "custom_model" -> true;
        case "uri_file" -> isFile;
        default -> !isFile;
      };
    }
  }

  /// Files that a job leaves; an empty `uri` means the default place.
  public record Output(String type, String mode, String uri) {}

  /// How the processes of a job on several nodes find each other.
  public sealed interface Distribution {}

  public record NotDistributed() implements Distribution {}

  public record PyTorch(int processesPerNode) implements Distribution {}

  public record TensorFlow(int workers, int parameterServers) implements Distribution {}

  public record Mpi(int processesPerNode) implements Distribution {}

  public Specification {
    variables = Collections.unmodifiableSortedMap(new TreeMap<>(variables));
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
    outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
  }

  public static Specification ofArguments(List<String> arguments, Map<String, String> variables) {
    return of(new Arguments(arguments), variables);
  }

  public static Specification ofShellLine(String line, Map<String, String> variables) {
    return of(new ShellLine(line), variables);
  }

  private static Specification of(Program program, Map<String, String> variables) {
    return new Specification(
        program,
        new TreeMap<>(variables),
        Optional.empty(),
        new HostEnvironment(),
        new TreeMap<>(),
        new TreeMap<>(),
        new NotDistributed(),
        "");
  }

  /// The arguments that are executed, the program first.
  public List<String> toExecute() {
    return switch (program) {
      case Arguments(List<String> arguments) -> arguments;
      case ShellLine(String line) -> List.of("/bin/sh", "-c", line);
    };
  }

  /// The arguments that are executed where these values stand for the names in them.
  public List<String> toExecute(Values values) {
    return toExecute().stream().map(values::fill).toList();
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
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      String name = variable.getKey();
      if (!VARIABLE.matcher(name).matches() || isUnfit(name)) {
        return Optional.of(
            "'%.100s' is no name of a variable: it has letters, digits and '_' and does not begin with a digit"
                .formatted(name));
      }
      if (isUnfit(variable.getValue())) {
        return Optional.of("the variable " + name + " holds a NUL or has more than 128 KiB");
      }
      bytes += bytesOf(name) + bytesOf(variable.getValue());
    }
    return bytes > BYTES_MAX
        ? Optional.of(
            "command and variables have " + bytes + " bytes; at most " + BYTES_MAX + " fit")
        : environment.fault().or(() -> DataFault.of(this));
  }

  /// What is wrong with running it on so many nodes; empty if nothing is.
  public Optional<String> faultOn(int nodes) {
    return switch (distribution) {
      case NotDistributed _ -> Optional.empty();
      case PyTorch(int processes) -> faultOfProcesses(processes);
      case Mpi(int processes) -> faultOfProcesses(processes);
      case TensorFlow(int workers, int servers) ->
          workers < 1 || servers < 0 || workers + servers != nodes
              ? Optional.of(
                  "%d workers and %d parameter servers are not the %d nodes that it has, one for each"
                      .formatted(workers, servers, nodes))
              : Optional.empty();
    };
  }

  private static Optional<String> faultOfProcesses(int processes) {
    return processes < 1 || processes > PROCESSES_MAX
        ? Optional.of(
            "%d processes on each node: there are 1 to %d".formatted(processes, PROCESSES_MAX))
        : Optional.empty();
  }

  private static boolean isUnfit(String text) {
    return text.indexOf('\0') >= 0 || bytesOf(text) > TEXT_BYTES_MAX;
  }

  private static int bytesOf(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /// The same with another environment.
  public Specification withEnvironment(Environment other) {
    return new Specification(
        program, variables, code, other, inputs, outputs, distribution, resource);
  }

  /// The same with other inputs.
  public Specification withInputs(SortedMap<String, Input> other) {
    return new Specification(
        program, variables, code, environment, other, outputs, distribution, resource);
  }

  /// The same with another body to be shown.
  public Specification withResource(String other) {
    return new Specification(
        program, variables, code, environment, inputs, outputs, distribution, other);
  }

  /// The bytes that the hash is of: equal specifications have equal bytes, in any JVM.
  public byte[] canonicalBytes() {
    return SpecificationFormat.write(this);
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
    return SpecificationFormat.read(bytes);
  }

  /// Without what may be private and would end up in logs.
  @Override
  public String toString() {
    return "Specification[" + variables.size() + " variables]";
  }
}
