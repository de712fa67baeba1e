package ebb.app.backend.local;

import static ebb.app.backend.local.ServerStandIn.NODE;
import static ebb.app.backend.local.ServerStandIn.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.app.files.ProcessUser;
import ebb.app.files.Tree;
import ebb.app.specification.Specification;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.VmSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tasks in a sandbox of this machine, under a real agent.
class SandboxTest {
  /// Less than any VM of a catalogue has, so that a limit is reached fast.
  private static final VmSize SMALL = new VmSize("Small", "S", 1, 64, 0);

  @TempDir Path folder;
  private Path home;
  private Confines confines;
  private ServerStandIn server;

  @BeforeEach
  void begin() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    home = Files.createDirectory(folder.resolve("home"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    confines = find(List.of());
    assumeTrue(
        confines.isolation().sandboxMissing().isEmpty(), confines.isolation().sandboxMissing());
    server = new ServerStandIn(options());
    server.begin();
    server.readyNode();
  }

  private Confines find(List<Path> programs) throws Exception {
    TaskUsers users =
        ProcessUser.isRoot()
            ? TaskUsers.each(
                TaskUsers.Range.parse("1900000000-1900065535"),
                home,
                new Neighbours(home.resolve("machine"), "1"))
            : TaskUsers.same(null);
    return Confines.find(
        home,
        ServerStandIn.INSTALLATION,
        new Confines.Wanted(users, programs, 1, false, Images.THERE));
  }

  private LocalOptions options() {
    return new LocalOptions(home, () -> true, ServerStandIn.INSTALLATION, confines, 1_000_000);
  }

  @AfterEach
  void end() throws Exception {
    if (server != null) {
      server.closeAll();
    }
  }

  private Command.TaskExited run(TaskId task, String submitter, String line) throws Exception {
    server.tell(order(task, submitter, Specification.ofShellLine(line, Map.of()), SMALL));
    return server.exited(task);
  }

  private Backend.StartTask order(
      TaskId task, String submitter, Specification specification, VmSize size) throws Exception {
    Backend.StartTask bare = server.startTask(task, NODE, specification, 0);
    return new Backend.StartTask(
        bare.task(),
        bare.node(),
        new Backend.Confinement(Isolation.SANDBOX, true, size.vcpus(), size.memoryMebibytes()),
        bare.job(),
        bare.jobName(),
        submitter,
        bare.attemptNumber(),
        bare.nodes(),
        bare.specHash(),
        bare.limitMillis(),
        bare.graceMillis());
  }

  @Test
  void folderIsWhereItIsOutsideAndTheOnlyOneToWriteBesideTmp() throws Exception {
    String line = "pwd; echo kept > outputs/file; echo gone > /tmp/file; cat /tmp/file";

    assertThat(run(task(1), "ann", line).report().code()).isZero();

    Path own = server.backend.folders().run(ServerStandIn.job(task(1)), 1, 0).workingDirectory();
    assertThat(server.stdout(task(1)).lines()).containsExactly(own.toString(), "gone");
    assertThat(own.resolve("outputs/file")).hasContent("kept");
    assertThat(Path.of("/tmp/file")).doesNotExist();
  }

  @Test
  void eachSubmitterHasAUserWhoKeepsTheirNumber() throws Exception {
    assumeTrue(ProcessUser.isRoot(), "only root may run tasks as other users");
    run(task(1), "ann", "id -u");
    run(task(2), "bob", "id -u");
    run(task(3), "ann", "id -u");

    assertThat(server.stdout(task(1))).isEqualTo(server.stdout(task(3)));
    assertThat(server.stdout(task(1))).isNotEqualTo(server.stdout(task(2)));
    TaskUsers again =
        TaskUsers.each(
            TaskUsers.Range.parse("1900000000-1900065535"),
            home,
            new Neighbours(home.resolve("machine"), "1"));
    assertThat(again.of("bob").uid()).isEqualTo(Integer.parseInt(server.stdout(task(2)).strip()));
  }

  @Test
  void numbersThatRunOutAreAnErrorAndNobodySharesOne() throws Exception {
    TaskUsers two = numbers("7-8", "1");
    assertThat(two.of("ann").uid()).isEqualTo(7);
    assertThat(two.of("bob").uid()).isEqualTo(8);
    assertThatThrownBy(() -> two.of("eve")).hasMessageContaining("tasks.uids");
    assertThat(two.of("ann").uid()).isEqualTo(7);
  }

  /// The numbers of an installation with a home of its own on this machine.
  private TaskUsers numbers(String range, String installation) throws Exception {
    Path own = Files.createDirectories(folder.resolve("home-" + installation));
    return TaskUsers.each(
        TaskUsers.Range.parse(range), own, new Neighbours(folder.resolve("machine"), installation));
  }

  @Test
  void submittersOfServersThatShareARangeHaveDifferentNumbers() throws Exception {
    TaskUsers one = numbers("7-10", "1");
    TaskUsers other = numbers("7-10", "2");

    assertThat(one.of("ann").uid()).isEqualTo(7);
    assertThat(other.of("ann").uid()).isEqualTo(8);
    assertThat(one.of("bob").uid()).isEqualTo(9);
    assertThat(numbers("7-10", "2").of("ann").uid()).isEqualTo(8);
    assertThat(other.of("bob").uid()).isEqualTo(10);
    assertThatThrownBy(() -> one.of("eve")).hasMessageContaining("tasks.uids");
  }

  @Test
  void numbersOfAHomeThatIsGoneAreGivenAgainOnlyOnceItAndItsJobsHaveBeenGoneForLong()
      throws Exception {
    Path jobs = Files.createDirectory(folder.resolve("home-2-jobs"));
    Path link = Files.createDirectory(folder.resolve("home-2")).resolve("jobs");
    Files.createSymbolicLink(link, jobs);
    assertThat(numbers("7-8", "2").of("ann").uid()).isEqualTo(7);
    TaskUsers one = numbers("7-8", "1");
    one.of("ann");
    Path note = folder.resolve("machine/2.gone");

    new Tree(folder.resolve("home-2")).delete();
    assertThatThrownBy(() -> one.of("eve")).hasMessageContaining("tasks.uids");
    assertThat(note).doesNotExist();

    new Tree(jobs).delete();
    assertThatThrownBy(() -> one.of("eve")).hasMessageContaining("tasks.uids");
    goneFor(note, Neighbours.GIVEN_UP.minusMinutes(1));
    assertThatThrownBy(() -> one.of("eve")).hasMessageContaining("tasks.uids");
    Files.createDirectory(jobs); // a disk is mounted again: what was counted is forgotten
    assertThatThrownBy(() -> one.of("eve")).hasMessageContaining("tasks.uids");
    Files.delete(jobs);
    assertThatThrownBy(() -> one.of("eve")).hasMessageContaining("tasks.uids");

    goneFor(note, Neighbours.GIVEN_UP.plusMinutes(1));
    assertThat(one.of("eve").uid()).isEqualTo(7);
  }

  private static void goneFor(Path note, Duration time) throws Exception {
    Files.setLastModifiedTime(note, FileTime.from(Instant.now().minus(time)));
  }

  @Test
  void whateverIsPutIntoAHomeStopsNoOtherServer() throws Exception {
    numbers("7-10", "2").of("ann");
    Path own = folder.resolve("home-2/task-users");
    Files.delete(own);
    assertThat(new ProcessBuilder("mkfifo", own.toString()).start().waitFor()).isZero();

    TaskUsers one = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> numbers("7-10", "1"));

    assertThat(one.of("ann").uid()).isEqualTo(8);
  }

  @Test
  void numberThatAHomeCouldNotKeepIsNobodyElses() throws Exception {
    TaskUsers one = numbers("7-8", "1");
    Path inTheWay = folder.resolve("home-1/task-users.new");
    Files.createDirectories(inTheWay.resolve("full"));

    assertThatThrownBy(() -> one.of("ann")).isInstanceOf(IOException.class);
    assertThat(numbers("7-8", "2").of("bob").uid()).isEqualTo(8);

    new Tree(inTheWay).delete();
    assertThat(one.of("ann").uid()).isEqualTo(7);
  }

  @Test
  void damagedEntryOfTheMachineIsSaidWithWhatToDo() throws Exception {
    Path entry = Files.createDirectory(folder.resolve("machine")).resolve("2");
    for (String damage :
        List.of("", "home /a\n", "home /a\njobs /b\nx\n", "home %\njobs /b\n7\n")) {
      Files.writeString(entry, damage);

      assertThatThrownBy(() -> numbers("7-10", "1"))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(entry + " is damaged", "installation 2", "remove the file");
    }
  }

  @Test
  void machineWhoseFolderOfNumbersCannotBeWrittenSaysWhatToDo() throws Exception {
    Files.createFile(folder.resolve("machine"));

    assertThatThrownBy(() -> numbers("7-10", "1"))
        .hasMessageContainingAll(folder.resolve("machine").toString(), "volume", "tasks.user");
  }

  @Test
  void numberThatAHomeFromABackupHasForgottenIsNotGivenAgain() throws Exception {
    TaskUsers before = numbers("7-10", "1");
    before.of("ann");
    Path kept = folder.resolve("home-1/task-users");
    String backup = Files.readString(kept);
    assertThat(before.of("bob").uid()).isEqualTo(8);
    Files.writeString(kept, backup);

    TaskUsers back = numbers("7-10", "1");

    assertThat(back.of("eve").uid()).isEqualTo(9);
    assertThat(back.of("ann").uid()).isEqualTo(7);
    assertThat(numbers("7-10", "2").of("carl").uid()).isEqualTo(10);
    assertThatThrownBy(() -> numbers("7-10", "1").of("bob")).hasMessageContaining("tasks.uids");
  }

  @Test
  void aHomeFromAnotherMachineGivesUpTheNumbersThatAreTakenHere() throws Exception {
    numbers("7-10", "1").of("ann");
    Path moved = Files.createDirectories(folder.resolve("home-2")).resolve("task-users");
    Files.writeString(moved, "7 carl\n9 dave\n");

    TaskUsers users = numbers("7-10", "2");

    assertThat(users.of("dave").uid()).isEqualTo(9);
    assertThat(users.of("carl").uid()).isEqualTo(8);
    assertThat(moved).hasContent("8 carl\n9 dave\n");
  }

  @Test
  void taskThatWantsMoreProcessesThanItMayHaveAndFailsSaysSo() throws Exception {
    assumeTrue(confines.groups().areThere(), confines.groups().missing());
    String sleepers =
        "pwd; until [ -e go ]; do sleep 0.1; done;"
            + " i=0; while [ $i -lt 200 ]; do sleep 600 & i=$((i+1)); done";

    server.tell(order(task(1), "ann", Specification.ofShellLine(sleepers, Map.of()), SMALL));
    server.started(task(1));
    ServerStandIn.eventually("it runs", () -> server.stdout(task(1)).startsWith("/"));
    assertThat(limitProcesses("60")).as("4096 take long on slow machines").contains("4096");
    Files.createFile(Path.of(server.stdout(task(1)).strip(), "go"));
    Command.TaskExited forks = server.exited(task(1));
    Command.TaskExited fails = run(task(2), "ann", "exit 2");

    assertThat(forks.report().code()).isEqualTo(2);
    assertThat(forks.report().detail())
        .startsWith("it wanted more processes than it may have")
        .endsWith("it may have 60");
    assertThat(fails.report().detail()).isEmpty();
  }

  /// Of all tasks of the server; returns the limits before.
  private static List<String> limitProcesses(String most) throws IOException {
    List<String> before = new ArrayList<>();
    try (Stream<Path> all = Files.walk(Path.of("/sys/fs/cgroup"), 5)) {
      for (Path limit : all.filter(file -> file.endsWith("pids.max")).toList()) {
        if (limit.toString().contains("/" + ControlGroups.prefix(ServerStandIn.INSTALLATION))) {
          before.add(Files.readString(limit).strip());
          Files.writeString(limit, most);
        }
      }
    }
    return before;
  }

  @Test
  void memoryOfTheVmSizeIsALimitAndWhatWasUsedIsReported() throws Exception {
    assumeTrue(confines.groups().areThere(), confines.groups().missing());

    Command.TaskExited hog = run(task(1), "ann", "head -c 300000000 /dev/zero | tail | wc -c");
    Command.TaskExited greedy = run(task(3), "ann", "exec tail /dev/zero");
    Command.TaskExited busy =
        run(task(2), "ann", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done");

    assertThat(server.stdout(task(1)).strip()).isNotEqualTo("300000000");
    assertThat(hog.report().peakMemoryKibibytes()).isBetween(32 * 1024L, 65 * 1024L);
    assertThat(greedy.report().detail()).contains("killed for want of memory", "64 MiB");
    assertThat(busy.report().cpuMillis()).isPositive();
  }

  @Test
  void variableOfWhateverNameReachesTheTaskAndIsNoArgumentOfAnyProgram() throws Exception {
    Map<String, String> variables =
        Map.of("LD_SDK_KEY", "a '$x' b", "ENVIRONMENT_TOKEN", "c", "ENV", "d", "TMPDIR", "/e");
    String line =
        "env | grep -E '^(LD_SDK_KEY|ENVIRONMENT_TOKEN|ENV|TMPDIR|EBB_CARRIED_.*)=' | sort;"
            + " tr '\\0' '\\n' < /proc/1/cmdline";

    server.tell(order(task(1), "ann", Specification.ofShellLine(line, variables), SMALL));

    assertThat(server.exited(task(1)).report().code()).isZero();
    List<String> lines = server.stdout(task(1)).lines().toList();
    assertThat(lines.subList(0, 4))
        .containsExactly("ENV=d", "ENVIRONMENT_TOKEN=c", "LD_SDK_KEY=a '$x' b", "TMPDIR=/e");
    assertThat(lines.get(4)).as("the first process of the sandbox").endsWith("bwrap");
    assertThat(lines.subList(5, lines.size()))
        .noneMatch(argument -> argument.contains("a '$x' b") || argument.contains("=c"));
  }

  @Test
  void programThatIsNotThereIsSaidByName() throws Exception {
    TaskId task = task(1);
    server.tell(order(task, "ann", Specification.ofArguments(List.of("no-such"), Map.of()), SMALL));

    assertThat(server.exited(task).report().code()).isNotZero();
    Path stderr = server.backend.folders().run(ServerStandIn.job(task), 1, 0).stderr();
    assertThat(stderr).content().contains("no-such");
  }

  @Test
  void foldersOfProgramsAreShownAndTheHomeInThemIsNot() throws Exception {
    Files.writeString(folder.resolve("tool"), "tool\n");
    Files.writeString(home.resolve("token"), "secret\n");
    server.close();
    confines = find(List.of(folder));
    server = new ServerStandIn(options());
    server.begin();
    server.readyNode();

    run(task(1), "ann", "cat " + folder.resolve("tool") + "; cat " + home.resolve("token"));
    run(task(2), "ann", "echo x > " + folder.resolve("tool"));

    assertThat(server.stdout(task(1))).isEqualTo("tool\n");
    assertThat(folder.resolve("tool")).hasContent("tool");
  }

  @Test
  void runningSandboxIsAdoptedByTheNextServerAndItsUseIsStillKnown() throws Exception {
    Path sign = Files.createDirectory(folder.resolve("signs"));
    server.close();
    confines = find(List.of(sign));
    server = new ServerStandIn(options());
    server.begin();
    server.readyNode();
    TaskId task = task(1);
    String wait = "until [ -e %s/end ]; do sleep 0.05; done".formatted(sign);
    server.tell(order(task, "ann", Specification.ofShellLine(wait, Map.of()), SMALL));
    server.started(task);
    server.close();

    confines = find(List.of(sign));
    server = new ServerStandIn(options());
    server.begin();
    Files.createFile(sign.resolve("end"));

    assertThat(server.exited(task).report().code()).isZero();
    if (confines.groups().areThere()) {
      assertThat(server.exited(task).report().peakMemoryKibibytes()).isPositive();
    }
  }

  @Test
  void machineThatLostItsSandboxRefusesATaskThatNeedsOne() throws Exception {
    Wrapping wrapping = new Wrapping(UserChange.byChroot(), ControlGroups.none(""), null, null);
    Backend.Confinement wanted = new Backend.Confinement(Isolation.SANDBOX, true, 1, 64);

    assertThatThrownBy(() ->
            wrapping.wrap(
                wanted,
                new Sandbox.Own(home, home, List.of(), true),
                new Specification.HostEnvironment(),
                new Wrapping.Bare("task", null, List.of("true"), Map.of())))
        .isInstanceOf(CannotPrepare.class)
        .hasMessageContaining("install bubblewrap");
  }
}
