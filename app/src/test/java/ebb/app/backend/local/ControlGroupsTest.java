package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.app.backend.local.ControlGroups.Joined;
import ebb.app.backend.local.ControlGroups.Limits;
import ebb.app.backend.local.ControlGroups.Usage;
import ebb.kernel.protocol.Weakness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlGroupsTest {
  private static final long MEBIBYTE = 1 << 20;

  /// With the kernel's own groups.
  @Nested
  class OfThisMachine {
    /// One for each test, as for each attempt: what is left of a former one is removed meanwhile.
    private final String task = "task-" + System.nanoTime();

    private ControlGroups groups;

    @BeforeEach
    void find() throws Exception {
      groups = ControlGroups.find(Path.of("/"), "test");
      assumeTrue(groups.areThere(), "no control groups: " + groups.missing());
    }

    private Programs.Ended run(Limits limits, String line) throws Exception {
      return groups.join(task, limits, List.of("/bin/sh", "-c", line)).run();
    }

    @Test
    void memoryAboveTheLimitIsNotHad() throws Exception {
      Limits limits = new Limits(32 * MEBIBYTE, 0, 0);

      Programs.Ended ended = run(limits, "head -c 200000000 /dev/zero | tail | wc -c; false");
      Usage usage = groups.end(task, true);

      assertThat(ended.output()).doesNotContain("200000000");
      assertThat(usage.killed()).isPositive();
      assertThat(usage.peakMemoryKibibytes()).isBetween(16 * 1024L, 33 * 1024L);
    }

    @Test
    void processorTimeIsSharedOutAndCounted() throws Exception {
      Limits limits = new Limits(0, 1, 0);
      String twice = "for i in 1 2; do timeout 1 /bin/sh -c 'while :; do :; done' & done; wait";

      long began = System.nanoTime();
      run(limits, twice);
      long millis = (System.nanoTime() - began) / 1_000_000;
      Usage usage = groups.end(task, true);

      // Twice the time without the limit; how much of it there is on a busy machine is another
      // matter.
      assertThat(usage.cpuMillis()).isBetween(50L, millis * 3 / 2);
    }

    @Test
    void processesAboveTheLimitAreNotMade() throws Exception {
      Limits limits = new Limits(0, 0, 5);

      Programs.Ended ended =
          run(limits, "for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait; echo end");
      groups.end(task, true);

      assertThat(ended.output()).containsIgnoringCase("fork");
    }

    @Test
    void nothingIsLeftOfATaskThatHasEndedOnceItsLastProcessIsGone() throws Exception {
      String works = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; ";
      run(new Limits(0, 0, 0), works + "sleep 2 >/dev/null 2>&1 &");
      Usage usage = groups.end(task, true);
      assertThat(usage.cpuMillis()).isPositive();

      ServerStandIn.eventually(
          "its groups are gone",
          () -> groups.end(task, true).equals(new Usage(0, 0, 0, 0, 0, 0, false, 0, 0)));
    }
  }

  /// With files that look like the kernel's, for what this machine may not have.
  @TempDir Path root;

  private void mounts(String... lines) throws Exception {
    Files.createDirectories(root.resolve("proc/self"));
    Files.writeString(root.resolve("proc/self/mounts"), String.join("\n", lines) + "\n");
  }

  @Test
  void machineWithoutGroupsLimitsNothingAndSaysSo() throws Exception {
    mounts("proc /proc proc rw 0 0");

    ControlGroups groups = ControlGroups.find(root, "test");

    assertThat(groups.areThere()).isFalse();
    assertThat(groups.missing()).contains("memory, cpu, cpuacct, pids");
    assertThat(groups.unlimited()).isEqualTo(Weakness.WITHOUT_LIMITS);
    assertThat(groups.join("task", new Limits(1, 1, 1), List.of("true")))
        .isEqualTo(new Joined(List.of("true"), List.of()));
  }

  @Test
  void machineOfBothVersionsWhoseControllersAreTheFirstsIsNoneOfTheSecond() throws Exception {
    mounts("cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0");
    Files.createDirectories(root.resolve("sys/fs/cgroup/unified"));
    Files.writeString(root.resolve("sys/fs/cgroup/unified/cgroup.controllers"), "hugetlb\n");

    assertThat(ControlGroups.find(root, "test").missing()).contains("memory, cpu, cpuacct, pids");
  }

  @Test
  void startLeavesGroupsThatATaskIsAboutToEnterAndRemovesForgottenOnes() throws Exception {
    mounts("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0");
    Path base = Files.createDirectories(root.resolve("sys/fs/cgroup/ebb"));
    for (Path folder : List.of(base, root.resolve("sys/fs/cgroup"))) {
      Files.writeString(folder.resolve("cgroup.controllers"), "cpu memory pids\n");
    }
    Path made = Files.createDirectory(base.resolve("test_made"));
    Path forgotten = Files.createDirectory(base.resolve("test_forgotten"));
    Path others = Files.createDirectory(base.resolve("other_forgotten"));
    FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    Files.setLastModifiedTime(forgotten, longAgo);
    Files.setLastModifiedTime(others, longAgo);

    assertThat(ControlGroups.find(root, "test").missing()).isEmpty();

    assertThat(made).exists();
    assertThat(forgotten).doesNotExist();
    assertThat(others).exists();
  }

  @Test
  void startRemovesWhatPodmanLeftInHierarchiesThatLimitNothing() throws Exception {
    List<String> lines = new ArrayList<>();
    for (String name : List.of("memory", "cpu", "cpuacct", "pids", "blkio", "devices")) {
      lines.add("cgroup /sys/fs/cgroup/%1$s cgroup rw,relatime,%1$s 0 0".formatted(name));
      Files.createDirectories(root.resolve("sys/fs/cgroup/" + name));
    }
    mounts(lines.toArray(String[]::new));
    Path base = root.resolve("sys/fs/cgroup/blkio/ebb");
    Path forgotten = Files.createDirectories(base.resolve("test_task"));
    Files.createDirectory(forgotten.resolve("conmon"));
    Path others = Files.createDirectory(base.resolve("other_task"));
    Files.setLastModifiedTime(forgotten, FileTime.from(Instant.now().minus(Duration.ofHours(1))));

    ControlGroups.find(root, "test");

    assertThat(forgotten).doesNotExist();
    assertThat(others).exists();
  }

  private static final String LIMIT = "memory.limit_in_bytes";
  private static final String MOST_USED = "memory.max_usage_in_bytes";

  /// Of the first version, as [#mounts] says them: each with the files that a trial at the start
  /// needs, but for one.
  private ControlGroups without(String missing) throws Exception {
    List<String> lines = new ArrayList<>();
    String trial = "test_trial-" + ProcessHandle.current().pid();
    for (String name : List.of("memory", "cpu", "cpuacct", "pids")) {
      lines.add("cgroup /sys/fs/cgroup/%1$s cgroup rw,relatime,%1$s 0 0".formatted(name));
      Path group = Files.createDirectories(root.resolve("sys/fs/cgroup/" + name + "/ebb/" + trial));
      for (String file : List.of("../tasks", "tasks", "cgroup.procs", LIMIT, MOST_USED)) {
        Path path = group.resolve(file);
        Path _ = file.equals(missing) ? Files.createDirectory(path) : Files.createFile(path);
      }
    }
    mounts(lines.toArray(String[]::new));
    return ControlGroups.find(root, "test");
  }

  @Test
  void groupsThatATaskCannotEnterAreNone() throws Exception {
    assertThat(without("tasks").missing()).contains("may enter a group", "/tasks");
  }

  @Test
  void groupsThatTheAgentCannotLeaveAreNone() throws Exception {
    assertThat(without("../tasks").missing()).contains("and leave it again", "/ebb/tasks");
  }

  @Test
  void memoryOfTheFirstVersionThatWasNearItsLimitHasReachedIt() throws Exception {
    ControlGroups groups = without("none");
    long limit = 64 * MEBIBYTE;
    for (long below : List.of(0L, MEBIBYTE - 1, 2 * MEBIBYTE)) {
      String task = "below-" + below;
      Path group = Files.createDirectories(root.resolve("sys/fs/cgroup/memory/ebb/test_" + task));
      Files.writeString(group.resolve(LIMIT), limit + "\n");
      Files.writeString(group.resolve(MOST_USED), (limit - below) + "\n");

      Usage usage = groups.end(task, true);

      assertThat(usage.memoryLimitBytes()).isEqualTo(limit);
      assertThat(usage.peakMemoryKibibytes()).isEqualTo((limit - below) / 1024);
      assertThat(usage.reachedLimit()).as(below + " below").isEqualTo(below < MEBIBYTE);
    }
  }

  @Test
  void trialUsesTheFilesThatTasksUse() throws Exception {
    assertThat(without("cgroup.procs").missing()).isEmpty();
  }

  @Test
  void whatAnOrdinaryUsersGroupsDoNotLimitIsSaid() throws Exception {
    mounts("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0");
    Path base = Files.createDirectories(root.resolve("sys/fs/cgroup/ebb"));
    for (Path folder : List.of(base, root.resolve("sys/fs/cgroup"))) {
      Files.writeString(folder.resolve("cgroup.controllers"), "memory pids\n");
    }

    assertThat(ControlGroups.find(root, "test").unlimited())
        .containsExactly(Weakness.PROCESSORS_UNLIMITED);
  }

  @Test
  void groupsOfTheSecondVersionGetTheLimitsInItsOwnWords() throws Exception {
    mounts("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0");
    Path top = Files.createDirectories(root.resolve("sys/fs/cgroup"));
    Path task = Files.createDirectories(top.resolve("ebb/test_task"));
    Path trial =
        Files.createDirectory(top.resolve("ebb/test_trial-" + ProcessHandle.current().pid()));
    for (Path folder : List.of(top, top.resolve("ebb"))) {
      Files.writeString(folder.resolve("cgroup.controllers"), "cpu memory pids\n");
    }
    for (String file : List.of("memory.max", "cpu.max", "pids.max", "memory.swap.max")) {
      Files.writeString(task.resolve(file), "max\n");
    }
    // The kernel gives a trial's group the same files as a task's.
    for (String file :
        List.of(
            "memory.max",
            "cpu.max",
            "pids.max",
            "memory.swap.max",
            "cpu.stat",
            "io.stat",
            "memory.peak")) {
      Files.createFile(trial.resolve(file));
    }
    Files.writeString(task.resolve("cpu.stat"), "usage_usec 2500000\nuser_usec 1\n");
    String io = "8:0 rbytes=100 wbytes=20 rios=1\n253:1 rbytes=5 wbytes=4096 rios=2\n";
    Files.writeString(task.resolve("io.stat"), io);
    Files.writeString(task.resolve("memory.peak"), "1048576\n");
    ControlGroups groups = ControlGroups.find(root, "test");

    Joined joined = groups.join("task", new Limits(64 * MEBIBYTE, 2, 100), List.of("program"));

    assertThat(joined.groups()).isEmpty();
    assertThat(joined.arguments())
        .contains(task.resolve("cgroup.procs").toString())
        .endsWith("program");
    assertThat(Files.readString(task.resolve("memory.max"))).isEqualTo("67108864");
    assertThat(Files.readString(task.resolve("memory.swap.max"))).isEqualTo("0");
    assertThat(Files.readString(task.resolve("cpu.max"))).isEqualTo("200000 100000");
    assertThat(Files.readString(task.resolve("pids.max"))).isEqualTo("100");
    assertThat(groups.end("task", true))
        .isEqualTo(new Usage(2_500, 1_024, 105, 4_116, 0, 64 * MEBIBYTE, false, 0, 100));
  }
}
