package ebb.agent.serve;

import ebb.agent.protocol.TaskOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Finds an order's program by the task's own `PATH`.
final class ProgramSearch {
  /// What execvp assumes when there is no PATH.
  private static final String PATH_DEFAULT = "/usr/local/bin:/bin:/usr/bin";

  private ProgramSearch() {}

  /// Where the program is; empty if it is not on the path.
  static Optional<String> find(TaskOrder order) {
    String name = order.arguments().getFirst();
    return name.indexOf('/') >= 0 ? Optional.of(name) : onPath(name, order);
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
}
