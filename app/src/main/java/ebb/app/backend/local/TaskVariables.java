package ebb.app.backend.local;

import ebb.app.specification.JobVariables;
import ebb.app.specification.Specification;
import ebb.app.specification.Specification.Mpi;
import ebb.app.specification.Specification.NotDistributed;
import ebb.app.specification.Specification.PyTorch;
import ebb.app.specification.Specification.TensorFlow;
import ebb.app.specification.Values;
import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The environment of a task: a clean base, what the specification says, and, over both, what tells
/// the task who it is and where the others of its job are. The names are those that Azure gives its
/// jobs, and those that PyTorch, TensorFlow and Open MPI read.
///
/// Nothing of the server's own environment reaches a task: it may hold secrets, and a job must not
/// depend on how a server was started.
final class TaskVariables {
  /// What a login gives on most Linux systems.
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /// All nodes of a local cluster are this machine.
  private static final String HOST = "127.0.0.1";

  private final Map<String, String> variables = new TreeMap<>();
  private final int nodes;
  private final int rank;

  private TaskVariables(StartTask start) {
    this.nodes = start.nodes().size();
    this.rank = start.task().rank();
  }

  /// How many ports the tasks of an attempt need to find each other.
  static int ports(Specification specification, int nodes) {
    return switch (specification.distribution()) {
      case NotDistributed _ -> nodes > 1 ? 1 : 0;
      case PyTorch _, Mpi _ -> 1;
      case TensorFlow _ -> nodes;
    };
  }

  /// How many processes of the command there are on each node.
  static int processes(Specification specification) {
    return switch (specification.distribution()) {
      case NotDistributed _, TensorFlow _ -> 1;
      case PyTorch(int processes) -> processes;
      case Mpi(int processes) -> processes;
    };
  }

  /// Where a task is.
  ///
  /// @param variables the specification's, with the values of secrets
  /// @param workspace empty if the job is not known any more
  /// @param port the first of its attempt's ports, 0 if it has none
  record Place(
      Path folder,
      Map<String, String> variables,
      Values values,
      Optional<Scope> workspace,
      int port) {}

  static Map<String, String> of(StartTask start, Specification specification, Place place) {
    TaskVariables task = new TaskVariables(start);
    task.put("PATH", PATH);
    task.put("HOME", place.folder().toString());
    task.put("LANG", "C.UTF-8");
    task.put("TZ", "UTC");
    task.variables.putAll(place.variables());
    task.variables.putAll(JobVariables.task(start.jobName(), task.rank, task.nodes));
    place
        .workspace()
        .ifPresent(scope ->
            task.variables.putAll(
                JobVariables.workspace(scope.subscription(), scope.group(), scope.workspace())));
    task.variables.putAll(JobVariables.data(place.values()));
    int port = place.port();
    if (port != 0) {
      task.meeting(port, processes(specification));
      switch (specification.distribution()) {
        case NotDistributed _, PyTorch _ -> {}
        case Mpi _ -> task.mpi(port, processes(specification));
        case TensorFlow(int workers, int _) ->
            task.put("TF_CONFIG", task.tensorFlow(port, workers));
      }
    }
    return task.variables;
  }

  private void put(String name, String value) {
    variables.put(name, value);
  }

  private void put(String name, int value) {
    variables.put(name, String.valueOf(value));
  }

  /// As `torch.distributed` reads it with `env://`. Where several processes run on a node, the
  /// [Launcher] gives each its own RANK and LOCAL_RANK.
  private void meeting(int port, int processes) {
    put("MASTER_ADDR", HOST);
    put("MASTER_PORT", port);
    put("NODE_RANK", rank);
    put("WORLD_SIZE", nodes * processes);
    put("LOCAL_WORLD_SIZE", processes);
    put("RANK", rank * processes);
    put("LOCAL_RANK", 0);
  }

  /// Azure's names for the first node, and Open MPI's for the ranks: scripts read them to fill in
  /// MASTER_ADDR and RANK themselves.
  private void mpi(int port, int processes) {
    put("AZ_BATCHAI_MPI_MASTER_NODE", HOST);
    put("AZ_BATCH_MASTER_NODE", HOST + ":" + port);
    put("OMPI_COMM_WORLD_SIZE", nodes * processes);
    put("OMPI_COMM_WORLD_LOCAL_SIZE", processes);
    put("OMPI_COMM_WORLD_RANK", rank * processes);
    put("OMPI_COMM_WORLD_LOCAL_RANK", 0);
  }

  /// The first tasks are workers, the rest parameter servers; each has a port of its own.
  private String tensorFlow(int port, int workers) {
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      addresses.add("\"" + HOST + ":" + (port + i) + "\"");
    }
    String cluster = "\"worker\":[" + String.join(",", addresses.subList(0, workers)) + "]";
    if (workers < nodes) {
      cluster += ",\"ps\":[" + String.join(",", addresses.subList(workers, nodes)) + "]";
    }
    boolean isWorker = rank < workers;
    return "{\"cluster\":{%s},\"task\":{\"type\":\"%s\",\"index\":%d}}"
        .formatted(cluster, isWorker ? "worker" : "ps", isWorker ? rank : rank - workers);
  }
}
