package ebb.app.bench;

import ebb.app.journal.History;
import ebb.app.journal.Listed;
import ebb.app.journal.Store;
import ebb.kernel.State;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Engine;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.VmSize;
import ebb.kernel.protocol.WorkspaceId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes a home whose history holds many finished jobs: the real engine and the real store, a
/// backend that does at once what it is told, and a clock that advances by a second a step.
final class PastJobs implements Backend {
  private static final int JOBS_IN_A_STEP = 400;
  private static final long STEP_MILLIS = 1_000;

  /// So far history may fall behind before the engine waits for it.
  private static final long BEHIND_MOST = 200_000;

  private static final long HISTORY_WITHIN_MILLIS = 600_000;
  private static final Scope WORKSPACE = Scope.workspace("bench", "bench", "bench");
  private static final String OWNER = "bench";
  private static final String SPECIFICATION = "0".repeat(64);
  private static final int NODES = 100;

  private final Store store;
  private final Engine engine;
  private final List<Command.Report> reports = new ArrayList<>();
  private long now;
  private long ack;

  private PastJobs(Store store) {
    this.store = store;
    State state = store.state();
    this.now = System.currentTimeMillis() - 30L * 24 * 3_600_000;
    this.engine =
        new Engine(
            state,
            store.journal(),
            (_, _) -> {},
            this,
            (incident, what, bug) -> {
              throw new IllegalStateException(incident + " " + what, bug);
            });
  }

  /// Writes a home with so many finished jobs, and lets go of it as a server does that is killed:
  /// without a last snapshot. Returns how many events it has.
  static long write(Path home, int jobs) throws Exception {
    Store store = Store.open(home);
    PastJobs past = new PastJobs(store);
    past.begin();
    for (int submitted = 0; submitted < jobs; submitted += JOBS_IN_A_STEP) {
      past.submit(submitted, Math.min(jobs, submitted + JOBS_IN_A_STEP));
    }
    past.drain();
    long end = past.engine.state().sequence();
    if (!store.awaitHistory(end, HISTORY_WITHIN_MILLIS)) {
      throw new IllegalStateException("history does not reach event " + end);
    }
    long ended =
        store
            .history()
            .jobs(past.workspace(), Listed.SHOWN, History.NEWEST, 1)
            .getFirst()
            .endedAt();
    if (ended == 0) {
      throw new IllegalStateException("the newest job has not ended");
    }
    store.abandon();
    return end;
  }

  private WorkspaceId workspace() {
    return engine.state().allWorkspaces().iterator().next().id();
  }

  private void begin() throws Exception {
    step(
        List.of(
            report(
                new Command.StartServer(
                    store.installation(), store.epoch(), store.lastAlive(), OWNER, false)),
            report(store.storage()),
            report(new Command.HostFound(new Host(4 * NODES, 64 * 1024 * NODES, 0, true))),
            wish(
                new Command.ChangeSizes(
                    List.of(new VmSize("Standard_D1_v2", "standardDv2Family", 1, 3584, 0)))),
            wish(new Command.PutWorkspace(WORKSPACE, "eastus")),
            wish(
                new Command.PutCluster(
                    WORKSPACE,
                    "past",
                    new ClusterSpec(
                        "Standard_D1_v2",
                        Priority.DEDICATED,
                        NODES,
                        NODES,
                        120_000,
                        "eastus",
                        true,
                        List.of())))));
    drain();
  }

  private void submit(int from, int to) throws Exception {
    List<Engine.Request> wishes = takeReports();
    JobSpec spec = new JobSpec("past", OWNER, 0, 1, 0, JobSpec.DEFAULT_RETRIES, SPECIFICATION);
    for (int i = from; i < to; i++) {
      wishes.add(wish(new Command.SubmitJob(WORKSPACE, "past-" + i, spec, now)));
    }
    step(wishes);
    while (unended() > JOBS_IN_A_STEP) {
      step(takeReports());
    }
  }

  private void drain() throws Exception {
    do {
      step(takeReports());
    } while (!reports.isEmpty() || unended() > 0);
  }

  private int unended() {
    State state = engine.state();
    int unended = 0;
    for (Cluster cluster : state.allClusters()) {
      unended += state.load(cluster.id()).unended();
    }
    return unended;
  }

  private void step(List<Engine.Request> requests) throws Exception {
    now += STEP_MILLIS;
    boolean more = engine.step(requests, now, store.historyReached()).more();
    while (more) {
      more = engine.step(List.of(), now, store.historyReached()).more();
    }
    store.snapshotIfDue();
    long sequence = engine.state().sequence();
    if (sequence - store.historyReached() > BEHIND_MOST) {
      store.awaitHistory(sequence - BEHIND_MOST / 2, HISTORY_WITHIN_MILLIS);
    }
  }

  private List<Engine.Request> takeReports() {
    List<Engine.Request> requests = new ArrayList<>();
    reports.forEach(report -> requests.add(report(report)));
    reports.clear();
    return requests;
  }

  private static Engine.Request report(Command.Report report) {
    return new Engine.Do(Actor.SHELL, "", report, Engine.Answer.NOBODY);
  }

  private static Engine.Request wish(Command.Wish wish) {
    return new Engine.Do(
        new Actor(OWNER, "", "bench"),
        "",
        wish,
        verdict -> {
          if (verdict instanceof Verdict.Refused refused) {
            throw new IllegalStateException("refused: " + refused.rejection());
          }
        });
  }

  @Override
  public void carryOut(List<Instruction> instructions) {
    for (Instruction instruction : instructions) {
      ack++;
      switch (instruction) {
        case StartNode start -> {
          reports.add(new Command.NodeAccepted(start.node(), ack, now));
          reports.add(new Command.NodeReady(start.node(), ack, now));
        }
        case StartTask start -> {
          reports.add(new Command.TaskStarted(start.task(), ack, now, now, now));
          reports.add(
              new Command.TaskExited(
                  start.task(), new TaskReport(TaskEnd.EXITED, 0, 1, 1_024, ""), now));
        }
        case StopNode stop -> reports.add(new Command.NodeGone(stop.node(), now));
        case StopTask _, ListAll _ -> {} // no job is cancelled, and nothing is ever out of sight
      }
    }
  }
}
