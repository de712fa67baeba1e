package ebb.agent.serve;

import ebb.agent.posix.CannotLook;
import ebb.agent.posix.ProcessStat;
import ebb.agent.posix.ProcessTable;
import ebb.agent.posix.Processes;
import ebb.agent.protocol.Cause;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.Usage;
import ebb.agent.record.RecordFile;
import ebb.agent.record.RecordedTasks;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Clears what a dead agent left: a new one begins with nothing alive and everything accounted for.
///
/// Exit codes went with the dead parent, so whatever was unended is lost, whether it still runs or
/// not. What runs is found by the mark in its environment, by the session of a recorded main
/// process (pid, start time and boot id agree), and by descent from either.
public final class Aftermath {
  /// Servers wait for the new agent, so a task's own grace counts only up to this.
  private static final Duration GRACE_MAX = Duration.ofSeconds(10);

  /// After this long of SIGKILL the agent starts all the same and says what remains.
  private static final Duration KILL_MAX = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(10);

  private final RecordFile record;
  private final RecordedTasks tasks;
  private final Collection<RecordedTasks.Unended> unended;
  private final String bootId;
  private final AgentTime time;
  private final WantPause want;
  private final ProcessTable processes = new ProcessTable();

  public Aftermath(
      RecordFile record, RecordedTasks tasks, String bootId, AgentTime time, AgentLog log) {
    this.record = record;
    this.tasks = tasks;
    this.unended = List.copyOf(tasks.unended().values());
    this.bootId = bootId;
    this.time = time;
    this.want = new WantPause(time, log);
  }

  /// Stops every process that is left and writes down the end of every task; returns how many tasks
  /// were lost.
  public int clear() throws InterruptedException {
    int remaining = stopAll();
    for (RecordedTasks.Unended task : unended) {
      if (remaining > 0) {
        record.append(task.task(), new Fact.TreeRemains(remaining));
      }
      tasks.ended(task.task(), record.append(task.task(), lost(task)));
    }
    return unended.size();
  }

  private Fact.Exited lost(RecordedTasks.Unended task) {
    String boot = task.started().map(Fact.Started::bootId).orElse(bootId);
    String why =
        boot.equals(bootId)
            ? "the agent died; what was left of the task was stopped"
            : "the machine was restarted";
    return new Fact.Exited(time.now(), new ExitStatus.Unknown(), Cause.LOST, why, Usage.UNKNOWN);
  }

  /// Returns how many processes outlived everything. Time in which they cannot be looked at is
  /// nobody's grace and wears out no patience.
  private int stopAll() throws InterruptedException {
    List<ProcessStat> left = findInTheEnd();
    Set<ProcessStat> warned = new HashSet<>();
    long killAt = time.nanoTime() + grace().toNanos();
    while (!left.isEmpty() && time.nanoTime() - killAt < KILL_MAX.toNanos()) {
      long begin = time.nanoTime();
      try {
        press(left, warned, begin - killAt >= 0);
        Thread.sleep(PAUSE);
        left = find();
      } catch (CannotLook e) {
        want.after(e);
        killAt += time.nanoTime() - begin;
      }
    }
    return left.size();
  }

  private List<ProcessStat> findInTheEnd() throws InterruptedException {
    while (true) {
      try {
        return find();
      } catch (CannotLook e) {
        want.after(e);
      }
    }
  }

  private void press(List<ProcessStat> left, Set<ProcessStat> warned, boolean kill) {
    for (ProcessStat process : left) {
      if (kill) {
        signal(process, Processes.SIGKILL);
      } else if (!warned.contains(process)) {
        signal(process, Processes.SIGTERM);
        signal(process, Processes.SIGCONT);
        warned.add(process); // only now: a signal that could not be sent is sent later
      }
    }
  }

  private void signal(ProcessStat process, int signal) {
    Processes.signal(process, signal, processes);
  }

  private Duration grace() {
    Duration longest = Duration.ZERO;
    for (RecordedTasks.Unended task : unended) {
      Duration grace = task.claimed().grace();
      longest = grace.compareTo(longest) > 0 ? grace : longest;
    }
    return longest.compareTo(GRACE_MAX) > 0 ? GRACE_MAX : longest;
  }

  private List<ProcessStat> find() {
    Forest forest = Forest.look(processes);
    Set<Integer> sessions = recordedSessions(forest);
    Map<Integer, ProcessStat> found = new HashMap<>();
    for (ProcessStat process : forest.processes().values()) {
      if (isOurs(process)) {
        sessions.add(process.session());
        forest.treeOf(process).forEach(member -> found.put(member.pid(), member));
      }
    }
    sessions.remove(ownSession());
    for (ProcessStat process : forest.processes().values()) {
      if (sessions.contains(process.session())) {
        forest.treeOf(process).forEach(member -> found.put(member.pid(), member));
      }
    }
    found.remove((int) ProcessHandle.current().pid());
    return List.copyOf(found.values());
  }

  /// Never the agent's own, should it have been started from within a task.
  private int ownSession() {
    int pid = (int) ProcessHandle.current().pid();
    return processes.stat(pid).map(ProcessStat::session).orElse(pid);
  }

  private boolean isOurs(ProcessStat process) {
    return !process.dead()
        && process.pid() != ProcessHandle.current().pid()
        && processes
            .variable(process.pid(), Spawner.AGENT_MARK)
            .filter(record.agent()::equals)
            .isPresent();
  }

  /// Sessions whose leader is alive and is the recorded process: another one may have its pid
  /// today.
  private Set<Integer> recordedSessions(Forest forest) {
    Set<Integer> sessions = new HashSet<>();
    for (RecordedTasks.Unended task : unended) {
      Optional<Fact.Started> started = task.started().filter(s -> s.bootId().equals(bootId));
      started
          .map(s -> forest.processes().get(s.pid()))
          .filter(leader -> leader.startTicks() == started.get().startTicks())
          .ifPresent(leader -> sessions.add(leader.pid()));
    }
    return sessions;
  }
}
