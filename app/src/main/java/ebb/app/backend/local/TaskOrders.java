package ebb.app.backend.local;

import ebb.agent.protocol.TaskOrder;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.kernel.engine.Backend.StartTask;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Turns what the kernel orders into what the agent is told: the specification's command and
/// environment on a clean base, in folders made for it.
///
/// Nothing of the server's own environment reaches a task: it may hold secrets, and a job must not
/// depend on how a server was started.
final class TaskOrders {
  /// What a login gives on most Linux systems.
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final LocalOptions options;
  private final RunFolders folders;
  private final SpecificationStore specifications;

  TaskOrders(LocalOptions options, RunFolders folders, SpecificationStore specifications) {
    this.options = options;
    this.folders = folders;
    this.specifications = specifications;
  }

  /// Makes the folders and the order; empty if the specification is not there.
  Optional<TaskOrder> prepare(StartTask start) throws IOException {
    Optional<Specification> specification = specifications.find(start.specHash());
    if (specification.isEmpty()) {
      return Optional.empty();
    }
    RunFolders.Run run = folders.run(start.job(), start.attemptNumber(), start.task().rank());
    folders.prepare(run);
    @Nullable TaskUser user = options.user();
    return Optional.of(
        new TaskOrder(
            new AgentTask(start.task(), start.node()).text(),
            specification.get().toExecute(),
            environment(start, specification.get(), run),
            run.workingDirectory(),
            new TaskOrder.Output(run.stdout(), run.stderr(), options.outputBoundBytes()),
            Duration.ofMillis(start.limitMillis()),
            Duration.ofMillis(start.graceMillis()),
            Optional.ofNullable(user).map(u -> new TaskOrder.Owner(u.uid(), u.gid()))));
  }

  /// The specification may replace the base, but not what tells a task who it is.
  private static Map<String, String> environment(
      StartTask start, Specification specification, RunFolders.Run run) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", PATH);
    environment.put("HOME", run.workingDirectory().toString());
    environment.put("LANG", "C.UTF-8");
    environment.put("TZ", "UTC");
    environment.putAll(specification.variables());
    environment.put("EBB_JOB_NAME", start.jobName());
    environment.put("EBB_NODE_RANK", String.valueOf(start.task().rank()));
    environment.put("EBB_NODE_COUNT", String.valueOf(start.nodes().size()));
    return environment;
  }
}
