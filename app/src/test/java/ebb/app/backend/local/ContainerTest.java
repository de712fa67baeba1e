package ebb.app.backend.local;

import static ebb.app.backend.local.ServerStandIn.NODE;
import static ebb.app.backend.local.ServerStandIn.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.app.files.ProcessUser;
import ebb.app.specification.Specification;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.VmSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tasks in containers of podman, on an image that is imported from a root file system, under a
/// real agent.
class ContainerTest {
  private static final String IMAGE = "localhost/ebb-test:1";
  private static final VmSize SMALL = new VmSize("Small", "S", 1, 256, 0);

  @TempDir Path folder;
  private ServerStandIn server;
  private ServerSocket control;
  private Confines confines;

  @BeforeEach
  void begin() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    Path home = Files.createDirectory(folder.resolve("home"));
    assumeTrue(ProcessUser.isRoot(), "only root may start containers");
    TaskUsers users =
        TaskUsers.each(
            TaskUsers.Range.parse("1900000000-1900065535"),
            home,
            new Neighbours(home.resolve("machine"), "1"));
    control = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    confines =
        Confines.find(
            home,
            ServerStandIn.INSTALLATION,
            new Confines.Wanted(users, List.of(), control.getLocalPort(), false, Images.THERE));
    assumeTrue(
        confines.isolation().containerMissing().isEmpty(), confines.isolation().containerMissing());
    SmallImage.make(folder, IMAGE);
    server =
        new ServerStandIn(
            new LocalOptions(home, () -> true, ServerStandIn.INSTALLATION, confines, 1_000_000));
    server.begin();
    server.readyNode();
  }

  @AfterEach
  void end() throws Exception {
    if (server != null) {
      server.closeAll();
    }
    if (control != null) {
      control.close();
    }
  }

  private static Specification specification(String line, Specification.Environment environment) {
    return new Specification(
        new Specification.ShellLine(line),
        new TreeMap<>(Map.of("GREETING", "hello you", "LD_PRELOAD", "/no/such.so")),
        Optional.empty(),
        environment,
        new TreeMap<>(),
        new TreeMap<>(),
        new Specification.NotDistributed(),
        "");
  }

  private Backend.StartTask order(
      TaskId task, Specification specification, Isolation isolation, boolean network)
      throws Exception {
    Backend.StartTask bare = server.startTask(task, NODE, specification, 0);
    return new Backend.StartTask(
        bare.task(),
        bare.node(),
        new Backend.Confinement(isolation, network, SMALL.vcpus(), SMALL.memoryMebibytes()),
        bare.job(),
        bare.jobName(),
        bare.submitter(),
        bare.attemptNumber(),
        bare.nodes(),
        bare.specHash(),
        bare.limitMillis(),
        bare.graceMillis());
  }

  private Command.TaskExited run(int number, String line) throws Exception {
    Specification inImage = specification(line, new Specification.Image(IMAGE));
    server.tell(order(task(number), inImage, Isolation.CONTAINER, true));
    return server.exited(task(number));
  }

  @Test
  void taskFindsTheImageItsFolderItsVariablesAndNoRights() throws Exception {
    String line =
        "/bin/busybox id -u; /bin/busybox ls /; echo $GREETING; echo kept > outputs/file;"
            + " /bin/busybox grep CapEff /proc/self/status; echo x > /harm; exit 7";

    assertThat(run(1, line).report().code()).isEqualTo(7);

    assertThat(server.stdout(task(1)))
        .startsWith("1900000000\n")
        .contains("hello you\n", "bin\n", "0000000000000000")
        .doesNotContain("home\n", "opt\n");
    Path own = server.backend.folders().run(ServerStandIn.job(task(1)), 1, 0).workingDirectory();
    assertThat(own.resolve("outputs/file")).hasContent("kept");
  }

  @Test
  void memoryProcessorsAndProcessesOfTheSizeAreLimitsAndWhatWasUsedIsReported() throws Exception {
    Command.TaskExited hog =
        run(1, "/bin/busybox head -c 800000000 /dev/zero | /bin/busybox tail | /bin/busybox wc -c");
    Command.TaskExited busy =
        run(2, "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done");

    assertThat(server.stdout(task(1))).doesNotContain("800000001").doesNotContain("800000000");
    assertThat(hog.report().peakMemoryKibibytes()).isBetween(128 * 1024L, 257 * 1024L);
    assertThat(server.stdout(task(2))).isEqualTo("done\n");
    assertThat(busy.report().cpuMillis()).isPositive();
  }

  @Test
  void containerThatIsKilledForWantOfMemorySaysSoAndOneThatIsKilledOtherwiseDoesNot()
      throws Exception {
    Command.TaskExited hog = run(1, "exec /bin/busybox tail /dev/zero");
    Command.TaskExited other = run(2, "kill -9 $$");

    // Version 2 may end all of the group, podman's process too; then that is what was killed.
    assertThat(hog.report().code()).isIn(137, -9);
    assertThat(hog.report().detail())
        .contains("it may use " + SMALL.memoryMebibytes() + " MiB: what its VM size has");
    assertThat(other.report().code()).isEqualTo(137);
    assertThat(other.report().detail()).isEmpty();
  }

  @Test
  void taskIsToldToStopAndThenNothingOfItIsLeft() throws Exception {
    Specification waits =
        specification(
            "trap 'echo saved; exit 9' TERM; echo ready; /bin/busybox sleep 1000 & wait",
            new Specification.Image(IMAGE));
    Specification deaf =
        specification(
            "trap '' TERM; echo ready; while :; do /bin/busybox sleep 1; done",
            new Specification.Image(IMAGE));
    server.tell(
        order(task(1), waits, Isolation.CONTAINER, true),
        order(task(2), deaf, Isolation.CONTAINER, false));
    for (int i = 1; i <= 2; i++) {
      TaskId task = task(i);
      server.started(task);
      ServerStandIn.eventually("it runs", () -> server.stdout(task).contains("ready"));
      server.tell(new Backend.StopTask(task, 2_000));
    }

    assertThat(server.exited(task(1)).report().end()).isEqualTo(TaskEnd.STOPPED);
    assertThat(server.stdout(task(1))).contains("saved");
    assertThat(server.exited(task(2)).report().end()).isEqualTo(TaskEnd.STOPPED);
    ServerStandIn.eventually(
        "podman knows none of them",
        () ->
            !Programs.run(List.of("/usr/bin/podman", "--cgroup-manager=cgroupfs", "ps", "-a"), "")
                .output()
                .contains("ebb-" + ServerStandIn.INSTALLATION));
    ServerStandIn.eventually("the kernel has no groups of them", () -> groupsOfTasks().isEmpty());
  }

  @Test
  void nextServerClearsAwayWhatAnEarlierOneHadNoTimeForAndKeepsWhatRuns() throws Exception {
    server.tell(
        order(
            task(1),
            specification("/bin/busybox sleep 1000", new Specification.Image(IMAGE)),
            Isolation.CONTAINER,
            true));
    server.started(task(1));
    server.close();
    Path files = folder.resolve("home/containers");
    Path over = Files.writeString(files.resolve("1.2.0@1.1"), "TOKEN=secret\n");
    // Of one that was ordered, and never reached the agent: it is ordered again.
    Path ordered = Files.writeString(files.resolve("1.3.0@1.1"), "TOKEN=secret\n");
    server =
        new ServerStandIn(
            new LocalOptions(
                folder.resolve("home"),
                () -> true,
                ServerStandIn.INSTALLATION,
                confines,
                1_000_000));
    server.over.add(task(2).attempt());
    server.begin();

    ServerStandIn.eventually("what is over is cleared away", () -> !Files.exists(over));
    Path runs = files.resolve("1.1.0@1.1");
    assertThat(runs).exists();
    assertThat(server.list().tasks()).containsExactly(task(1));
    server.tell(new Backend.StopTask(task(1), 0));
    server.exited(task(1));
    ServerStandIn.eventually("what has ended is cleared away", () -> !Files.exists(runs));
    assertThat(ordered).exists();
  }

  /// In whichever hierarchy.
  private static List<Path> groupsOfTasks() {
    try (Stream<Path> all =
        Files.find(
            Path.of("/sys/fs/cgroup"),
            3,
            (path, _) ->
                path.getFileName().toString().startsWith(ServerStandIn.INSTALLATION + "_"))) {
      return all.toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(Path.of("changes while it is read"));
    }
  }

  @Test
  void closedNetworkHasNoWayOut() throws Exception {
    Specification looks =
        specification(
            "/bin/busybox tail -n +3 /proc/net/dev | /bin/busybox cut -d: -f1",
            new Specification.Image(IMAGE));
    server.tell(order(task(1), looks, Isolation.CONTAINER, false));
    server.exited(task(1));

    assertThat(server.stdout(task(1)).strip()).isEqualTo("lo");
  }

  @Test
  void controlPortAndLinkLocalAddressesAreClosedAndOtherPortsAreNot() throws Exception {
    assumeTrue(LinkLocal.missing().isEmpty(), LinkLocal.missing());
    Thread _ = Thread.ofVirtual().start(() -> LinkLocal.answer(control));
    try (LinkLocal metadata = new LinkLocal()) {
      for (String address : metadata.addresses()) {
        assertThat(metadata.answers(address)).as(address).isTrue();
      }
      StringBuilder lines = new StringBuilder();
      for (String address : metadata.addresses()) {
        lines.append(connects(address, metadata.port()));
      }
      lines.append(connects("127.0.0.1", control.getLocalPort()));
      lines.append(connects("127.0.0.1", metadata.port()));
      run(1, lines.toString());
      // A kernel without a packet filter closes nothing, and that is what the node says.
      String closed = confines.isolation().filterMissing().isEmpty() ? "no\n" : "yes\n";
      assertThat(server.stdout(task(1)))
          .isEqualTo(closed.repeat(metadata.addresses().size() + 1) + "yes\n");
    }
  }

  private static String connects(String address, int port) {
    return "/bin/busybox nc -w 2 %s %d </dev/null && echo yes || echo no; "
        .formatted(address, port);
  }

  @Test
  void imageThatIsNotHereOrNotNamedOrNotInAContainerIsRefusedInWords() throws Exception {
    Specification.Image absent = new Specification.Image("localhost/no-such:1");
    server.tell(order(task(1), specification("true", absent), Isolation.CONTAINER, true));
    server.tell(
        order(
            task(2),
            specification("true", new Specification.HostEnvironment()),
            Isolation.CONTAINER,
            true));
    server.tell(
        order(
            task(3),
            specification("true", new Specification.Image("--privileged")),
            Isolation.CONTAINER,
            true));
    server.tell(
        order(
            task(4), specification("true", new Specification.Image(IMAGE)), Isolation.NONE, true));

    assertThat(server.exited(task(1)).report().detail())
        .startsWith("its image could not be made ready");
    assertThat(server.exited(task(1)).report().code()).isZero();
    assertThat(server.backend.folders().run(ServerStandIn.job(task(1)), 1, 0).stderr())
        .content()
        .contains("ebb: image: localhost/no-such:1 is not on this machine", "'podman import'");
    assertThat(server.exited(task(2)).report().detail()).contains("runs images: name one");
    assertThat(server.exited(task(3)).report().detail()).contains("no name of an image");
    assertThat(server.exited(task(4)).report().detail()).contains("isolation container");
    server.tell(
        order(
            task(5),
            specification(
                "true", new Specification.Image("oci-archive:" + folder.resolve("x.tar"))),
            Isolation.CONTAINER,
            true));
    assertThat(server.exited(task(5)).report().detail()).contains("no name of an image");
  }
}
