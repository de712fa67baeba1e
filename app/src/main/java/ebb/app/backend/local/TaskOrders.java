package ebb.app.backend.local;

import ebb.agent.protocol.TaskOrder;
import ebb.app.code.CodeStore;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Turns what the kernel orders into what the agent is told: the specification's command with its
/// [TaskVariables], in folders made for it.
final class TaskOrders {
  private final LocalOptions options;
  private final RunFolders folders;
  private final SpecificationStore specifications;
  private final CodeStore code;
  private final Function<JobId, Optional<Scope>> workspaces;

  TaskOrders(LocalOptions options, RunFolders folders, LocalBackend.Stores stores) {
    this.options = options;
    this.folders = folders;
    this.specifications = stores.specifications();
    this.code = stores.code();
    this.workspaces = stores.workspaces();
  }

  /// What is to be run; empty if it is not there.
  Optional<Specification> find(StartTask start) throws IOException {
    return specifications.find(start.specHash());
  }

  /// Whether making the order may take long: then it is made beside everything else.
  static boolean takesLong(Specification specification) {
    return specification.code().isPresent();
  }

  /// Makes the folders and the order.
  ///
  /// @throws CannotPrepare if the job asks for something that cannot be given
  TaskOrder prepare(StartTask start, Specification specification)
      throws IOException, CannotPrepare {
    int rank = start.task().rank();
    RunFolders.Run run = folders.run(start.job(), start.attemptNumber(), rank);
    try {
      folders.prepare(
          start.job(), start.attemptNumber(), rank, folder -> fill(specification, folder));
    } catch (CodeMissing missing) {
      throw new CannotPrepare(
          "its code " + missing.getMessage() + " is not there any more: submit it again");
    }
    @Nullable TaskUser user = options.user();
    return new TaskOrder(
        new AgentTask(start.task(), start.node()).text(),
        command(specification),
        TaskVariables.of(
            start,
            specification,
            run.workingDirectory().toString(),
            workspaces.apply(start.job()),
            port(start, specification, run)),
        run.workingDirectory(),
        new TaskOrder.Output(run.stdout(), run.stderr(), options.outputBoundBytes()),
        Duration.ofMillis(start.limitMillis()),
        Duration.ofMillis(start.graceMillis()),
        Optional.ofNullable(user).map(u -> new TaskOrder.Owner(u.uid(), u.gid())));
  }

  private static List<String> command(Specification specification) {
    int processes = TaskVariables.processes(specification);
    return processes == 1
        ? specification.toExecute()
        : Launcher.of(processes, specification.toExecute());
  }

  private static int port(StartTask start, Specification specification, RunFolders.Run run)
      throws IOException {
    int ports = TaskVariables.ports(specification, start.nodes().size());
    Path file =
        run.workingDirectory().resolveSibling("attempt-" + start.attemptNumber() + ".ports");
    return ports == 0 ? 0 : AttemptPorts.choose(file, start.task().attempt().value(), ports);
  }

  private void fill(Specification specification, Path folder) throws IOException {
    if (specification.code().isPresent()) {
      String hash = specification.code().get();
      if (!code.has(hash)) {
        throw new CodeMissing(hash);
      }
      code.unpack(hash, folder);
    }
  }

  private static final class CodeMissing extends IOException {
    private static final long serialVersionUID = 1;

    CodeMissing(String hash) {
      super(hash);
    }
  }
}
