package ebb.agent.protocol;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A wish to have a process run: everything the agent needs to start it and to end it.
///
/// `arguments` starts with the program; a name without a slash is looked up in the `PATH` of
/// `environment`, which is the whole environment of the task but for the agent's own two marks.
/// `limit` counts from the start, zero means none; `grace` is the time between SIGTERM and SIGKILL
/// when the agent ends the tree by itself. `groups` are folders of control groups of version 1 that
/// the first process is born in. `wrapped` means that the first process only stays around the task,
/// as a sandbox's does: SIGTERM passes it by, for it would end the task at once and leave it no
/// grace.
public record TaskOrder(
    String task,
    List<String> arguments,
    Map<String, String> environment,
    Path workingDirectory,
    Output output,
    Duration limit,
    Duration grace,
    List<Path> groups,
    boolean wrapped) {

  /// An id is a name, not a payload; a listing of all the ids an agent keeps fits in one frame.
  public static final int TASK_BYTES_MAX = 128;

  /// Longer than any machine runs; a larger number is a mistake of units.
  public static final Duration LIMIT_MAX = Duration.ofDays(3_650);

  /// Longer than anybody waits for a checkpoint.
  public static final Duration GRACE_MAX = Duration.ofDays(1);

  /// Linux refuses a single argument or variable of 128 KiB (MAX_ARG_STRLEN); saying so early gives
  /// a better message than E2BIG.
  private static final int TEXT_BYTES_MAX = 131_071;

  public TaskOrder {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    groups = List.copyOf(groups);
  }

  /// An order whose first process is the task's own, in the agent's groups.
  public TaskOrder(
      String task,
      List<String> arguments,
      Map<String, String> environment,
      Path workingDirectory,
      Output output,
      Duration limit,
      Duration grace) {
    this(task, arguments, environment, workingDirectory, output, limit, grace, List.of(), false);
  }

  /// Where the two streams go. Files are created when absent and appended to, never emptied; the
  /// same path twice makes one stream of both. Each file keeps its first `boundBytes` and a notice.
  public record Output(Path stdout, Path stderr, long boundBytes) {}

  /// What is wrong with the order, for whoever wrote it; empty if it can be tried.
  public Optional<String> fault() {
    return faultOf(task)
        .or(this::faultOfProgram)
        .or(this::faultOfEnvironment)
        .or(this::faultOfPaths)
        .or(this::faultOfNumbers);
  }

  /// What is wrong with a task's id; empty if nothing is.
  public static Optional<String> faultOf(String task) {
    if (task.isEmpty()) {
      return Optional.of("the task's id is empty");
    }
    if (bytesOf(task) > TASK_BYTES_MAX) {
      return Optional.of("the task's id has more than " + TASK_BYTES_MAX + " bytes");
    }
    if (task.chars().anyMatch(c -> c < ' ' || c == 127)) {
      return Optional.of("the task's id has a control character");
    }
    return Optional.empty();
  }

  private Optional<String> faultOfProgram() {
    if (arguments.isEmpty() || arguments.getFirst().isEmpty()) {
      return Optional.of("there is no program to run");
    }
    for (int i = 0; i < arguments.size(); i++) {
      if (isUnfit(arguments.get(i))) {
        return Optional.of("argument " + i + " holds a NUL or has more than 128 KiB");
      }
    }
    return Optional.empty();
  }

  /// Names only: a value may be a secret and must not reach a message.
  private Optional<String> faultOfEnvironment() {
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      String name = variable.getKey();
      if (name.isEmpty() || name.indexOf('=') >= 0 || isUnfit(name)) {
        return Optional.of("a name in the environment is empty, or holds '=' or NUL");
      }
      if (isUnfit(variable.getValue())) {
        return Optional.of("the variable " + name + " holds a NUL or has more than 128 KiB");
      }
    }
    return Optional.empty();
  }

  private Optional<String> faultOfPaths() {
    return Stream.concat(
            Stream.of(workingDirectory, output.stdout(), output.stderr()), groups.stream())
        .filter(path -> !path.isAbsolute())
        .findFirst()
        .map(path -> "the path '" + path + "' is not absolute");
  }

  private Optional<String> faultOfNumbers() {
    if (output.boundBytes() <= 0) {
      return Optional.of("the output bound is not positive: " + output.boundBytes());
    }
    if (limit.isNegative() || grace.isNegative()) {
      return Optional.of("the limit or the grace is negative");
    }
    if (limit.compareTo(LIMIT_MAX) > 0 || grace.compareTo(GRACE_MAX) > 0) {
      return Optional.of("the limit is longer than ten years, or the grace than a day");
    }
    return Optional.empty();
  }

  /// About how many bytes of memory the order takes.
  public long weight() {
    long weight = 500 + 2L * workingDirectory.toString().length();
    for (String argument : arguments) {
      weight += 50 + argument.length();
    }
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      weight += 100 + variable.getKey().length() + variable.getValue().length();
    }
    return weight;
  }

  private static boolean isUnfit(String text) {
    return text.indexOf('\0') >= 0 || bytesOf(text) > TEXT_BYTES_MAX;
  }

  private static int bytesOf(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /// Without arguments and environment, which may hold secrets and would end up in logs.
  @Override
  public String toString() {
    return "TaskOrder[" + task + " in " + workingDirectory + "]";
  }
}
