package ebb.app.backend.local;

import static ebb.app.backend.local.ServerStandIn.NODE;
import static ebb.app.backend.local.ServerStandIn.node;
import static ebb.app.backend.local.ServerStandIn.task;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.specification.Specification;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one life of a server sees of nodes and tasks.
class LocalBackendTest {
  private static final AtomicInteger NEXT = new AtomicInteger(100);

  @TempDir static Path home;
  static ServerStandIn server;

  @BeforeAll
  static void begin() throws Exception {
    server = ServerStandIn.started(home);
    server.readyNode();
  }

  @AfterAll
  static void end() throws Exception {
    server.closeAll();
  }

  private static TaskId fresh() {
    return task(NEXT.incrementAndGet());
  }

  @Test
  void taskRunsAndItsExitCodeIsReported() throws Exception {
    TaskId task = fresh();
    Command.TaskExited exited = server.run(task, "echo hello; echo trouble >&2; exit 7");
    assertThat(exited.report().end()).isEqualTo(TaskEnd.EXITED);
    assertThat(exited.report().code()).isEqualTo(7);
    assertThat(server.stdout(task)).isEqualTo("hello\n");
    assertThat(server.stderr(task)).isEqualTo("trouble\n");
  }

  @Test
  void timesOfATaskAreInOrder() throws Exception {
    TaskId task = fresh();
    Command.TaskExited exited = server.run(task, "true");
    Command.TaskStarted started = server.started(task);
    assertThat(started.ack()).isPositive();
    assertThat(
            List.of(
                started.acceptedAt(), started.preparedAt(), started.observed(), exited.observed()))
        .isSorted()
        .doesNotContain(0L);
  }

  @Test
  void deathBySignalIsANegativeCode() throws Exception {
    assertThat(server.run(fresh(), "kill -SEGV $$").report().code()).isEqualTo(-11);
  }

  @Test
  void useOfProcessorAndMemoryIsReported() throws Exception {
    Command.TaskExited exited =
        server.run(fresh(), "head -c 400000000 /dev/zero | tail -c 300000000 | wc -c");
    assertThat(exited.report().cpuMillis()).isPositive();
    assertThat(exited.report().peakMemoryKibibytes()).isGreaterThan(280_000);
  }

  @Test
  void onlyTheThreeStandardDescriptorsAreOpen() throws Exception {
    TaskId task = fresh();
    server.run(task, "exec ls /proc/self/fd");
    // The fourth is the folder that ls itself reads.
    assertThat(server.stdout(task).lines()).containsExactly("0", "1", "2", "3");
  }

  @Test
  void environmentIsCleanAndSaysWhoTheTaskIs() throws Exception {
    TaskId task = fresh();
    Specification specification =
        Specification.ofArguments(List.of("env"), Map.of("COLOUR", "grün", "EBB_JOB_NAME", "no"));
    server.tell(server.startTask(task, NODE, specification, 0));
    server.exited(task);
    Path folder = server.backend.folders().run(ServerStandIn.job(task), 1, 0).workingDirectory();
    assertThat(server.stdout(task).lines().filter(line -> !line.startsWith("EBB_AGENT=")))
        .containsExactlyInAnyOrder(
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=" + folder,
            "LANG=C.UTF-8",
            "TZ=UTC",
            "COLOUR=grün",
            "EBB_JOB_NAME=job-" + task.attempt(),
            "EBB_NODE_RANK=0",
            "EBB_NODE_COUNT=1",
            "AZUREML_RUN_ID=job-" + task.attempt(),
            "AZUREML_NODE_COUNT=1",
            "EBB_TASK=" + task + "@" + NODE);
  }

  @Test
  void workingDirectoryIsTheTasksOwn() throws Exception {
    TaskId task = fresh();
    server.run(task, "pwd; echo result > file");
    Path folder = server.backend.folders().run(ServerStandIn.job(task), 1, 0).workingDirectory();
    assertThat(server.stdout(task).strip()).isEqualTo(folder.toString());
    assertThat(folder.resolve("file")).hasContent("result\n");
  }

  @Test
  void sameOrderTwiceRunsOnce() throws Exception {
    TaskId task = fresh();
    Backend.StartTask start = server.startTask(task, "echo once");
    server.tell(start, start);
    server.exited(task);
    server.tell(start);
    server.list();
    assertThat(server.stdout(task)).isEqualTo("once\n");
    assertThat(ends(task)).hasSize(1);
  }

  private static List<Command.TaskExited> ends(TaskId task) {
    return server.all(Command.TaskExited.class).stream()
        .filter(exited -> exited.task().equals(task))
        .toList();
  }

  @Test
  void missingProgramIsRefusedWithItsName() throws Exception {
    TaskId task = fresh();
    Specification missing = Specification.ofArguments(List.of("no-such-program"), Map.of());
    server.tell(server.startTask(task, NODE, missing, 0));
    Command.TaskExited exited = server.exited(task);
    assertThat(exited.report().end()).isEqualTo(TaskEnd.REFUSED);
    assertThat(exited.report().detail()).contains("no-such-program");
  }

  @Test
  void erasedSpecificationIsRefused() throws Exception {
    TaskId task = fresh();
    Backend.StartTask start = server.startTask(task, "echo to be erased");
    server.specifications.eraseUnless(start.specHash(), () -> false);
    server.tell(start);
    Command.TaskExited exited = server.exited(task);
    assertThat(exited.report().end()).isEqualTo(TaskEnd.REFUSED);
    assertThat(exited.report().detail()).contains(start.specHash());
  }

  @Test
  void stopEndsTheTaskAndAllThatItStarted() throws Exception {
    TaskId task = fresh();
    server.tell(server.startTask(task, "setsid sleep 1000 & echo $!; sleep 1000"));
    ServerStandIn.eventually(
        "the task runs",
        () ->
            Files.exists(server.backend.folders().run(ServerStandIn.job(task), 1, 0).stdout())
                && server.stdout(task).endsWith("\n"));
    server.tell(new Backend.StopTask(task, 100));
    assertThat(server.exited(task).report().end()).isEqualTo(TaskEnd.STOPPED);
    assertThat(ServerStandIn.isAlive(server.stdout(task).strip())).isFalse();
  }

  @Test
  void stopWhileTheStartIsInFlightEndsTheTaskOnce() throws Exception {
    List<TaskId> tasks = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      TaskId task = fresh();
      tasks.add(task);
      server.tell(server.startTask(task, "sleep 1000"));
      server.tell(new Backend.StopTask(task, 0));
    }
    for (TaskId task : tasks) {
      assertThat(server.exited(task).report().end()).isIn(TaskEnd.STOPPED, TaskEnd.NEVER_STARTED);
    }
    assertThat(server.list().tasks()).doesNotContainAnyElementsOf(tasks);
    tasks.forEach(task -> assertThat(ends(task)).hasSize(1));
  }

  @Test
  void stopBeforeStartRefusesTheStart() throws Exception {
    TaskId task = fresh();
    server.holdBack(); // So that nothing is forgotten before the late start comes.
    server.tell(new Backend.StopTask(task, 0));
    assertThat(server.exited(task).report().end()).isEqualTo(TaskEnd.NEVER_STARTED);
    server.tell(server.startTask(task, "echo ran"));
    assertThat(server.list().tasks()).doesNotContain(task);
    assertThat(server.backend.folders().run(ServerStandIn.job(task), 1, 0).stdout()).doesNotExist();
    server.letGo();
  }

  @Test
  void nodeIsConfirmedUnderOneNumberHoweverOftenItIsOrdered() throws Exception {
    server.tell(server.startNode(node(50)));
    server.tell(server.startNode(node(50)));
    server.list();
    List<Command.NodeReady> ready =
        server.all(Command.NodeReady.class).stream()
            .filter(report -> report.node().equals(node(50)))
            .toList();
    assertThat(ready).hasSize(2);
    assertThat(ready.getFirst()).isEqualTo(ready.getLast());
  }

  @Test
  void stopOfANodeEndsItsTasksFirst() throws Exception {
    server.tell(server.startNode(node(60)));
    TaskId task = fresh();
    Specification sleep = Specification.ofShellLine("sleep 1000", Map.of());
    server.tell(server.startTask(task, node(60), sleep, 0));
    server.started(task);
    server.tell(new Backend.StopNode(node(60)));
    server.await(Command.NodeGone.class, gone -> gone.node().equals(node(60)));
    assertThat(server.exited(task).report().end()).isEqualTo(TaskEnd.STOPPED);
    assertThat(server.list().nodes()).doesNotContain(node(60));
  }

  @Test
  void stoppedNodeIsNotStartedAgain() throws Exception {
    server.tell(new Backend.StopNode(node(70)));
    server.await(Command.NodeGone.class, gone -> gone.node().equals(node(70)));
    server.tell(server.startNode(node(70)));
    assertThat(server.list().nodes()).doesNotContain(node(70));
    assertThat(server.all(Command.NodeReady.class))
        .noneMatch(ready -> ready.node().equals(node(70)));
    assertThat(server.all(Command.NodeGone.class).stream().filter(g -> g.node().equals(node(70))))
        .hasSize(2);
  }

  @Test
  void listingNamesEverythingConfirmedUpToItsNumber() throws Exception {
    TaskId task = fresh();
    server.tell(server.startTask(task, "sleep 1000"));
    Command.TaskStarted started = server.started(task);
    Command.BackendListed listed = server.list();
    assertThat(listed.completeTo()).isGreaterThanOrEqualTo(started.ack());
    assertThat(listed.tasks()).contains(task);
    assertThat(listed.nodes()).contains(NODE);
    server.tell(new Backend.StopTask(task, 0));
    server.exited(task);
    assertThat(server.list().tasks()).doesNotContain(task);
  }

  @Test
  void timeLimitEndsTheTask() throws Exception {
    TaskId task = fresh();
    Specification sleep = Specification.ofShellLine("sleep 1000", Map.of());
    server.tell(server.startTask(task, NODE, sleep, 300));
    assertThat(server.exited(task).report().end()).isEqualTo(TaskEnd.LIMIT);
  }

  @Test
  void outputIsBounded() throws Exception {
    TaskId task = fresh();
    server.run(task, "head -c 3000000 /dev/zero");
    assertThat(server.stdout(task).length()).isBetween(1_000_000, 1_001_000);
  }

  @Test
  void whatIsDurableIsForgottenByTheAgent() throws Exception {
    TaskId task = fresh();
    server.run(task, "true");
    try (var agent = server.agent()) {
      ServerStandIn.eventually(
          "the agent has forgotten the task",
          () -> agent.list().ended().stream().noneMatch(id -> id.startsWith(task + "@")));
    }
  }
}
