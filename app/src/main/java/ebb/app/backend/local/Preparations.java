package ebb.app.backend.local;

import ebb.agent.protocol.TaskOrder;
import ebb.app.specification.Specification;
import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.TaskEnd;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What is made ready for tasks before the agent is told to start them: at once where that is
/// quick, else beside everything else, on a thread of its own for each task.
///
/// Whether a task is still wanted when it is ready is for the caller to see. Used by one thread.
final class Preparations {
  /// What became of a preparation.
  sealed interface Outcome {}

  record Ready(TaskOrder order) implements Outcome {}

  record Not(TaskEnd end, String why) implements Outcome {}

  private final TaskOrders orders;
  private final Consumer<InstructionThread.Item> later;
  private final Map<LocalTask, Thread> underWay = new HashMap<>();

  /// `later` takes what is ready later.
  Preparations(TaskOrders orders, Consumer<InstructionThread.Item> later) {
    this.orders = orders;
    this.later = later;
  }

  /// Begins, unless it is under way; what is ready at once is returned.
  Optional<Outcome> begin(LocalTask task, StartTask start) {
    if (underWay.containsKey(task)) {
      return Optional.empty();
    }
    Optional<Specification> found;
    try {
      found = orders.find(start);
    } catch (IOException e) {
      return Optional.of(failed(e));
    }
    if (found.isEmpty()) {
      return Optional.of(
          new Not(
              TaskEnd.REFUSED,
              "its specification " + start.specHash() + " is not there: submit the job again"));
    }
    Specification specification = found.get();
    if (!TaskOrders.takesLong(specification)) {
      return Optional.of(prepare(start, specification));
    }
    underWay.put(
        task,
        Thread.ofVirtual()
            .name("prepare-" + task.name.text())
            .start(() ->
                later.accept(new InstructionThread.Prepared(task, prepare(start, specification)))));
    return Optional.empty();
  }

  private Outcome prepare(StartTask start, Specification specification) {
    try {
      return new Ready(orders.prepare(start, specification));
    } catch (CannotPrepare cannot) {
      return new Not(TaskEnd.REFUSED, String.valueOf(cannot.getMessage()));
    } catch (IOException | RuntimeException e) {
      return failed(e);
    }
  }

  private static Outcome failed(Exception e) {
    return new Not(TaskEnd.LOST, "it could not be prepared: " + why(e));
  }

  /// The words that it was thrown with; what it is, where it has none or they are a mere name.
  private static String why(Exception e) {
    boolean isName =
        e instanceof UnknownHostException
            || (e instanceof FileSystemException file && file.getReason() == null);
    String message = e.getMessage();
    return e instanceof IOException && message != null && !isName ? message : e.toString();
  }

  /// The task's preparation has come back.
  void ended(LocalTask task) {
    underWay.remove(task);
  }

  /// The task is not wanted any more.
  void cancel(LocalTask task) {
    Thread thread = underWay.get(task);
    if (thread != null) {
      thread.interrupt();
    }
  }

  void cancelAll() {
    underWay.values().forEach(Thread::interrupt);
  }
}
