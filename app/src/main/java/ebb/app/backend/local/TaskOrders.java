package ebb.app.backend.local;

import ebb.agent.protocol.TaskOrder;
import ebb.app.data.DataRefused;
import ebb.app.environment.Prelude;
import ebb.app.secrets.SecretRefused;
import ebb.app.secrets.Secrets;
import ebb.app.specification.Specification;
import ebb.app.specification.Specification.Environment;
import ebb.app.specification.SpecificationStore;
import ebb.app.specification.Values;
import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Turns what the kernel orders into what the agent is told: the specification's command with its
/// [TaskVariables], in folders made for it.
final class TaskOrders {
  private final LocalOptions options;
  private final Wrapping wrapping;
  private final RunFolders folders;
  private final SpecificationStore specifications;
  private final TaskFiles data;
  private final Secrets secrets;
  private final Function<JobId, Optional<Scope>> workspaces;

  TaskOrders(LocalOptions options, RunFolders folders, LocalBackend.Stores stores) {
    this.options = options;
    this.wrapping = options.confines().wrapping();
    this.folders = folders;
    this.specifications = stores.specifications();
    this.data = new TaskFiles(stores.sources());
    this.secrets = stores.secrets();
    this.workspaces = stores.workspaces();
  }

  /// What is to be run; empty if it is not there.
  Optional<Specification> find(StartTask start) throws IOException {
    return specifications.find(start.specHash());
  }

  /// Whether making the order may take long: then it is made beside everything else.
  static boolean takesLong(Specification specification) {
    return specification.code().isPresent()
        || specification.inputs().values().stream()
            .anyMatch(input -> input instanceof Specification.InputFiles)
        || specification.outputs().values().stream().anyMatch(output -> !output.uri().isEmpty());
  }

  /// Makes the folders and the order.
  ///
  /// @throws CannotPrepare if the job asks for something that cannot be given
  TaskOrder prepare(StartTask start, Specification specification)
      throws IOException, CannotPrepare {
    int rank = start.task().rank();
    RunFolders.Run run = folders.run(start.job(), start.attemptNumber(), rank);
    Optional<Scope> workspace = workspaces.apply(start.job());
    Scope scope = workspace.orElse(Scope.ALL);
    Environment environment = environment(start, specification);
    @Nullable TaskUser user = options.confines().users().of(start.submitter());
    folders.prepare(
        start.job(),
        start.attemptNumber(),
        rank,
        user,
        folder -> data.fill(specification, scope, user, folder));
    if (start.confinement().isolation() != Isolation.NONE) {
      folders.makeTemporary(run, user);
    }
    Values values = values(specification, scope, run.workingDirectory());
    String name = new AgentTask(start.task(), start.node()).text();
    Wrapping.Wrapped wrapped =
        wrapping.wrap(
            start.confinement(),
            new Sandbox.Own(
                run.workingDirectory(),
                run.temporary(),
                mounts(specification, environment, scope, user),
                start.confinement().network()),
            environment,
            new Wrapping.Bare(
                name,
                user,
                command(specification, environment, values, user),
                TaskVariables.of(
                    start,
                    specification,
                    new TaskVariables.Place(
                        run.workingDirectory(),
                        variables(specification, scope),
                        values,
                        workspace,
                        port(start, specification, run)))));
    return new TaskOrder(
        name,
        wrapped.arguments(),
        wrapped.variables(),
        run.workingDirectory(),
        new TaskOrder.Output(run.stdout(), run.stderr(), options.outputBoundBytes()),
        Duration.ofMillis(start.limitMillis()),
        Duration.ofMillis(start.graceMillis()),
        wrapped.groups(),
        wrapped.isAround());
  }

  private List<Sandbox.Mount> mounts(
      Specification specification,
      Environment environment,
      Scope workspace,
      @Nullable TaskUser user)
      throws IOException, CannotPrepare {
    try {
      List<Sandbox.Mount> mounts = new ArrayList<>(data.mounts(specification, workspace));
      if (packages(environment).isPresent()) {
        mounts.add(new Sandbox.Mount(folders.environments(user), true));
      }
      return mounts;
    } catch (DataRefused refused) {
      throw new CannotPrepare(refused.why());
    }
  }

  private Values values(Specification specification, Scope workspace, Path folder)
      throws CannotPrepare {
    try {
      return new Values(
          data.inputs(specification, workspace, folder),
          data.outputs(specification, workspace, folder));
    } catch (DataRefused refused) {
      throw new CannotPrepare(refused.why());
    }
  }

  private SortedMap<String, String> variables(Specification specification, Scope workspace)
      throws CannotPrepare {
    try {
      return secrets.resolve(specification.variables(), workspace);
    } catch (SecretRefused refused) {
      throw new CannotPrepare(refused.why());
    }
  }

  private List<String> command(
      Specification specification, Environment environment, Values values, @Nullable TaskUser user)
      throws IOException {
    int processes = TaskVariables.processes(specification);
    List<String> command = specification.toExecute(values);
    List<String> launched = processes == 1 ? command : Launcher.of(processes, command);
    Optional<Specification.Packages> packages = packages(environment);
    String image = environment instanceof Specification.ImageWith with ? with.image().name() : "";
    return packages.isPresent()
        ? Prelude.before(packages.get(), image, folders.environments(user), launched)
        : launched;
  }

  /// What is to be installed before the command.
  private static Optional<Specification.Packages> packages(Environment environment) {
    return switch (environment) {
      case Specification.Packages packages -> Optional.of(packages);
      case Specification.ImageWith with -> Optional.of(with.packages());
      case Specification.Image _, Specification.ImageOr _, Specification.HostEnvironment _ ->
          Optional.empty();
    };
  }

  /// What the task finds: of two ways to the same, the one that its isolation can go.
  private static Environment environment(StartTask start, Specification specification) {
    Environment environment = specification.environment();
    return start.confinement().isolation() == Isolation.CONTAINER
        ? environment.inContainers()
        : environment.outsideContainers();
  }

  private static int port(StartTask start, Specification specification, RunFolders.Run run)
      throws IOException {
    int ports = TaskVariables.ports(specification, start.nodes().size());
    Path file =
        run.workingDirectory().resolveSibling("attempt-" + start.attemptNumber() + ".ports");
    return ports == 0 ? 0 : AttemptPorts.choose(file, start.task().attempt().value(), ports);
  }
}
