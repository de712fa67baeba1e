package ebb.app.backend.local;

import static ebb.app.backend.local.ServerStandIn.NODE;
import static ebb.app.backend.local.ServerStandIn.node;
import static ebb.app.backend.local.ServerStandIn.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.HotSpotDiagnosticMXBean;
import ebb.agent.AgentClient;
import ebb.agent.protocol.Refusal;
import ebb.app.specification.Specification;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is left, and what the next life is told, when the server or the agent goes.
class SurvivalTest {
  @TempDir Path home;
  private ServerStandIn server;

  @BeforeEach
  void begin() throws Exception {
    server = ServerStandIn.started(home);
    server.readyNode();
  }

  @AfterEach
  void end() throws Exception {
    server.closeAll();
  }

  /// The server goes and another one comes; its first listing is returned.
  private Command.BackendListed restart() throws Exception {
    server.close();
    server = new ServerStandIn(home);
    return server.begin();
  }

  private static long endsOf(ServerStandIn server, TaskId task) {
    return server.all(Command.TaskExited.class).stream()
        .filter(exited -> exited.task().equals(task))
        .count();
  }

  @Test
  void runningTaskIsAdoptedByTheNextServer() throws Exception {
    server.tell(server.startTask(task(1), "read line < go; exit 5".replace("go", fifo())));
    long ack = server.started(task(1)).ack();
    Command.BackendListed first = restart();
    assertThat(first.tasks()).containsExactly(task(1));
    assertThat(first.nodes()).containsExactly(NODE);
    assertThat(first.completeTo()).isGreaterThanOrEqualTo(ack);
    Files.writeString(home.resolve("go"), "now\n");
    assertThat(server.exited(task(1)).report().code()).isEqualTo(5);
  }

  private String fifo() throws Exception {
    Path fifo = home.resolve("go");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    return fifo.toString();
  }

  @Test
  void endThatWasDurableIsNotToldAgain() throws Exception {
    server.run(task(1), "exit 3");
    ServerStandIn.eventually(
        "the position is remembered",
        () ->
            RememberedPosition.read(home.resolve("backend.position")).position() > 0
                && server.agent().list().ended().isEmpty());
    restart();
    assertThat(endsOf(server, task(1))).isZero();
  }

  @Test
  void endThatWasNotDurableIsToldAgainBeforeTheFirstListing() throws Exception {
    server.holdBack();
    server.run(task(1), "exit 3");
    restart();
    List<Command.Report> reports = server.all(Command.Report.class);
    assertThat(reports.getLast()).isInstanceOf(Command.BackendListed.class);
    assertThat(endsOf(server, task(1))).isEqualTo(1);
    assertThat(server.exited(task(1)).report().code()).isEqualTo(3);
  }

  @Test
  void endWhileNoServerLivesIsTold() throws Exception {
    server.tell(server.startTask(task(1), "read line < go; exit 5".replace("go", fifo())));
    server.started(task(1));
    server.close();
    Files.writeString(home.resolve("go"), "now\n");
    try (var agent = server.agent()) {
      ServerStandIn.eventually("the task has ended", () -> agent.list().living().isEmpty());
    }
    restart();
    assertThat(server.exited(task(1)).report().code()).isEqualTo(5);
    assertThat(endsOf(server, task(1))).isEqualTo(1);
  }

  @Test
  void timeLimitHoldsWhileNoServerLives() throws Exception {
    Specification sleep = Specification.ofShellLine("sleep 1000", Map.of());
    server.tell(server.startTask(task(1), NODE, sleep, 1_000));
    server.started(task(1));
    server.close();
    try (var agent = server.agent()) {
      ServerStandIn.eventually("the task has ended", () -> agent.list().living().isEmpty());
    }
    restart();
    assertThat(server.exited(task(1)).report().end()).isEqualTo(TaskEnd.LIMIT);
  }

  @Test
  void sameStartToldByTheNextServerRunsOnce() throws Exception {
    server.holdBack();
    Backend.StartTask start = server.startTask(task(1), "echo ran; sleep 1000");
    server.tell(start);
    server.started(task(1));
    restart();
    server.tell(start);
    server.list();
    assertThat(server.all(Command.TaskStarted.class)).hasSize(1);
    assertThat(server.stdout(task(1))).isEqualTo("ran\n");
  }

  @Test
  void startThatReachesAnEndedTaskOfAnOlderJournalIsLostNotRunAgain() throws Exception {
    Backend.StartTask start = server.startTask(task(1), "echo ran");
    server.holdBack();
    server.tell(start);
    server.exited(task(1));
    server.close();
    // As after a restore: the agent was told that all is safe, the journal does not know the task.
    try (var agent = server.agent()) {
      agent.acknowledge(agent.list().position());
      new RememberedPosition(agent.welcome().agent(), agent.list().position())
          .write(home.resolve("backend.position"));
    }
    server = new ServerStandIn(home);
    server.holdBack();
    server.tell(start);
    server.begin();
    assertThat(server.exited(task(1)).report().end()).isEqualTo(TaskEnd.LOST);
    assertThat(server.stdout(task(1))).isEqualTo("ran\n");
  }

  @Test
  void tombstoneIsToldAgainAndHolds() throws Exception {
    server.holdBack();
    server.tell(new Backend.StopTask(task(1), 0));
    server.exited(task(1));
    server.close();
    server = new ServerStandIn(home);
    server.holdBack();
    server.begin();
    assertThat(server.exited(task(1)).report().end()).isEqualTo(TaskEnd.NEVER_STARTED);
    server.tell(server.startTask(task(1), "echo ran"));
    assertThat(server.list().tasks()).isEmpty();
  }

  @Test
  void nodeKeepsItsNumberAndItsTombstoneOverServers() throws Exception {
    long ack = server.await(Command.NodeReady.class, _ -> true).ack();
    server.tell(new Backend.StopNode(node(9)));
    server.await(Command.NodeGone.class, _ -> true);
    restart();
    server.tell(server.startNode(NODE), server.startNode(node(9)), server.startNode(node(10)));
    server.await(Command.NodeGone.class, gone -> gone.node().equals(node(9)));
    Command.NodeReady other =
        server.await(Command.NodeReady.class, ready -> ready.node().equals(node(10)));
    Command.NodeReady same =
        server.await(Command.NodeReady.class, ready -> ready.node().equals(NODE));
    assertThat(same.ack()).isEqualTo(ack);
    assertThat(other.ack()).isGreaterThan(ack);
    assertThat(server.list().nodes()).containsExactly(NODE, node(10));
  }

  @Test
  void deadAgentsTasksAreLostAndANewAgentTakesOver() throws Exception {
    server.tell(server.startTask(task(1), "echo $$; exec sleep 1000"));
    server.started(task(1));
    ServerStandIn.eventually("the task runs", () -> server.stdout(task(1)).endsWith("\n"));
    String pid = server.stdout(task(1)).strip();
    server.killAgent();
    assertThat(server.exited(task(1)).report().end()).isEqualTo(TaskEnd.LOST);
    assertThat(ServerStandIn.isAlive(pid)).isFalse();
    assertThat(server.run(task(2), "exit 4").report().code()).isEqualTo(4);
    assertThat(endsOf(server, task(1))).isEqualTo(1);
    assertThat(server.all(Command.NodeGone.class)).isEmpty();
  }

  @Test
  void whatIsToldWhileTheAgentIsDeadIsDoneWhenThereIsOne() throws Exception {
    server.killAgent();
    server.tell(server.startTask(task(1), "exit 4"));
    assertThat(server.exited(task(1)).report().code()).isEqualTo(4);
  }

  @Test
  void nodesAreOutOfSightWhileNoAgentCanBeStartedAndNeverGone() throws Exception {
    server.close();
    Path agentHome = home.resolve("agent");
    try (var agent = server.agent()) {
      agent.shutdown(true);
    }
    ServerStandIn.eventually("the agent ended", () -> !canConnect());
    Path away = home.resolve("away");
    Files.move(agentHome, away);
    Files.writeString(agentHome, "in the way");
    server = new ServerStandIn(home);
    server.backend.begin();
    server.await(Command.NodeUnreachable.class, report -> report.node().equals(NODE));
    server.tell(server.startNode(node(5)));
    assertThat(server.all(Command.BackendListed.class)).isEmpty();
    assertThat(server.all(Command.NodeReady.class)).isEmpty();
    Files.delete(agentHome);
    Files.move(away, agentHome);
    server.await(Command.NodeReachable.class, report -> report.node().equals(NODE));
    server.await(Command.BackendListed.class, listed -> listed.nodes().contains(NODE));
    server.await(Command.NodeReady.class, ready -> ready.node().equals(node(5)));
    assertThat(server.all(Command.NodeGone.class)).isEmpty();
  }

  private boolean canConnect() {
    try (var agent = server.agent()) {
      return agent.welcome().pid() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void recordThatTheDiskDoesNotLetInIsTriedOnAndSaidOnce() throws Exception {
    server.tell(server.startTask(task(1), "read line < go; exit 5".replace("go", fifo())));
    server.started(task(1));
    server.close();
    Files.writeString(home.resolve("go"), "now\n");
    // The draft of the next file of numbers cannot be removed, so that none can be given.
    Path full = Files.createDirectories(home.resolve("backend.acknowledgements.new/full"));
    server = new ServerStandIn(home);
    try (Said said = new Said()) {
      server.backend.begin();
      ServerStandIn.eventually("something is said", () -> !said.words().isEmpty());
      // An earlier server may have had the node out of sight, and no listing comes before this.
      assertThat(server.all(Command.BackendListed.class)).isEmpty();
      assertThat(server.all(Command.NodeReachable.class))
          .containsExactly(new Command.NodeReachable(NODE, 0));
      Files.delete(full);
      assertThat(server.exited(task(1)).report().code()).isEqualTo(5);
      assertThat(said.words())
          .singleElement(InstanceOfAssertFactories.STRING)
          .startsWith("the agent's record cannot be taken in");
    }
  }

  @Test
  void agentThatDiesWhileTheDiskDoesNotLetItsRecordInIsFollowedByAnother() throws Exception {
    server.run(task(1), "exit 5");
    server.close();
    Files.deleteIfExists(home.resolve("backend.position")); // so that the record is read anew
    Path full = Files.createDirectories(home.resolve("backend.acknowledgements.new/full"));
    server = new ServerStandIn(home);
    try (Said said = new Said()) {
      server.backend.begin();
      ServerStandIn.eventually("something is said", () -> !said.words().isEmpty());
      server.killAgent();
      ServerStandIn.eventually("there is another agent", this::canConnect);
    }
    assertThat(server.all(Command.BackendListed.class)).isEmpty();
    Files.delete(full);
    server.await(Command.BackendListed.class, listed -> listed.nodes().contains(NODE));
  }

  /// What the backend says to an operator meanwhile.
  private static final class Said extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("ebb.backend.local");
    private final List<String> words = new CopyOnWriteArrayList<>();

    Said() {
      logger.addHandler(this);
    }

    List<String> words() {
      return words;
    }

    @Override
    public void publish(LogRecord said) {
      words.add(said.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }

  @Test
  void nothingIsLeftOfALineToAnAgentThatDoesNotGreet() throws Exception {
    long before = watches();
    assertThat(before).isPositive();
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> AgentClient.connect(home.resolve("agent"), "another"))
          .isInstanceOf(Refusal.class);
    }
    ServerStandIn.eventually("their watches have ended", () -> watches() <= before);
  }

  /// The threads that watch lines to agents in this process.
  private long watches() throws IOException {
    Path threads = home.resolve("threads");
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(threads.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
    try (Stream<String> lines = Files.lines(threads)) {
      return lines.filter(line -> line.contains("\"agent-line-watch\"")).count();
    } finally {
      Files.delete(threads);
    }
  }

  @Test
  void taskThatTheAgentsLostRecordHeldIsLost() throws Exception {
    server.tell(server.startTask(task(1), "sleep 1000"));
    server.started(task(1));
    server.killAgentAndItsRecord();
    assertThat(server.exited(task(1)).report().end()).isEqualTo(TaskEnd.LOST);
    assertThat(server.run(task(2), "exit 4").report().code()).isEqualTo(4);
  }
}
