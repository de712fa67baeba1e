package ebb.agent.serve;

import ebb.agent.posix.Child;
import ebb.agent.posix.ProcessStat;
import ebb.agent.protocol.Cause;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.TaskOrder;
import ebb.agent.protocol.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A task that has not ended. Guarded by the lock of the [TaskTable].
final class Task {
  /// Where a task stands; each phase but RUNNING without a limit has a deadline: spawning ends with
  /// the call, closing ends with SIGKILL and then a [Fact.TreeRemains].
  enum Phase {
    /// Claimed; no spawner has taken it.
    WAITING,
    /// A spawner is starting it.
    SPAWNING,
    /// Its main process lives, or has ended unseen.
    RUNNING,
    /// Its main process is gone; its tree may not be.
    CLOSING
  }

  /// Why and how a task is brought to its end.
  record Ending(Cause cause, String why, Duration grace) {}

  final String id;
  final Instant since;
  final Duration limit;
  final Duration grace;
  final List<OutputFile> outputs;

  /// Its main process only stays around it.
  final boolean wrapped;

  /// Dropped when the process runs: it holds the environment.
  private Optional<TaskOrder> order;

  Phase phase = Phase.WAITING;
  int pid;
  long startTicks = -1;
  long spawnedNanos;
  Optional<Ending> ending = Optional.empty();
  final StopProgress stop = new StopProgress();

  /// Of a wrapped task, the process that the task's own descend from; 0 as long as nobody saw it.
  int innerPid;

  long innerStartTicks;

  /// The main process is gone and the inner one not yet taken, which knows what was used.
  boolean awaitsInner;

  private ExitStatus status = new ExitStatus.Unknown();
  private Usage usage = Usage.UNKNOWN;
  private Instant observed = Instant.EPOCH;
  private boolean endedByUs;
  long endedNanos;

  private boolean over;

  Task(TaskOrder order, Instant since) {
    this.id = order.task();
    this.since = since;
    this.limit = order.limit();
    this.grace = order.grace();
    this.wrapped = order.wrapped();
    this.order = Optional.of(order);
    this.outputs = outputsOf(order.output());
  }

  private static List<OutputFile> outputsOf(TaskOrder.Output output) {
    OutputFile stdout = new OutputFile(output.stdout(), output.boundBytes());
    return output.stdout().equals(output.stderr())
        ? List.of(stdout)
        : List.of(stdout, new OutputFile(output.stderr(), output.boundBytes()));
  }

  /// When the limit is reached, if there is one.
  long limitNanos() {
    return spawnedNanos + limit.toNanos();
  }

  TaskOrder order() {
    return order.orElseThrow();
  }

  void started(int pid, long startTicks) {
    this.pid = pid;
    this.startTicks = startTicks;
    this.phase = Phase.RUNNING;
    this.order = Optional.empty();
  }

  /// What the main process of a wrapped task used is the wrapping's: it does not wait for the inner
  /// one.
  void mainEnded(Child child, long ownPeakKib, Instant at, long nanos) {
    status = child.status();
    Usage its = child.usage();
    if (!wrapped) {
      long peakKib = its.peakMemoryKib() > ownPeakKib ? its.peakMemoryKib() : 0;
      usage = new Usage(its.user(), its.system(), peakKib, its.bytesRead(), its.bytesWritten());
    }
    observed = at;
    endedNanos = nanos;
    endedByUs = stop.warned;
    phase = Phase.CLOSING;
  }

  void innerEnded(Child child) {
    usage = child.usage();
    awaitsInner = false;
  }

  /// True once: whoever gets it writes down the end.
  boolean takeEnd() {
    boolean first = !over;
    over = true;
    return first;
  }

  boolean isOver() {
    return over;
  }

  /// A task that ended between the wish to stop it and the first signal ended by itself.
  Fact.Exited exited() {
    return ending
        .filter(_ -> endedByUs)
        .map(why -> new Fact.Exited(observed, status, why.cause(), why.why(), usage))
        .orElseGet(() -> new Fact.Exited(observed, status, Cause.EXITED, "", usage));
  }

  /// How far the whole-tree stop has come.
  static final class StopProgress {
    boolean warned;
    long killAtNanos;
    long lookAtNanos;
    long pauseNanos;
    boolean remainsTold;

    /// How often to ask cheaply whether anything is left, before a scan.
    int checksLeft;

    final Set<ProcessStat> warnedProcesses = new HashSet<>();
  }
}
