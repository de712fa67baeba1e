package ebb.agent.serve;

import ebb.agent.posix.CannotLook;
import ebb.agent.posix.ProcessStat;
import ebb.agent.posix.ProcessTable;
import ebb.agent.posix.SpawnCall;
import ebb.agent.posix.ThreadGroups;
import ebb.agent.protocol.TaskOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A thread that starts waiting tasks, one at a time. Two of them keep two calls under way: a call
/// returns only when the program has been loaded, and the other core need not wait for that.
final class Spawner implements Runnable {
  /// Marks every process of a task: the names of the agent's record and of the task. They are how a
  /// new agent finds what a dead one left, and how a daemon that left session and parent is known.
  static final String AGENT_MARK = "EBB_AGENT";

  static final String TASK_MARK = "EBB_TASK";

  private final TaskTable table;
  private final Offspring offspring;
  private final Endings endings;
  private final SpawnCall call = new SpawnCall();
  private final ThreadGroups groups = new ThreadGroups();
  private final ProcessTable processes = new ProcessTable();
  private final String agent;

  Spawner(TaskTable table, Offspring offspring, Endings endings) {
    this.table = table;
    this.offspring = offspring;
    this.endings = endings;
    this.agent = table.record.agent();
  }

  @Override
  public void run() {
    try {
      while (true) {
        spawnNext();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void spawnNext() throws InterruptedException {
    Task task;
    long flight;
    table.lock.lock();
    try {
      while (table.waiting.isEmpty()) {
        table.spawnerWork.await();
      }
      task = table.nextWaiting();
      flight = offspring.spawning(task);
    } finally {
      table.lock.unlock();
    }
    Attempt attempt = attempt(task.order());
    List<Task> gone;
    table.lock.lock();
    try {
      gone =
          switch (attempt) {
            case Attempt.Runs(int pid, long ticks) -> offspring.spawned(task, pid, ticks, flight);
            case Attempt.Fails(String why) -> offspring.notSpawned(task, why, flight);
          };
    } finally {
      table.lock.unlock();
    }
    endings.of(gone);
  }

  private sealed interface Attempt {
    record Runs(int pid, long startTicks) implements Attempt {}

    record Fails(String why) implements Attempt {}
  }

  private Attempt attempt(TaskOrder order) throws InterruptedException {
    try {
      return attemptTo(order);
    } catch (InvalidPathException e) {
      return new Attempt.Fails("a path cannot be used: " + e.getMessage());
    }
  }

  private Attempt attemptTo(TaskOrder order) throws InterruptedException {
    Optional<String> program = ProgramSearch.find(order);
    if (program.isEmpty()) {
      return new Attempt.Fails(
          "the program '" + order.arguments().getFirst() + "' is not on the task's PATH");
    }
    int pid;
    try {
      groups.enter(order.groups());
    } catch (IOException e) {
      return new Attempt.Fails("a control group cannot be entered: " + e.getMessage());
    }
    try {
      pid = call.spawn(program(program.get(), order));
    } finally {
      groups.leave(order.groups());
    }
    return pid > 0
        ? new Attempt.Runs(pid, startTicksOf(pid))
        : new Attempt.Fails(explain(order, SpawnCall.wordsFor(pid)));
  }

  private SpawnCall.Program program(String path, TaskOrder order) {
    return new SpawnCall.Program(
        path,
        order.arguments(),
        environmentOf(order),
        order.workingDirectory(),
        order.output().stdout(),
        order.output().stderr());
  }

  private long startTicksOf(int pid) throws InterruptedException {
    while (true) {
      try {
        return processes.stat(pid).map(ProcessStat::startTicks).orElse(-1L);
      } catch (CannotLook later) {
        Thread.sleep(WantPause.LENGTH);
      }
    }
  }

  /// The marks come first, where a reader of a huge environment still finds them.
  private List<String> environmentOf(TaskOrder order) {
    List<String> environment = new ArrayList<>(order.environment().size() + 2);
    environment.add(AGENT_MARK + "=" + agent);
    environment.add(TASK_MARK + "=" + order.task());
    for (Map.Entry<String, String> variable : order.environment().entrySet()) {
      if (!variable.getKey().equals(AGENT_MARK) && !variable.getKey().equals(TASK_MARK)) {
        environment.add(variable.getKey() + "=" + variable.getValue());
      }
    }
    return environment;
  }

  /// The call gives one error for all its steps; the step is found by looking.
  private static String explain(TaskOrder order, String words) {
    if (!Files.isDirectory(order.workingDirectory())) {
      return "the working directory " + order.workingDirectory() + " is not a folder: " + words;
    }
    for (var path : List.of(order.output().stdout(), order.output().stderr())) {
      if (!Files.isRegularFile(path) || !Files.isWritable(path)) {
        return "the output file " + path + " cannot be written: " + words;
      }
    }
    return "the program '" + order.arguments().getFirst() + "' cannot be run: " + words;
  }
}
