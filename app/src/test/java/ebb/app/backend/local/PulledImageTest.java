package ebb.app.backend.local;

import static ebb.app.backend.local.ServerStandIn.NODE;
import static ebb.app.backend.local.ServerStandIn.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.app.files.ProcessUser;
import ebb.app.specification.Specification;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.VmSize;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images that are not here, from a real registry on the loopback address that asks for a password.
class PulledImageTest {
  private static final VmSize SMALL = new VmSize("Small", "S", 1, 512, 0);
  private static final Path SETTINGS = Path.of("/etc/containers/registries.conf.d");
  private static final String PASSWORD = "U*U";

  /// Of the user `ann`, with that password: a known answer of bcrypt.
  private static final String ACCOUNT =
      "ann:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n";

  @TempDir Path folder;
  private int port;
  private String image;
  private Path known;
  private Process registry;
  private ServerStandIn server;

  @BeforeEach
  void begin() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    Path program = Path.of("/usr/bin/docker-registry");
    assumeTrue(ProcessUser.isRoot(), "only root may start containers");
    assumeTrue(Files.isExecutable(program), "needs the package docker-registry");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    image = image(port);
    Files.createDirectories(SETTINGS);
    removeLeftovers();
    known = SETTINGS.resolve("ebb-test-%d-%d.conf".formatted(ProcessHandle.current().pid(), port));
    Files.writeString(
        known, "[[registry]]\nlocation = \"127.0.0.1:%d\"\ninsecure = true\n".formatted(port));
    start(new Images("127.0.0.1:" + port, Duration.ofMinutes(2), 0));
    registry = registry(program);
    SmallImage.make(folder, image);
    login();
    SmallImage.podman("push", image);
    SmallImage.podman("rmi", image);
  }

  private static String image(int port) {
    return "127.0.0.1:%d/team/small:1".formatted(port);
  }

  /// Only the machine's own settings say that a registry has no certificate. What a test whose
  /// process was killed has left there goes, with its login and its image.
  private static void removeLeftovers() throws Exception {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(SETTINGS, "ebb-test-*-*.conf")) {
      for (Path file : files) {
        String[] words = file.getFileName().toString().split("[-.]", -1);
        if (ProcessHandle.of(Long.parseLong(words[2])).isEmpty()) {
          forget(Integer.parseInt(words[3]));
          Files.delete(file);
        }
      }
    }
  }

  private static void forget(int port) throws Exception {
    SmallImage.run("", "logout", "127.0.0.1:" + port);
    SmallImage.run("", "rmi", "--ignore", image(port));
  }

  private void start(Images images) throws Exception {
    Path home = Files.createDirectories(folder.resolve("home"));
    TaskUsers users =
        TaskUsers.each(
            TaskUsers.Range.parse("1900000000-1900065535"),
            home,
            new Neighbours(home.resolve("machine"), "1"));
    Confines confines =
        Confines.find(
            home,
            ServerStandIn.INSTALLATION,
            new Confines.Wanted(users, List.of(), 1, false, images));
    assumeTrue(
        confines.isolation().containerMissing().isEmpty(), confines.isolation().containerMissing());
    if (server != null) {
      server.close();
    }
    server =
        new ServerStandIn(
            new LocalOptions(home, () -> true, ServerStandIn.INSTALLATION, confines, 1_000_000));
    server.begin();
    server.readyNode();
  }

  private Process registry(Path program) throws Exception {
    Files.writeString(folder.resolve("accounts"), ACCOUNT);
    Path settings =
        Files.writeString(
            folder.resolve("registry.yml"),
            """
            version: 0.1
            storage: {filesystem: {rootdirectory: %1$s/images}}
            http: {addr: "127.0.0.1:%2$d"}
            auth: {htpasswd: {realm: test, path: %1$s/accounts}}
            """
                .formatted(folder, port));
    Process process =
        new ProcessBuilder(program.toString(), "serve", settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("registry.log").toFile())
            .start();
    ServerStandIn.eventually("the registry listens", this::isListening);
    return process;
  }

  private boolean isListening() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private void login() throws Exception {
    Programs.Ended ended =
        SmallImage.run(
            PASSWORD, "login", "--username", "ann", "--password-stdin", "127.0.0.1:" + port);
    assertThat(ended.isFine()).as(ended.output()).isTrue();
  }

  @AfterEach
  void end() throws Exception {
    if (server != null) {
      server.closeAll();
    }
    if (registry != null) {
      registry.destroyForcibly();
      forget(port);
    }
    if (known != null) {
      Files.deleteIfExists(known);
    }
  }

  private void tell(TaskId task, String name) throws Exception {
    tell(task, name, "echo in the image");
  }

  private void tell(TaskId task, String name, String line) throws Exception {
    Specification specification =
        new Specification(
            new Specification.ShellLine(line),
            new TreeMap<>(),
            Optional.empty(),
            new Specification.Image(name),
            new TreeMap<>(),
            new TreeMap<>(),
            new Specification.NotDistributed(),
            "");
    Backend.StartTask bare = server.startTask(task, NODE, specification, 0);
    server.tell(
        new Backend.StartTask(
            bare.task(),
            bare.node(),
            new Backend.Confinement(
                Isolation.CONTAINER, true, SMALL.vcpus(), SMALL.memoryMebibytes()),
            bare.job(),
            bare.jobName(),
            bare.submitter(),
            bare.attemptNumber(),
            bare.nodes(),
            bare.specHash(),
            bare.limitMillis(),
            bare.graceMillis()));
  }

  private void runs(TaskId task) throws Exception {
    tell(task, image);
    assertThat(server.exited(task).report().code()).as(log(task)).isZero();
  }

  private Optional<Path> mark() throws Exception {
    try (Stream<Path> marks = Files.list(folder.resolve("home/containers/pulled"))) {
      return marks.filter(mark -> !mark.endsWith("lock")).findFirst();
    }
  }

  private void nobodyHasUsedItForTwoDays() throws Exception {
    Instant then = Instant.now().minus(Duration.ofDays(2));
    Files.setLastModifiedTime(mark().orElseThrow(), FileTime.from(then));
  }

  private RunFolders.Removed unusedForADay(boolean really) throws Exception {
    long since = Instant.now().minus(Duration.ofDays(1)).toEpochMilli();
    return server.backend.removeImages(since, really);
  }

  private boolean isThere() throws Exception {
    return SmallImage.run("", "image", "exists", image).isFine();
  }

  private String log(TaskId task) throws Exception {
    Path log = server.backend.folders().run(ServerStandIn.job(task), 1, 0).stderr();
    return Files.exists(log) ? Files.readString(log) : "";
  }

  @Test
  void imageIsPulledOnceByTheFirstOfTheTasksThatWantItAndItsLogSaysSo() throws Exception {
    tell(task(1), image);
    tell(task(2), image);

    assertThat(server.exited(task(1)).report().code()).as(log(task(1))).isZero();
    assertThat(server.exited(task(2)).report().code()).as(log(task(2))).isZero();
    assertThat(server.stdout(task(1))).isEqualTo("in the image\n");
    String both = log(task(1)) + log(task(2));
    assertThat(both).containsOnlyOnce("ebb: image: pulling " + image).contains("Copying blob");
    assertThat(both).doesNotContain(PASSWORD);
    assertThat(Files.readString(folder.resolve("registry.log")).lines())
        .filteredOn(line -> line.contains("GET /v2/team/small/blobs/") && line.contains(" 200 "))
        .hasSizeBetween(1, 2); // its one layer and its settings
  }

  @Test
  void imageThatIsNotThereOrNotForUsIsSaidWithWhatToDo() throws Exception {
    String absent = image.replace("small", "absent");
    tell(task(1), absent);
    SmallImage.podman("logout", "127.0.0.1:" + port);
    tell(task(2), image);
    tell(task(3), "registry.invalid/team/small:1");

    assertNotPulled(task(1));
    assertThat(log(task(1))).contains(absent, "could not be pulled", "Check the name");
    assertNotPulled(task(2));
    assertThat(log(task(2))).contains("could not be pulled", "'podman login --authfile ~/.config/");
    assertNotPulled(task(3));
    assertThat(log(task(3)))
        .contains("nothing is pulled from registry.invalid here", "images.registries")
        .doesNotContain("pulling");
  }

  private void assertNotPulled(TaskId task) throws Exception {
    TaskReport report = server.exited(task).report();
    assertThat(report.end()).isEqualTo(TaskEnd.REFUSED);
    assertThat(report.code()).isZero();
    assertThat(report.detail()).startsWith("its image could not be made ready");
  }

  @Test
  void registryThatDoesNotServeIsNoFaultOfTheJob() throws Exception {
    registry.destroyForcibly().waitFor();
    tell(task(1), image);
    assertThat(server.exited(task(1)).report().end()).isEqualTo(TaskEnd.LOST);
    assertThat(log(task(1))).contains("could not be pulled");
  }

  @Test
  void pullThatHangsIsCancelledWithItsTaskAndEndsAtItsDeadline() throws Exception {
    registry.destroyForcibly().waitFor();
    try (ServerSocket _ = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
      tell(task(1), image);
      ServerStandIn.eventually("it pulls", () -> log(task(1)).contains("pulling"));
      server.tell(new Backend.StopTask(task(1), 10_000));
      TaskReport stopped = server.exited(task(1)).report();
      assertThat(stopped.end()).isEqualTo(TaskEnd.STOPPED);

      start(new Images(Images.ANY, Duration.ofSeconds(1), 0));
      tell(task(2), image);
      assertNotPulled(task(2));
      assertThat(log(task(2))).contains("it took longer than 1 s (images.pull-within)");
    }
  }

  @Test
  void imageThatTasksHavePulledIsRemovedWhenNoneHasStartedWithItForLongAndNoContainerUsesIt()
      throws Exception {
    runs(task(1));
    assertThat(server.backend.removeImages(Long.MAX_VALUE, true).count()).as("just used").isZero();
    nobodyHasUsedItForTwoDays();
    runs(task(2));
    assertThat(unusedForADay(true).count()).as("used again").isZero();

    tell(task(3), image, "echo begun >&2; exec busybox sleep 600");
    ServerStandIn.eventually("it runs", () -> log(task(3)).contains("begun"));
    nobodyHasUsedItForTwoDays();
    assertThat(unusedForADay(false).count()).as("in use, to be counted").isZero();
    assertThat(unusedForADay(true).count()).as("in use").isZero();
    assertThat(isThere()).isTrue();
    server.tell(new Backend.StopTask(task(3), 0));
    server.exited(task(3));

    ServerStandIn.eventually("its container is gone", () -> unusedForADay(false).count() == 1);
    assertThat(isThere()).as("it was only counted").isTrue();
    RunFolders.Removed removed = unusedForADay(true);
    assertThat(removed.count()).isOne();
    assertThat(removed.bytes()).isGreaterThan(Files.size(Path.of("/bin/busybox")));
    assertThat(isThere()).isFalse();
    assertThat(mark()).isEmpty();
    assertThat(unusedForADay(true).count()).as("again").isZero();

    runs(task(4));
    assertThat(log(task(4))).contains("pulling " + image);
  }

  @Test
  void imageThatAnOperatorHasBroughtOrNamedStaysHoweverLongNoTaskUsesIt() throws Exception {
    SmallImage.podman("pull", image);
    runs(task(1));
    assertThat(mark()).as("no task has pulled it").isEmpty();
    assertThat(unusedForADay(true).count()).isZero();
    assertThat(isThere()).isTrue();

    SmallImage.podman("rmi", image);
    runs(task(2));
    String own = "localhost/ebb-kept-%d:1".formatted(port);
    SmallImage.podman("tag", image, own);
    try {
      nobodyHasUsedItForTwoDays();
      assertThat(unusedForADay(false).count()).isZero();
      assertThat(unusedForADay(true).count()).isZero();
      assertThat(isThere()).isTrue();
    } finally {
      SmallImage.podman("rmi", own);
    }
  }

  @Test
  void imageThatTasksHavePulledByItsTagAndItsDigestIsRemovedWithBothAndAMarkOfNothingGoes()
      throws Exception {
    runs(task(1));
    Programs.Ended digest =
        SmallImage.run("", "image", "inspect", "--format", "{{index .RepoDigests 0}}", image);
    SmallImage.podman("rmi", image);
    tell(task(2), digest.output().strip());
    assertThat(server.exited(task(2)).report().code()).as(log(task(2))).isZero();
    runs(task(3));
    assertThat(log(task(3))).contains("pulling " + image);

    nobodyHasUsedItForTwoDays();
    assertThat(unusedForADay(true).count()).isOne();
    assertThat(SmallImage.run("", "image", "exists", digest.output().strip()).code()).isOne();

    runs(task(4));
    SmallImage.podman("rmi", image);
    nobodyHasUsedItForTwoDays();
    assertThat(unusedForADay(true)).isEqualTo(new RunFolders.Removed(0, 0));
    assertThat(mark()).isEmpty();
  }
}
