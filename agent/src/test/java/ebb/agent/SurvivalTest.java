package ebb.agent;

import static ebb.agent.RunningAgent.INSTALLATION;
import static ebb.agent.RunningAgent.isAlive;
import static ebb.agent.RunningAgent.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.agent.protocol.Cause;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.Listing;
import ebb.agent.protocol.RecordEntry;
import ebb.agent.protocol.Refusal;
import ebb.agent.protocol.StartVerdict;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What holds when the server dies, when the agent dies, and when both do.
class SurvivalTest {
  @TempDir Path home;

  @Test
  void tasksOutliveTheServerThatStartedThem() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      Process server = server("start", "kept", "until [ -e go ]; do sleep 0.05; done; exit 8");
      agent.started("kept");
      server.destroyForcibly().waitFor();
      Files.createFile(home.resolve("go"));
      Fact.Exited exited = (Fact.Exited) agent.end("kept");
      assertThat(exited.status()).isEqualTo(new ExitStatus.Code(8));
      assertThat(exited.cause()).isEqualTo(Cause.EXITED);
    }
  }

  @Test
  void agentOutlivesTheServerThatLaunchedIt() throws Exception {
    Process server = server("start", "first", "exit 3");
    line(home.resolve("server.up"));
    server.destroyForcibly().waitFor();
    try (RunningAgent agent = new RunningAgent(home)) {
      assertThat(((Fact.Exited) agent.end("first")).status()).isEqualTo(new ExitStatus.Code(3));
    }
  }

  /// Another JVM that starts a task and then stays until it is killed: a stand-in for a server.
  private Process server(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ServerStandIn.class.getName(),
                home.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).inheritIO().start();
  }

  @Test
  void followerGoesOnFromItsPositionAndSeesEachEndOnce() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      List<String> ends = new ArrayList<>();
      long position = 0;
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 20; i++) {
          agent.start(agent.order("task-" + round + "-" + i, "true"));
        }
        try (AgentFollower follower = agent.client().follow(position)) {
          while (ends.size() < 20 * round + 10) {
            follower.next().stream()
                .filter(entry -> entry.fact().isEnd())
                .map(RecordEntry::task)
                .forEach(ends::add);
          }
          position = follower.position();
        }
      }
      try (AgentFollower follower = agent.client().follow(position)) {
        while (ends.size() < 100) {
          follower.next().stream()
              .filter(entry -> entry.fact().isEnd())
              .map(RecordEntry::task)
              .forEach(ends::add);
        }
      }
      assertThat(ends).hasSize(100).doesNotHaveDuplicates();
    }
  }

  /// Also that of a task which ignores to be asked: it is killed once its grace is over.
  @Test
  void limitIsKeptWhileNoServerIsConnected() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      agent.start(
          RunningAgent.withLimit(
              agent.shell("limited", "trap '' TERM; echo $$ > deaf; while :; do sleep 1; done"),
              Duration.ofSeconds(2)));
      String pid = line(home.resolve("deaf"));
      agent.forgetConnections();
      RunningAgent.eventually("it was killed", () -> !isAlive(pid));
      agent.reconnect();
      Fact.Exited exited = (Fact.Exited) agent.end("limited");
      assertThat(exited.cause()).isEqualTo(Cause.LIMIT);
      assertThat(exited.why()).isEqualTo("ran longer than its limit");
      assertThat(exited.status()).isEqualTo(new ExitStatus.Signal(9));
      assertThat(agent.client().list().living()).isEmpty();
    }
  }

  @Test
  void newAgentStopsWhatADeadOneLeftAndCallsItLost() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      agent.start(
          agent.shell(
              "orphaned",
              "sleep 1000 & echo $! > child; (setsid sh -c 'echo $$ > daemon; exec sleep 1000' &);"
                  + " echo $$ > main; sleep 1000"));
      agent.run("done", "exit 2");
      List<String> pids =
          List.of(
              line(home.resolve("child")),
              line(home.resolve("main")),
              line(home.resolve("daemon")));
      agent.kill();
      assertThat(pids).allMatch(RunningAgent::isAlive);
      agent.reconnect();
      assertThat(pids).noneMatch(RunningAgent::isAlive);
      Fact.Exited lost = (Fact.Exited) agent.end("orphaned");
      assertThat(lost.cause()).isEqualTo(Cause.LOST);
      assertThat(lost.status()).isEqualTo(new ExitStatus.Unknown());
      assertThat(((Fact.Exited) agent.end("done")).status()).isEqualTo(new ExitStatus.Code(2));
      assertThat(agent.start(agent.order("orphaned", "true"))).isEqualTo(StartVerdict.Kind.KNOWN);
      assertThat(agent.client().list().living()).isEmpty();
    }
  }

  @Test
  void agentKilledInTheMiddleOfABurstAccountsForEveryTask() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      String seconds =
          "999." + ProcessHandle.current().pid(); // not those of a test beside this one
      List<String> tasks = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        tasks.add("burst-" + i);
      }
      agent
          .client()
          .start(tasks.stream().map(task -> agent.order(task, "sleep", seconds)).toList());
      agent.started("burst-20");
      agent.kill();
      agent.reconnect();
      for (String task : tasks) {
        assertThat(((Fact.Exited) agent.end(task)).cause()).isEqualTo(Cause.LOST);
      }
      assertThat(commandsRunning("sleep\000" + seconds + "\000")).isZero();
    }
  }

  private static long commandsRunning(String command) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(
              folder -> {
                try {
                  return Files.readString(folder.resolve("cmdline")).startsWith(command);
                } catch (IOException e) {
                  return false;
                }
              })
          .count();
    }
  }

  @Test
  void serverAndAgentMayDieTogether() throws Exception {
    Process server = server("start", "both", "echo $$ > both.pid; sleep 1000");
    line(home.resolve("server.up"));
    String task = line(home.resolve("both.pid"));
    ProcessHandle.of(Long.parseLong(Files.readString(home.resolve("agent.lock")).strip()))
        .orElseThrow()
        .destroyForcibly();
    server.destroyForcibly().waitFor();
    try (RunningAgent agent = new RunningAgent(home)) {
      assertThat(isAlive(task)).isFalse();
      assertThat(((Fact.Exited) agent.end("both")).cause()).isEqualTo(Cause.LOST);
    }
  }

  @Test
  void agentThatIsAskedToEndGivesTasksTheirGrace() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      agent.start(
          agent.shell("graceful", "trap 'echo saved; exit 0' TERM; echo on > on; sleep 60 & wait"));
      line(home.resolve("on"));
      ProcessHandle process = ProcessHandle.of(agent.pid()).orElseThrow();
      process.destroy();
      RunningAgent.eventually("the agent ended", () -> !isAlive("" + process.pid()));
      assertThat(agent.output("graceful")).isEqualTo("saved\n");
      agent.forgetConnections();
      agent.reconnect();
      Fact.Exited exited = (Fact.Exited) agent.end("graceful");
      assertThat(exited.cause()).isEqualTo(Cause.LOST);
      assertThat(exited.status()).isEqualTo(new ExitStatus.Code(0));
    }
  }

  @Test
  void agentThatCanOpenNothingMoreKeepsServersOutForAWhileAndItsTasksAlive() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      agent.start(agent.shell("kept", "echo $$ > kept.pid; sleep 1000"));
      String task = line(home.resolve("kept.pid"));
      filesOf(agent.pid(), "3");
      try (ExecutorService another = Executors.newSingleThreadExecutor()) {
        Future<AgentClient> waiting = another.submit(() -> AgentClient.connect(home, INSTALLATION));
        RunningAgent.eventually(
            "the agent says so or is gone",
            () -> logged().contains("nobody can be let in") || !isAlive("" + agent.pid()));
        filesOf(agent.pid(), "1024");
        try (AgentClient client = waiting.get()) {
          assertThat(client.welcome().pid()).isEqualTo(agent.pid());
        }
      }
      assertThat(isAlive(task)).isTrue();
    }
  }

  @Test
  void agentThatCannotLookForWhatATaskHasLeftWaitsUntilItCan() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      agent.run("before", "setsid sleep 1000 & exit 1"); // with it the agent's classes are read
      agent.start(
          agent.shell(
              "left",
              "setsid sleep 1000 & echo $! > left.pid; echo $$ > first.pid;"
                  + " while [ ! -e go ]; do sleep 0.05; done; exit 7"));
      String left = line(home.resolve("left.pid"));
      String first = line(home.resolve("first.pid"));
      assertThat(agent.client().list().living()).hasSize(1); // and those of an answer
      filesOf(agent.pid(), "3");
      Files.createFile(home.resolve("go"));
      RunningAgent.eventually("it has ended", () -> !isAlive(first));
      RunningAgent.eventually(
          "the agent says so or is gone",
          () -> logged().contains("processes cannot be looked at") || !isAlive("" + agent.pid()));
      Thread.sleep(200); // it has tried again by now, and answers whoever is there already
      assertThat(agent.client().list().living())
          .extracting(Listing.Living::task)
          .containsExactly("left");
      filesOf(agent.pid(), "1024");
      assertThat(((Fact.Exited) agent.end("left")).status()).isEqualTo(new ExitStatus.Code(7));
      assertThat(isAlive(left)).isFalse();
    }
  }

  /// It takes nothing for gone meanwhile, and asks nobody twice.
  @Test
  void agentThatCannotLookForWhatADeadOneHasLeftWaitsUntilItCan() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      agent.start(
          RunningAgent.withGrace(
              agent.shell(
                  "left",
                  "trap 'echo asked >> asked' TERM; echo $$ > pid;"
                      + " while [ ! -e go ]; do sleep 0.05; done"),
              Duration.ofSeconds(10)));
      String left = line(home.resolve("pid"));
      agent.kill();
      Process next = AgentLauncher.launch(new AgentHome(home), INSTALLATION);
      line(home.resolve("asked"));
      filesOf((int) next.pid(), "3");
      RunningAgent.eventually(
          "the agent says so or is gone",
          () -> logged().contains("processes cannot be looked at") || !next.isAlive());
      Thread.sleep(200); // it has tried again by now
      assertThat(next.isAlive()).isTrue();
      assertThat(isAlive(left)).isTrue();
      filesOf((int) next.pid(), "1024");
      Files.createFile(home.resolve("go"));
      agent.reconnect();
      assertThat(agent.pid()).isEqualTo((int) next.pid());
      assertThat(((Fact.Exited) agent.end("left")).cause()).isEqualTo(Cause.LOST);
      assertThat(isAlive(left)).isFalse();
      assertThat(Files.readAllLines(home.resolve("asked"))).containsExactly("asked");
    }
  }

  /// Bounds how many files a process may have open, from now on.
  private static void filesOf(int pid, String most) throws Exception {
    String nofile = "--nofile=" + most + ":";
    assertThat(
            new ProcessBuilder("prlimit", "--pid", "" + pid, nofile).inheritIO().start().waitFor())
        .isZero();
  }

  private String logged() {
    try {
      return Files.readString(home.resolve("agent.log"));
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void secondAgentForAHomeIsRefused() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      Process second = AgentLauncher.launch(new AgentHome(home), INSTALLATION);
      assertThat(second.waitFor()).isEqualTo(AgentMain.EX_TAKEN);
      assertThat(Files.readString(home.resolve("agent.log")))
          .contains("an agent serves " + home + " already: pid " + agent.pid());
      assertThat(agent.client().list().living()).isEmpty();
    }
  }

  @Test
  void agentOfAnotherInstallationDoesNotServeACopiedRecordAndStopsNothingThatItNames()
      throws Exception {
    try (RunningAgent agent = new RunningAgent(home.resolve("original"))) {
      agent.start(agent.shell("lives", "echo $$ > pid; exec sleep 60"));
      String pid = line(agent.home.resolve("pid"));
      Path copy = Files.createDirectory(home.resolve("copy"));
      Files.copy(agent.home.resolve("agent.record"), copy.resolve("agent.record"));

      Process other = AgentLauncher.launch(new AgentHome(copy), "another-installation");

      assertThat(other.waitFor()).isEqualTo(1);
      assertThat(Files.readString(copy.resolve("agent.log")))
          .contains("is of the installation " + INSTALLATION + ", not of another-installation");
      assertThat(RunningAgent.isAlive(pid)).isTrue();
      assertThat(agent.client().list().living()).hasSize(1);
    }
  }

  @Test
  void serversThatLaunchAtOnceShareOneAgent() throws Exception {
    Callable<AgentClient> launch =
        () -> AgentLauncher.connectOrStart(home, INSTALLATION, RunningAgent.PATIENCE);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<AgentClient>> clients = threads.invokeAll(List.of(launch, launch, launch));
      assertThat(clients)
          .extracting(c -> c.get().welcome().pid())
          .containsOnly(clients.getFirst().get().welcome().pid());
      clients.getFirst().get().shutdown(false);
    }
  }

  @Test
  void sameOrderFromTwoServersRunsOnce() throws Exception {
    try (RunningAgent agent = new RunningAgent(home);
        AgentClient other = AgentClient.connect(home, INSTALLATION)) {
      for (int i = 0; i < 20; i++) {
        String task = "twice-" + i;
        var order = agent.shell(task, "echo ran");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
          Future<List<StartVerdict>> one =
              threads.submit(() -> agent.client().start(List.of(order)));
          Future<List<StartVerdict>> two = threads.submit(() -> other.start(List.of(order)));
          assertThat(List.of(one.get().getFirst().kind(), two.get().getFirst().kind()))
              .containsExactlyInAnyOrder(StartVerdict.Kind.CLAIMED, StartVerdict.Kind.KNOWN);
        }
        agent.end(task);
        assertThat(agent.output(task)).isEqualTo("ran\n");
      }
    }
  }

  @Test
  void agentHoldsNoDescriptorOfItsServer() throws Exception {
    Path data = Files.writeString(home.resolve("data"), "x");
    try (ServerSocket listening = new ServerSocket(0);
        var file = Files.newByteChannel(data, StandardOpenOption.WRITE);
        RunningAgent agent = new RunningAgent(home.resolve("agent"))) {
      assertThat(listening.isBound() && file.isOpen()).isTrue();
      List<String> own = descriptors("self").filter(SurvivalTest::isPrivate).toList();
      assertThat(own).contains(data.toString()).anyMatch(target -> target.startsWith("socket:"));
      assertThat(descriptors("" + agent.pid()).filter(SurvivalTest::isPrivate))
          .doesNotContainAnyElementsOf(own);
    }
  }

  private static Stream<String> descriptors(String pid) throws IOException {
    try (Stream<Path> links = Files.list(Path.of("/proc", pid, "fd"))) {
      return links.map(SurvivalTest::target).toList().stream();
    }
  }

  /// What two processes share only if one got it from the other: neither devices nor the JDK's
  /// files.
  private static boolean isPrivate(String target) {
    return target.startsWith("socket:") || target.startsWith("pipe:") || target.endsWith("/data");
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void agentLeadsASessionOfItsOwn() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      String stat = Files.readString(Path.of("/proc/" + agent.pid() + "/stat"));
      assertThat(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3])
          .isEqualTo("" + agent.pid());
    }
  }

  @Test
  void shutdownIsRefusedWhileATaskLives() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      agent.start(agent.order("alive", "sleep", "1000"));
      assertThatThrownBy(() -> agent.client().shutdown(false))
          .isInstanceOf(Refusal.class)
          .hasMessage("tasks live, and the request does not say to stop them");
      assertThat(agent.client().list().living()).hasSize(1);
    }
  }

  @Test
  void fullDiskRefusesStartsAndLosesNoEnd() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      agent.start(
          agent.shell("through", "echo $$ > pid; until [ -e go ]; do sleep 0.05; done; exit 5"));
      agent.started("through");
      Path process = Path.of("/proc", line(home.resolve("pid")));
      limitFileSize(agent, "" + Files.size(home.resolve("agent.record")));
      StartVerdict verdict =
          agent.client().start(List.of(agent.order("refused", "true"))).getFirst();
      assertThat(verdict.kind()).isEqualTo(StartVerdict.Kind.BUSY);
      assertThat(verdict.why()).startsWith("the record cannot be written");
      Files.createFile(home.resolve("go"));
      RunningAgent.eventually("the agent has seen its end", () -> Files.notExists(process));
      limitFileSize(agent, "unlimited");
      assertThat(((Fact.Exited) agent.end("through")).status()).isEqualTo(new ExitStatus.Code(5));
      assertThat(agent.run("refused", "exit 1").status()).isEqualTo(new ExitStatus.Code(1));
    }
  }

  /// A file that must not grow is how a full disk looks to a program.
  private static void limitFileSize(RunningAgent agent, String bytes) throws Exception {
    Process prlimit =
        new ProcessBuilder("prlimit", "--pid", "" + agent.pid(), "--fsize=" + bytes + ":")
            .inheritIO()
            .start();
    assertThat(prlimit.waitFor()).isZero();
  }

  @Test
  void secretsOfATaskAreInNoFileOfTheAgent() throws Exception {
    try (RunningAgent agent = new RunningAgent(home)) {
      var plain = agent.order("secretive", "sh", "-c", "exit 0", "s3cret-argument");
      agent.run(
          new ebb.agent.protocol.TaskOrder(
              plain.task(),
              plain.arguments(),
              java.util.Map.of("PATH", "/bin", "TOKEN", "s3cret-variable"),
              home,
              plain.output(),
              plain.limit(),
              plain.grace()));
      for (String file : List.of("agent.record", "agent.log", "agent.lock")) {
        assertThat(new String(Files.readAllBytes(home.resolve(file)), "ISO-8859-1"))
            .doesNotContain("s3cret");
      }
    }
  }
}
