package ebb.agent.serve;

import ebb.agent.protocol.TaskOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds what to execute for an order: the program by the task's own `PATH`, behind `setpriv` when
/// the task runs as another user.
///
/// `posix_spawn` cannot change the user; `setpriv` does it and then executes the program in its own
/// place, so that pid and exit code are the program's.
final class ProgramSearch {
  /// What execvp assumes when there is no PATH.
  private static final String PATH_DEFAULT = "/usr/local/bin:/bin:/usr/bin";

  private static final List<String> SETPRIV =
      List.of("/usr/bin/setpriv", "/bin/setpriv", "/usr/sbin/setpriv");

  private final Optional<String> setpriv =
      SETPRIV.stream().filter(path -> Files.isExecutable(Path.of(path))).findFirst();

  sealed interface Result {
    record Found(String path, List<String> arguments) implements Result {}

    record Missing(String why) implements Result {}
  }

  Result find(TaskOrder order) {
    String name = order.arguments().getFirst();
    Optional<String> program = name.indexOf('/') >= 0 ? Optional.of(name) : onPath(name, order);
    if (program.isEmpty()) {
      return new Result.Missing("the program '" + name + "' is not on the task's PATH");
    }
    return order
        .owner()
        .map(owner -> as(owner, program.get(), order))
        .orElseGet(() -> new Result.Found(program.get(), order.arguments()));
  }

  private static Optional<String> onPath(String name, TaskOrder order) {
    String path = order.environment().getOrDefault("PATH", PATH_DEFAULT);
    for (String folder : path.split(":", -1)) {
      Path candidate = order.workingDirectory().resolve(folder).resolve(name);
      if (isProgram(candidate)) {
        return Optional.of(candidate.toString());
      }
    }
    return Optional.empty();
  }

  private static boolean isProgram(Path file) {
    return Files.isExecutable(file) && !Files.isDirectory(file);
  }

  private Result as(TaskOrder.Owner owner, String program, TaskOrder order) {
    if (setpriv.isEmpty()) {
      return new Result.Missing("running as another user needs setpriv of util-linux");
    }
    Path file = order.workingDirectory().resolve(program);
    if (!isProgram(file)) {
      return new Result.Missing("the program '" + program + "' cannot be run: it is no executable");
    }
    List<String> arguments = new ArrayList<>();
    arguments.add("setpriv");
    arguments.add("--reuid=" + owner.uid());
    arguments.add("--regid=" + owner.gid());
    arguments.add("--clear-groups");
    arguments.add("--");
    arguments.add(program);
    arguments.addAll(order.arguments().subList(1, order.arguments().size()));
    return new Result.Found(setpriv.get(), arguments);
  }
}
