package ebb.agent.serve;

import ebb.agent.posix.ProcessTable;
import ebb.agent.posix.Processes;
import ebb.agent.record.Bookkeeping;
import ebb.agent.record.RecordFile;
import ebb.agent.record.RecordedTasks;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// A running agent, put together.
public final class Agent {
  /// Two calls of `posix_spawn` under way fill two cores; a third was measured to add little.
  private static final int SPAWNERS = 2;

  /// Each task has its own grace; this is for SIGKILL to do its work after the longest.
  private static final Duration END_PATIENCE = Duration.ofMinutes(10);

  /// The agent's own stacks are shallow.
  private static final long STACK_BYTES = 512 * 1024;

  /// The exit code of a bug: the next agent accounts for what runs.
  private static final int EX_SOFTWARE = 70;

  private final TaskTable table;
  private final RecordFile record;
  private final AgentLog log;
  private final String bootId = ProcessTable.bootId();
  private final AtomicBoolean ended = new AtomicBoolean();
  private String installation;

  public Agent(RecordFile record, RecordedTasks tasks, AgentTime time, AgentLog log) {
    this.record = record;
    this.log = log;
    this.installation = tasks.installation();
    this.table = new TaskTable(record, tasks, time);
  }

  /// Starts the threads that start, reap and stop. The process becomes a subreaper before the first
  /// task can exist.
  public void begin() {
    Processes.adoptOrphans();
    int pid = (int) ProcessHandle.current().pid();
    RecentSpawns recent = new RecentSpawns();
    Offspring offspring = new Offspring(table, pid, recent);
    Endings endings = new Endings(table, log);
    TreeStop trees = new TreeStop(table, offspring, new Ownership(table, recent, pid), log);
    for (int i = 1; i <= SPAWNERS; i++) {
      thread("spawner-" + i, new Spawner(table, offspring, endings)).start();
    }
    thread("reaper", new Reaper(table, offspring, endings)).start();
    thread("warden", new Warden(table, trees, endings, log)).start();
  }

  /// A thread without which the agent is broken: if it fails, the agent ends at once, and its
  /// successor stops what runs and calls it lost.
  Thread thread(String name, Runnable work) {
    return Thread.ofPlatform()
        .name(name)
        .daemon()
        .stackSize(STACK_BYTES)
        .uncaughtExceptionHandler((_, e) -> {
          log.say("a bug ended the agent: " + e);
          e.printStackTrace();
          Runtime.getRuntime().halt(EX_SOFTWARE);
        })
        .unstarted(work);
  }

  /// Ends the agent if no task lives, or if `stopTasks` all are to be stopped first; false if one
  /// lives that may not be. Comes back when the record is complete.
  public boolean end(boolean stopTasks) throws InterruptedException, IOException {
    if (!table.close(stopTasks)) {
      return false;
    }
    boolean none = table.awaitNoneLiving(END_PATIENCE);
    if (ended.compareAndSet(false, true)) {
      log.say(none ? "ending; no task lives" : "ending; some tasks would not end");
      record.close();
    }
    return true;
  }

  /// Leaves the process; called after [#end], by whoever has nothing left to say.
  void leave() {
    System.exit(0);
  }

  /// Whether a server of this installation may talk to this home. The first one to come decides.
  synchronized boolean serves(String asking) {
    if (installation.isEmpty()) {
      installation = asking;
      record.bookkeep(Bookkeeping.Kind.INSTALLED, asking, 0);
    }
    return installation.equals(asking);
  }

  synchronized String installation() {
    return installation;
  }

  TaskTable table() {
    return table;
  }

  String bootId() {
    return bootId;
  }

  AgentLog log() {
    return log;
  }
}
