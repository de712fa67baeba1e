package ebb.app.submitter;

import ebb.agent.AgentClient;
import ebb.agent.AgentFollower;
import ebb.agent.AgentLauncher;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.RecordEntry;
import ebb.agent.protocol.StartVerdict;
import ebb.agent.protocol.TaskOrder;
import ebb.app.cli.LocalKeeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One command under an agent of its own, which ends with it.
///
/// A thread reads the agent's record, so that whoever keeps the job never waits for it.
public final class SubmitterMachine implements LocalKeeper.Machine {
  /// The start of a JVM on a busy machine.
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  /// What is the user's own and programs need; the rest of a terminal's variables may be secrets,
  /// and a job must not depend on them.
  private static final List<String> INHERITED =
      List.of("PATH", "JAVA_HOME", "LD_LIBRARY_PATH", "TZ");

  private static final String TASK = "task";

  /// An agent that is killed is followed by another one this often.
  private static final int AGENTS_MOST = 3;

  /// An agent that does not answer is asked this often before it is given up: it may be slow.
  private static final int TRIES_MOST = 5;

  /// One that ends at once is not started again at once.
  private static final long AGAIN_MILLIS = 1_000;

  private final Path home;
  private volatile @Nullable AgentClient client;
  private volatile Duration grace = Duration.ZERO;
  private volatile boolean started;
  private volatile LocalKeeper.@Nullable Ended ended;

  private SubmitterMachine(Path home) {
    this.home = home;
  }

  /// The one of a job's folder.
  public static LocalKeeper.Machine at(Path folder) {
    return new SubmitterMachine(folder.resolve("agent"));
  }

  /// Starts it, unless it has been: an agent never starts the same task twice.
  @Override
  public void start(LocalKeeper.Task task) throws IOException, InterruptedException {
    grace = task.grace();
    AgentClient agent = connect();
    StartVerdict verdict = agent.start(List.of(order(task))).getFirst();
    if (verdict.kind() == StartVerdict.Kind.INVALID || verdict.kind() == StartVerdict.Kind.BUSY) {
      ended = LocalKeeper.Ended.unseen("refused", verdict.why());
    } else {
      Thread.ofPlatform().daemon().name("record").start(() -> follow(agent));
    }
  }

  private AgentClient connect() throws IOException, InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        AgentClient connected = AgentLauncher.connectOrStart(home, TASK, PATIENCE);
        client = connected;
        return connected;
      } catch (IOException silent) {
        if (tries == TRIES_MOST || !Files.isDirectory(home)) {
          throw silent;
        }
        System.err.println("ebb: asked again: " + silent.getMessage());
      }
      Thread.sleep(AGAIN_MILLIS);
    }
  }

  private static TaskOrder order(LocalKeeper.Task task) {
    Map<String, String> variables = new TreeMap<>();
    for (String name : INHERITED) {
      String value = System.getenv(name);
      if (value != null) {
        variables.put(name, value);
      }
    }
    variables.put("HOME", task.work().toString());
    variables.put("LANG", "C.UTF-8");
    variables.putAll(task.variables());
    return new TaskOrder(
        TASK,
        task.arguments(),
        variables,
        task.work(),
        new TaskOrder.Output(task.stdout(), task.stderr(), task.outputBytes()),
        task.limit(),
        task.grace());
  }

  /// If the agent is killed, the next one ends what its task has left, and says so.
  private void follow(AgentClient first) {
    AgentClient agent = first;
    try {
      for (int agents = 1; ended == null; agents++) {
        try (AgentFollower follower = agent.follow(0)) {
          follow(follower);
        } catch (IOException lost) {
          if (agents == AGENTS_MOST) {
            throw lost;
          }
          agent = connect();
        }
      }
    } catch (IOException lost) {
      giveUp(lost);
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  /// Nobody sees the task any more: it is ended before it is called lost.
  private void giveUp(IOException lost) {
    String end = "";
    try {
      end();
    } catch (IOException silent) {
      end = "; what it started may run on, for it does not answer: " + silent.getMessage();
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      return;
    }
    ended = LocalKeeper.Ended.unseen("lost", "the agent is gone: " + lost.getMessage() + end);
  }

  private void follow(AgentFollower follower) throws IOException {
    while (ended == null) {
      for (RecordEntry entry : follower.next()) {
        switch (entry.fact()) {
          case Fact.Started _ -> started = true;
          case Fact.Exited exited -> ended = of(exited);
          case Fact.Refused(String why) -> ended = LocalKeeper.Ended.unseen("refused", why);
          case Fact.Tombstone _ -> ended = LocalKeeper.Ended.unseen("never_started", "");
          case Fact.Claimed _, Fact.TreeRemains _ -> {}
        }
      }
    }
  }

  private static LocalKeeper.Ended of(Fact.Exited exited) {
    return new LocalKeeper.Ended(
        exited.end().name().toLowerCase(Locale.ROOT),
        exited.status().number(),
        exited.usage().user().plus(exited.usage().system()).toMillis(),
        exited.usage().peakMemoryKib(),
        exited.usage().bytesRead(),
        exited.usage().bytesWritten(),
        exited.why());
  }

  @Override
  public boolean hasStarted() {
    return started;
  }

  @Override
  public LocalKeeper.@Nullable Ended ended() {
    return ended;
  }

  @Override
  public void stop() throws IOException {
    AgentClient agent = client;
    if (agent != null) {
      agent.stop(List.of(TASK), grace);
    }
  }

  @Override
  public void end() throws IOException, InterruptedException {
    if (Files.isDirectory(home)) {
      try (AgentClient agent = connect()) {
        agent.shutdown(true);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (AgentClient agent = client) {
      if (agent != null) {
        agent.shutdown(false);
      }
    }
  }
}
