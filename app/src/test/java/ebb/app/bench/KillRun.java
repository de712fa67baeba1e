package ebb.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/// One home under a workload whose server, or whose agent, is killed again and again.
final class KillRun implements AutoCloseable {
  enum Victim {
    SERVER,
    AGENT
  }

  private static final int PROGRESS_EVERY = 5;

  /// Between two kills, from when the one before was got over.
  private static final int BETWEEN_MILLIS = 1_500;

  /// Every so many kills of a server comes while it is still starting.
  private static final int EARLY_EVERY = 4;

  private static final int EARLY_MILLIS = 1_500;
  private static final long AGENT_WITHIN_NANOS = 90_000_000_000L;
  private static final long NODES_WITHIN_NANOS = 180_000_000_000L;
  private static final long JOIN_MILLIS = 200_000;

  private final Victim victim;
  private final int kills;
  private final Random random;
  private final ServerProcess server;
  private final Path truth;
  private final String mark;
  private final Workload workload;
  private volatile int killed;

  KillRun(Workbench workbench, Path home, Victim victim, int kills, long seed) throws IOException {
    this.victim = victim;
    this.kills = kills;
    this.random = new Random(seed);
    this.server = workbench.server(home, "512m", "--virtual-nodes");
    this.truth = home.resolveSibling(home.getFileName() + "-truth");
    this.mark = victim + "-" + ProcessHandle.current().pid() + "-" + seed;
    Files.createDirectory(truth);
    // Jobs write here, as whoever they run as.
    Files.setPosixFilePermissions(truth, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path program = workbench.tools().resolve("task");
    this.workload = new Workload(server, seed, program, truth, mark, () -> killed);
  }

  /// Returns how many kills were not got over as they must be.
  int run() throws Exception {
    server.start();
    try (ServerApi api = new ServerApi(server.connect())) {
      api.putWorkspace();
      api.putCluster(Workload.STEADY, "Standard_D1_v2", 6, 6, "PT1H");
      api.putCluster(Workload.ELASTIC, "Standard_D2_v2", 0, 4, "PT1S");
    }
    Thread clients = Thread.ofPlatform().name("workload").start(workload);
    for (killed = 0; killed < kills; killed++) {
      switch (victim) {
        case SERVER -> killServer();
        case AGENT -> killAgent();
      }
      if ((killed + 1) % PROGRESS_EVERY == 0) {
        Workbench.say(
            "%d of %d kills of the %s; %d jobs submitted",
            killed + 1, kills, victim == Victim.SERVER ? "server" : "agent", workload.submitted());
      }
      if (!clients.isAlive()) {
        throw new IOException("the workload ended: " + workload.failure());
      }
    }
    server.awaitReady();
    workload.stop();
    clients.join(JOIN_MILLIS);
    if (clients.isAlive() || !workload.failure().isEmpty()) {
      throw new IOException("the workload did not end well: " + workload.failure());
    }
    return check();
  }

  private void killServer() throws IOException, InterruptedException {
    if (killed % EARLY_EVERY == EARLY_EVERY - 1) {
      Thread.sleep(random.nextInt(EARLY_MILLIS));
    } else {
      server.awaitReady();
      Thread.sleep(random.nextInt(BETWEEN_MILLIS));
    }
    server.kill();
    server.launch();
  }

  private void killAgent() throws IOException, InterruptedException {
    Thread.sleep(random.nextInt(BETWEEN_MILLIS));
    long agent = awaitAgent(0);
    ProcessHandle.of(agent).ifPresent(ProcessHandle::destroyForcibly);
    awaitAgent(agent);
  }

  /// Waits for an agent that is not `other`.
  private long awaitAgent(long other) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + AGENT_WITHIN_NANOS;
    long agent = server.agent();
    while (agent == 0 || agent == other) {
      if (System.nanoTime() > deadline) {
        throw new IOException("there is no new agent in 90 seconds; see " + server.log());
      }
      Thread.sleep(10);
      agent = server.agent();
    }
    return agent;
  }

  private int check() throws Exception {
    List<String> faults = new ArrayList<>();
    LedgerCheck ledger;
    try (ServerApi api = new ServerApi(server.connect())) {
      api.awaitEnds(Workload.STEADY, 100);
      api.awaitEnds(Workload.ELASTIC, 100);
      faults.addAll(Orphans.living(mark));
      api.must("DELETE", ServerApi.WORKSPACE + "/clusters/" + Workload.STEADY, "");
      api.must("DELETE", ServerApi.WORKSPACE + "/clusters/" + Workload.ELASTIC, "");
      awaitNoNodes(api);
      ledger = LedgerCheck.of(api);
    }
    close();
    JournalCheck journal = JournalCheck.of(server.home());
    JobsCheck jobs =
        JobsCheck.of(workload.sent(), journal, Truth.read(truth), victim == Victim.AGENT);
    faults.addAll(ledger.faults());
    faults.addAll(journal.faults());
    faults.addAll(journal.nodeFaults());
    int segments = journal.segments();
    if (ledger.segments() != segments) {
      faults.add("the ledger has " + ledger.segments() + " segments, the journal " + segments);
    }
    faults.addAll(Orphans.living(mark));
    Workbench.say(
        "%s kills: %d jobs answered, %s; %s; %s",
        victim, workload.sent().size(), jobs.summary(), journal.summary(), ledger.summary());
    TreeSet<Integer> failed = new TreeSet<>(jobs.failedKills());
    jobs.faults().forEach(fault -> Workbench.say("FAILED, %s", fault));
    faults.forEach(fault -> Workbench.say("FAILED, %s", fault));
    int unplaced = faults.isEmpty() ? 0 : 1;
    return failed.isEmpty() && !jobs.faults().isEmpty() ? 1 + unplaced : failed.size() + unplaced;
  }

  private static void awaitNoNodes(ServerApi api) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + NODES_WITHIN_NANOS;
    while (!api.page("/ebb/v1/nodes", null).rows().isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("nodes are left three minutes after their clusters were deleted");
      }
      Thread.sleep(50);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
