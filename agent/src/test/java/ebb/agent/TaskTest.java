package ebb.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.protocol.Cause;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.StartVerdict;
import ebb.agent.protocol.TaskOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a task finds when it starts, and what the record says when it ends.
class TaskTest {
  @TempDir static Path home;
  static RunningAgent agent;

  @BeforeAll
  static void begin() throws Exception {
    agent = new RunningAgent(home);
  }

  @AfterAll
  static void end() throws Exception {
    agent.close();
  }

  @Test
  void exitCodeIsTheProgramsOwn() throws Exception {
    assertThat(agent.run("code-0", "exit 0").status()).isEqualTo(new ExitStatus.Code(0));
    Fact.Exited exited = agent.run("code-77", "exit 77");
    assertThat(exited.status()).isEqualTo(new ExitStatus.Code(77));
    assertThat(exited.cause()).isEqualTo(Cause.EXITED);
  }

  @Test
  void deathBySignalIsNotAnExitCode() throws Exception {
    Fact.Exited exited = agent.run("signal", "kill -SEGV $$");
    assertThat(exited.status()).isEqualTo(new ExitStatus.Signal(11));
    assertThat(exited.status().shellCode()).isEqualTo(139);
    assertThat(exited.cause()).isEqualTo(Cause.EXITED);
  }

  @Test
  void onlyTheThreeStandardDescriptorsAreOpen() throws Exception {
    agent.run(agent.order("descriptors", "ls", "-l", "/proc/self/fd"));
    List<String> links =
        agent.output("descriptors").lines().filter(line -> line.contains("->")).toList();
    // The fourth is the folder that ls itself reads.
    assertThat(links).hasSize(4);
    assertThat(links.get(0)).endsWith(" 0 -> /dev/null");
    assertThat(links.get(1)).endsWith(" 1 -> " + agent.stdout("descriptors"));
    assertThat(links.get(2)).endsWith(" 2 -> " + agent.stderr("descriptors"));
    assertThat(links.get(3)).contains(" 3 -> /proc/");
  }

  @Test
  void taskLeadsItsOwnSession() throws Exception {
    Fact.Started started = agent.started(startSleeping("session"));
    String stat = Files.readString(Path.of("/proc", "" + started.pid(), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    assertThat(fields[3]).isEqualTo("" + started.pid());
    assertThat(fields[19]).isEqualTo("" + started.startTicks());
    assertThat(fields[1]).isEqualTo("" + agent.pid());
    agent.client().stop(List.of("session"), Duration.ZERO);
    agent.end("session");
  }

  private String startSleeping(String task) throws Exception {
    agent.start(agent.order(task, "sleep", "1000"));
    return task;
  }

  @Test
  void signalsAreNeitherBlockedNorIgnored() throws Exception {
    agent.run(agent.order("signals", "cat", "/proc/self/status"));
    assertThat(
            agent
                .output("signals")
                .lines()
                .filter(line -> line.matches("Sig(Blk|Ign|Cgt).*"))
                .map(line -> line.replace('\t', ' ')))
        .containsExactly(
            "SigBlk: 0000000000000000", "SigIgn: 0000000000000000", "SigCgt: 0000000000000000");
  }

  @Test
  void environmentIsTheOrdersWithTwoMarks() throws Exception {
    TaskOrder plain = agent.order("environment", "env");
    agent.run(
        new TaskOrder(
            plain.task(),
            plain.arguments(),
            Map.of("PATH", "/bin", "COLOUR", "grün"),
            plain.workingDirectory(),
            plain.output(),
            plain.limit(),
            plain.grace()));
    assertThat(agent.output("environment").lines())
        .containsExactlyInAnyOrder(
            "EBB_AGENT=" + agent.client().welcome().agent(),
            "EBB_TASK=environment",
            "PATH=/bin",
            "COLOUR=grün");
  }

  @Test
  void workingDirectoryIsTheOrders() throws Exception {
    Path folder = Files.createDirectory(home.resolve("folder"));
    agent.run(RunningAgent.in(agent.order("directory", "pwd"), folder));
    assertThat(agent.output("directory").strip()).isEqualTo(folder.toRealPath().toString());
  }

  @Test
  void bothStreamsMayBeOneFile() throws Exception {
    Path both = home.resolve("both");
    TaskOrder order = agent.shell("both", "echo one; echo two >&2; echo three");
    agent.run(RunningAgent.withOutput(order, new TaskOrder.Output(both, both, 1000)));
    assertThat(Files.readString(both)).isEqualTo("one\ntwo\nthree\n");
  }

  @Test
  void missingProgramIsARefusal() throws Exception {
    assertThat(refusal(agent.order("missing", "no-such-program")))
        .isEqualTo("the program 'no-such-program' is not on the task's PATH");
    assertThat(refusal(agent.order("missing-path", "/no/such/program")))
        .isEqualTo("the program '/no/such/program' cannot be run: No such file or directory");
  }

  @Test
  void programWithoutPermissionIsARefusal() throws Exception {
    Path file = Files.writeString(home.resolve("plain"), "#!/bin/sh\n");
    assertThat(refusal(agent.order("plain-file", file.toString())))
        .isEqualTo("the program '" + file + "' cannot be run: Permission denied");
  }

  @Test
  void missingWorkingDirectoryIsARefusal() throws Exception {
    TaskOrder order = RunningAgent.in(agent.order("nowhere", "true"), Path.of("/no/such"));
    assertThat(refusal(order))
        .isEqualTo("the working directory /no/such is not a folder: No such file or directory");
  }

  @Test
  void unwritableOutputIsARefusal() throws Exception {
    TaskOrder.Output output =
        new TaskOrder.Output(Path.of("/no/such/out"), home.resolve("err"), 1000);
    assertThat(refusal(RunningAgent.withOutput(agent.order("no-output", "true"), output)))
        .startsWith("the output file /no/such/out cannot be written");
  }

  private static String refusal(TaskOrder order) throws Exception {
    assertThat(agent.start(order)).isEqualTo(StartVerdict.Kind.CLAIMED);
    return ((Fact.Refused) agent.end(order.task())).why();
  }

  @Test
  void orderThatCannotBeCarriedOutIsToldAtOnce() throws Exception {
    StartVerdict verdict =
        agent
            .client()
            .start(List.of(RunningAgent.in(agent.order("bad", "x"), Path.of("here"))))
            .getFirst();
    assertThat(verdict.kind()).isEqualTo(StartVerdict.Kind.INVALID);
    assertThat(verdict.why()).isEqualTo("the path 'here' is not absolute");
  }

  /// Folders that only look like groups, for a machine that has none of version 1.
  @Test
  void threadThatStartsATaskEntersItsControlGroupsAndLeavesThemFirst() throws Exception {
    Path parent = Files.createDirectory(home.resolve("groups"));
    Path group = Files.createDirectory(parent.resolve("group"));
    Files.createFile(parent.resolve("tasks"));
    Files.createFile(group.resolve("tasks"));
    String line = "cat %s/tasks; ls %s".formatted(group, parent);

    agent.run(RunningAgent.inGroups(agent.shell("grouped-folders", line), List.of(group)));

    assertThat(agent.output("grouped-folders")).startsWith("0\n");
    assertThat(parent.resolve("tasks")).hasContent("0\n");
  }

  @Test
  void taskIsBornInItsControlGroupsAndTheyAreLeftAgain() throws Exception {
    Path pids = Path.of("/sys/fs/cgroup/pids");
    if (!Files.isWritable(pids.resolve("tasks"))) {
      return; // No version 1 to be had; the test above this one goes without.
    }
    String name = "ebb-test-" + ProcessHandle.current().pid();
    Path group = Files.createDirectory(pids.resolve(name));

    agent.run(
        RunningAgent.inGroups(agent.shell("grouped", "cat /proc/self/cgroup"), List.of(group)));

    assertThat(agent.output("grouped")).contains(":pids:/" + name + "\n");
    Files.delete(group); // refused if a thread were in it
  }

  @Test
  void taskWhoseControlGroupIsNotThereDoesNotRun() throws Exception {
    Path group = home.resolve("nogroup");
    String why = refusal(RunningAgent.inGroups(agent.shell("lost", "echo ran"), List.of(group)));
    assertThat(why).startsWith("a control group cannot be entered: ");
    assertThat(agent.stdout("lost")).doesNotExist();
  }

  @Test
  void usageIsMeasured() throws Exception {
    Fact.Exited exited = agent.run("usage", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done");
    assertThat(exited.usage().user()).isGreaterThan(Duration.ofMillis(5));
  }

  @Test
  void bytesThatWentToADiskAreCounted() throws Exception {
    TaskOrder order = agent.shell("bytes", "head -c 3000000 /dev/zero > big; rm big");
    Fact.Exited exited = agent.run(order);
    if (!Files.getFileStore(order.workingDirectory()).type().equals("tmpfs")) {
      assertThat(exited.usage().bytesWritten()).isBetween(3_000_000L, 9_000_000L);
    }
    assertThat(exited.usage().bytesRead()).isNotNegative();
  }

  @Test
  void outputPastTheBoundIsDiscardedAndTheTaskGoesOn() throws Exception {
    TaskOrder order = agent.shell("bound", "head -c 3000000 /dev/zero; echo end >&2; exit 3");
    Fact.Exited exited = agent.run(bounded(order, 10_000));
    assertThat(exited.status()).isEqualTo(new ExitStatus.Code(3));
    byte[] kept = Files.readAllBytes(agent.stdout("bound"));
    assertThat(kept).startsWith(new byte[10_000]);
    assertThat(new String(kept, 10_000, kept.length - 10_000))
        .isEqualTo("\n[ebb: the output is longer than 10000 bytes; the rest was discarded]\n");
    assertThat(Files.readString(agent.stderr("bound"))).isEqualTo("end\n");
  }

  @Test
  void boundHoldsWhileTheTaskWrites() throws Exception {
    agent.start(bounded(agent.shell("flood", "while :; do echo flood; sleep 0.001; done"), 500));
    RunningAgent.eventually(
        "the output was cut",
        () -> {
          try {
            return agent.output("flood").contains("the rest was discarded");
          } catch (java.io.IOException e) {
            return false;
          }
        });
    for (int i = 0; i < 20; i++) {
      assertThat(Files.size(agent.stdout("flood"))).isLessThan(2_000);
      Thread.sleep(10);
    }
    agent.client().stop(List.of("flood"), Duration.ZERO);
    agent.end("flood");
  }

  private static TaskOrder bounded(TaskOrder order, long bytes) {
    return RunningAgent.withOutput(
        order, new TaskOrder.Output(order.output().stdout(), order.output().stderr(), bytes));
  }

  @Test
  void burstOfFiveHundredTasksEndsEachOnce() throws Exception {
    List<TaskOrder> orders = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      orders.add(agent.order("burst-" + i, "/bin/true"));
    }
    assertThat(agent.client().start(orders))
        .allMatch(verdict -> verdict.kind() == StartVerdict.Kind.CLAIMED);
    Set<String> ended = new HashSet<>();
    for (TaskOrder order : orders) {
      Fact.Exited exited = (Fact.Exited) agent.end(order.task());
      assertThat(exited.status()).isEqualTo(new ExitStatus.Code(0));
      ended.add(order.task());
    }
    long ends =
        agent.seen().stream()
            .filter(entry -> entry.task().startsWith("burst-") && entry.fact().isEnd())
            .count();
    assertThat(ends).isEqualTo(500);
    assertThat(ended).hasSize(500);
  }

  @Test
  void emptyEnvironmentIsEnough() throws Exception {
    TaskOrder plain = agent.order("bare", "true");
    Fact.Exited exited =
        agent.run(
            new TaskOrder(
                "bare",
                List.of("true"),
                Map.of(),
                home,
                plain.output(),
                Duration.ZERO,
                Duration.ZERO));
    assertThat(exited.status()).isEqualTo(new ExitStatus.Code(0));
  }
}
