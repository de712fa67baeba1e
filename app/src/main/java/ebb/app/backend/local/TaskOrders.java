package ebb.app.backend.local;

import ebb.agent.protocol.TaskOrder;
import ebb.app.code.CodeStore;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.kernel.engine.Backend.StartTask;
import java.io.IOException;
import java.nio.file.Path;
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
  private final CodeStore code;

  TaskOrders(
      LocalOptions options, RunFolders folders, SpecificationStore specifications, CodeStore code) {
    this.options = options;
    this.folders = folders;
    this.specifications = specifications;
    this.code = code;
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
        specification.toExecute(),
        environment(start, specification, run),
        run.workingDirectory(),
        new TaskOrder.Output(run.stdout(), run.stderr(), options.outputBoundBytes()),
        Duration.ofMillis(start.limitMillis()),
        Duration.ofMillis(start.graceMillis()),
        Optional.ofNullable(user).map(u -> new TaskOrder.Owner(u.uid(), u.gid())));
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
