package ebb.agent;

import static ebb.agent.RunningAgent.eventually;
import static ebb.agent.RunningAgent.isAlive;
import static ebb.agent.RunningAgent.line;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.protocol.Cause;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.StartVerdict;
import ebb.agent.protocol.StopVerdict;
import ebb.agent.protocol.TaskOrder;
import ebb.agent.protocol.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A task is over when its whole tree is gone, wherever its processes went.
class TreeTest {
  private static final Duration LONG = Duration.ofMinutes(5);

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

  /// Here and not in the tests alone: while the agent knows of a process that no task claims it
  /// looks at every tree closely, so what one test left would let all that come after it pass.
  @AfterEach
  void nothingIsLeft() {
    List<ProcessHandle> left =
        ProcessHandle.of(agent.pid()).orElseThrow().children().filter(TreeTest::lives).toList();
    List<String> shown = left.stream().map(it -> it.pid() + " " + it.info()).toList();
    left.forEach(ProcessHandle::destroyForcibly);
    assertThat(shown).as("what lives of tasks that have ended").isEmpty();
  }

  private static boolean lives(ProcessHandle process) {
    return isAlive(String.valueOf(process.pid()));
  }

  /// A script line that leaves a sleeping daemon of its own session whose parents are gone, and its
  /// pid in a file. `with` is put before the daemon's command.
  private static String daemon(String name, String with) {
    return "(setsid "
        + with
        + " sh -c 'echo $$ > "
        + name
        + "; exec sleep 1000' &) ; "
        + "while ! [ -s "
        + name
        + " ]; do sleep 0.01; done; ";
  }

  @Test
  void backgroundProcessEndsWithTheMainProcess() throws Exception {
    Fact.Exited exited = agent.run("background", "sleep 1000 & echo $! > bg; exit 4");
    assertThat(exited.status()).isEqualTo(new ExitStatus.Code(4));
    assertThat(exited.cause()).isEqualTo(Cause.EXITED);
    assertThat(isAlive(line(home.resolve("bg")))).isFalse();
  }

  @Test
  void daemonEndsWithTheMainProcess() throws Exception {
    agent.run("daemon", daemon("daemon.pid", ""));
    assertThat(isAlive(line(home.resolve("daemon.pid")))).isFalse();
  }

  @Test
  void daemonThatClearedItsEnvironmentEndsToo() throws Exception {
    agent.run("bare-daemon", daemon("bare.pid", "env -i PATH=/bin:/usr/bin"));
    assertThat(isAlive(line(home.resolve("bare.pid")))).isFalse();
  }

  /// The orphan that is seen first is gone when it is looked for again, and has left another.
  @Test
  void daemonOfAnOrphanThatEndsAMomentAfterTheMainProcessEndsToo() throws Exception {
    List<String> left = new ArrayList<>();
    for (String moment : List.of("0.001", "0.004", "0.01", "0.03")) {
      String name = "left-" + moment;
      String seconds = // not those of a test beside this one
          ProcessHandle.current().pid() + moment;
      agent.run(
          name,
          "(trap '' TERM; sleep "
              + moment
              + "; setsid env -i PATH=/bin:/usr/bin sh -c 'echo $$ > "
              + name
              + "; exec sleep 1"
              + seconds
              + "' & exit 0) & exit 0");
      assertThat(ProcessHandle.allProcesses())
          .as("what lives of the task of %s when its end is told", moment)
          .noneMatch(it -> it.info().commandLine().orElse("").contains("sleep 1" + seconds));
      if (home.resolve(name).toFile().length() > 0) { // else it was ended before it could say so
        left.add(name);
      }
    }
    assertThat(left).as("orphans that left one").isNotEmpty();
    assertThat(agent.run("after", "exit 0").cause()).isEqualTo(Cause.EXITED);
  }

  @Test
  void daemonOfALongTaskEndsToo() throws Exception {
    agent.run("long-daemon", daemon("long.pid", "") + "sleep 0.4");
    assertThat(isAlive(line(home.resolve("long.pid")))).isFalse();
  }

  @Test
  void clearedDaemonIsLeftAloneWhileAnotherTaskCouldOwnIt() throws Exception {
    agent.start(agent.shell("owner", daemon("mine.pid", "env -i PATH=/bin:/usr/bin") + "sleep 60"));
    String mine = line(home.resolve("mine.pid"));
    agent.run("bystander", "sleep 1000 & exit 0");
    assertThat(isAlive(mine)).isTrue();
    agent.client().stop(List.of("owner"), LONG);
    agent.end("owner");
    assertThat(isAlive(mine)).isFalse();
  }

  @Test
  void otherTasksAreNotTouchedByAStop() throws Exception {
    agent.start(agent.shell("neighbour", daemon("neighbour.pid", "") + "sleep 60"));
    String daemon = line(home.resolve("neighbour.pid"));
    agent.start(agent.shell("stopped", "sleep 1000 & echo $! > stopped.pid; wait"));
    line(home.resolve("stopped.pid"));
    agent.client().stop(List.of("stopped"), LONG);
    assertThat(((Fact.Exited) agent.end("stopped")).cause()).isEqualTo(Cause.STOPPED);
    assertThat(isAlive(daemon)).isTrue();
    agent.client().stop(List.of("neighbour"), LONG);
    agent.end("neighbour");
    assertThat(isAlive(daemon)).isFalse();
  }

  @Test
  void whoeverIgnoresSigtermIsKilledAfterTheGrace() throws Exception {
    agent.start(agent.shell("deaf", "trap '' TERM; echo $$ > deaf.pid; while :; do sleep 1; done"));
    line(home.resolve("deaf.pid"));
    long begin = System.nanoTime();
    agent.client().stop(List.of("deaf"), Duration.ofMillis(300));
    Fact.Exited exited = (Fact.Exited) agent.end("deaf");
    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .isBetween(Duration.ofMillis(300), Duration.ofSeconds(5));
    assertThat(exited.status()).isEqualTo(new ExitStatus.Signal(9));
    assertThat(exited.cause()).isEqualTo(Cause.STOPPED);
  }

  @Test
  void descendantThatIgnoresSigtermIsKilledAfterTheTasksGrace() throws Exception {
    String deaf = "(trap '' TERM; echo ready > deaf-child; while :; do sleep 1; done) & ";
    Fact.Exited exited =
        agent.run("deaf-child", deaf + "while ! [ -s deaf-child ]; do sleep 0.01; done; exit 6");
    assertThat(exited.status()).isEqualTo(new ExitStatus.Code(6));
    assertThat(agent.client().list().living()).isEmpty();
  }

  @Test
  void sigtermPassesAWrappingByAndReachesTheTaskInIt() throws Exception {
    String child = "sh -c 'echo on > inside.on; exec sleep 60' & wait";
    String task = "trap 'sleep 0.2; echo saved; exit 9' TERM; " + child;
    TaskOrder order = agent.order("inside", "/bin/sh", "-c", "/bin/sh -c \"$0\"; exit $?", task);
    agent.start(RunningAgent.wrapped(order));
    line(home.resolve("inside.on"));
    agent.client().stop(List.of("inside"), LONG);
    Fact.Exited exited = (Fact.Exited) agent.end("inside");
    assertThat(exited.status()).isEqualTo(new ExitStatus.Code(9));
    assertThat(agent.stdout("inside")).hasContent("saved");
  }

  @Test
  void whatAWrappedTaskUsesIsToldThoughItsWrappingDoesNotWaitForIt() throws Exception {
    String busy =
        "i=0; while [ $i -lt 2000000 ]; do i=$((i+1)); done; echo on > busy; exec sleep 60";
    String around = "sh -c \"$0\" & while ! [ -e busy ]; do sleep 0.02; done; exit 3";
    agent.start(RunningAgent.wrapped(agent.order("busy", "/bin/sh", "-c", around, busy)));
    Fact.Exited exited = (Fact.Exited) agent.end("busy");
    assertThat(exited.status()).isEqualTo(new ExitStatus.Code(3));
    assertThat(exited.usage().user()).isGreaterThan(Duration.ofMillis(200));
    assertThat(exited.usage().peakMemoryKib()).isBetween(500L, 20_000L);
  }

  @Test
  void whatAWrappedTaskUsedThatNobodySawIsNotKnown() throws Exception {
    agent.start(RunningAgent.wrapped(agent.order("brief", "/bin/true")));
    Fact.Exited exited = (Fact.Exited) agent.end("brief");
    assertThat(exited.usage()).isEqualTo(Usage.UNKNOWN);
  }

  /// A child begins with the memory of whoever started it as its most.
  @Test
  void memoryIsToldIfItIsMoreThanTheAgentsOwn() throws Exception {
    assertThat(agent.run("small", "exec /bin/true").usage().peakMemoryKib()).isZero();
    String much = "head -c 400000000 /dev/zero | tail -c 300000000 | wc -c";
    assertThat(agent.run("much", much).usage().peakMemoryKib()).isGreaterThan(280_000);
  }

  @Test
  void wrappingThatIsStillBeingPutUpWhenItIsStoppedHearsOfItOnceTheTaskIsThere() throws Exception {
    String task = "echo on > late; sleep 60 & wait";
    TaskOrder order =
        agent.order("late", "/bin/sh", "-c", "sleep 0.5; /bin/sh -c \"$0\"; exit $?", task);
    agent.start(RunningAgent.wrapped(order));
    agent.client().stop(List.of("late"), LONG);
    Fact.Exited exited = (Fact.Exited) agent.end("late");
    assertThat(exited.cause()).isEqualTo(Cause.STOPPED);
    assertThat(exited.status()).isNotEqualTo(new ExitStatus.Signal(9));
  }

  @Test
  void programMayTidyUpInItsGrace() throws Exception {
    // The child says that it is on: before it is a program of its own it would swallow the signal.
    String child = "sh -c 'echo on > tidy.on; exec sleep 60' & wait";
    agent.start(agent.shell("tidy", "trap 'echo saved; exit 9' TERM; " + child));
    line(home.resolve("tidy.on"));
    agent.client().stop(List.of("tidy"), LONG);
    Fact.Exited exited = (Fact.Exited) agent.end("tidy");
    assertThat(exited.status()).isEqualTo(new ExitStatus.Code(9));
    assertThat(exited.cause()).isEqualTo(Cause.STOPPED);
    assertThat(agent.output("tidy")).isEqualTo("saved\n");
  }

  @Test
  void suspendedProcessHearsSigterm() throws Exception {
    agent.start(agent.shell("suspended", "echo $$ > suspended.pid; kill -STOP $$; sleep 60"));
    line(home.resolve("suspended.pid"));
    agent.client().stop(List.of("suspended"), LONG);
    assertThat(((Fact.Exited) agent.end("suspended")).status())
        .isEqualTo(new ExitStatus.Signal(15));
  }

  @Test
  void secondStopCanShortenTheGrace() throws Exception {
    agent.start(
        agent.shell("hurry", "trap '' TERM; echo on > hurry.on; while :; do sleep 1; done"));
    line(home.resolve("hurry.on"));
    agent.client().stop(List.of("hurry"), LONG);
    Thread.sleep(100);
    agent.client().stop(List.of("hurry"), Duration.ZERO);
    assertThat(((Fact.Exited) agent.end("hurry")).status()).isEqualTo(new ExitStatus.Signal(9));
  }

  @Test
  void processesThatKeepForkingAreStopped() throws Exception {
    // Appends: whoever is killed between opening a file and writing it would leave it empty.
    String hop = "#!/bin/sh\necho $$ >> hops\nsleep 0.002\n./hop &\n";
    Path file = java.nio.file.Files.writeString(home.resolve("hop"), hop);
    java.nio.file.Files.setPosixFilePermissions(
        file, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    agent.start(agent.shell("hopping", "trap '' TERM; ./hop & sleep 60"));
    line(home.resolve("hops"));
    agent.client().stop(List.of("hopping"), Duration.ofMillis(50));
    agent.end("hopping");
    String hops = line(home.resolve("hops"));
    Thread.sleep(200);
    assertThat(line(home.resolve("hops"))).isEqualTo(hops);
  }

  @Test
  void shortTasksWithDescendantsLeaveNothingInABurst() throws Exception {
    List<String> tasks = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      tasks.add("brood-" + i);
    }
    agent
        .client()
        .start(
            tasks.stream()
                .map(task -> agent.shell(task, "sleep 1000 & echo $! > " + task + ".pid"))
                .toList());
    for (String task : tasks) {
      assertThat(((Fact.Exited) agent.end(task)).cause()).isEqualTo(Cause.EXITED);
      assertThat(isAlive(line(home.resolve(task + ".pid")))).isFalse();
    }
  }

  @Test
  void stopOfAnUnknownTaskLeavesATombstone() throws Exception {
    StopVerdict stop = agent.client().stop(List.of("never-seen"), LONG).getFirst();
    assertThat(stop.kind()).isEqualTo(StopVerdict.Kind.TOMBSTONED);
    StartVerdict start =
        agent.client().start(List.of(agent.order("never-seen", "true"))).getFirst();
    assertThat(start.kind()).isEqualTo(StartVerdict.Kind.TOMBSTONED);
    assertThat(start.why()).isEqualTo("stopped before it started");
    assertThat(agent.end("never-seen")).isEqualTo(new Fact.Tombstone());
    assertThat(agent.client().list().tombstones()).contains("never-seen");
  }

  @Test
  void stopOfAnEndedTaskSaysSo() throws Exception {
    agent.run("was", "true");
    assertThat(agent.client().stop(List.of("was"), LONG).getFirst().kind())
        .isEqualTo(StopVerdict.Kind.ENDED);
  }

  @Test
  void stopRightAfterStartEndsItOneWayOrTheOther() throws Exception {
    List<String> tasks = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String task = "quick-" + i;
      tasks.add(task);
      agent.start(agent.order(task, "sleep", "1000"));
      agent.client().stop(List.of(task), Duration.ZERO);
    }
    for (String task : tasks) {
      switch (agent.end(task)) {
        case Fact.Exited exited -> assertThat(exited.cause()).isEqualTo(Cause.STOPPED);
        case Fact other -> throw new AssertionError(other);
      }
    }
    eventually("nothing lives", () -> nothingOf("quick-"));
  }

  private static boolean nothingOf(String prefix) {
    try {
      return agent.client().list().living().stream().noneMatch(t -> t.task().startsWith(prefix));
    } catch (java.io.IOException e) {
      return false;
    }
  }
}
