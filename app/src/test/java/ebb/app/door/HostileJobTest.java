package ebb.app.door;

import static ebb.app.door.ServedHome.CLUSTER;
import static ebb.app.door.ServedHome.WORKSPACE;
import static ebb.app.door.ServedHome.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.OperatingSystemMXBean;
import ebb.app.backend.local.LinkLocal;
import ebb.app.door.ServedHome.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// What jobs try that mean harm, against a real server, a real agent and the default sandbox.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostileJobTest {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/bwrap")), "needs bwrap of the package bubblewrap");
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "needs nft of the package nftables");
    assumeTrue(
        Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
        "needs root, for users of their own and a filter of the network");
    server =
        new ServedHome(
            folder,
            "--virtual-nodes",
            "--set",
            "host.personal=false",
            "--set",
            "tasks.programs=none");
    server.cluster(3);
    submit("deaf", "trap '' TERM; echo ready; while :; do sleep 0.1; done");
    ServedHome.until("it runs", () -> text("deaf").contains("ready"));
    server.send("POST", job("deaf") + "/cancel", "");
  }

  /// Runs a line of shell to its end; answers what it printed, then its exit code.
  private static String run(String line) throws Exception {
    String name = "hostile-" + NUMBERS.incrementAndGet();
    submit(name, "exec 2>&1; " + line);
    Answer ended = server.awaitJob(name, "ended");
    return printed(name) + ended.body().replaceAll(".*\"code\":(-?[0-9]+).*", "$1");
  }

  private static void submit(String name, String line) throws Exception {
    Answer answer = server.submit(name, line.replace("\\", "\\\\").replace("\"", "\\\""));
    assertThat(answer.status()).as(answer.body()).isIn(200, 201);
  }

  private static String printed(String name) throws Exception {
    return server.get(job(name) + "/logs").body();
  }

  /// The processes of the machine whose command line has the text in it.
  private static List<ProcessHandle> processes(String text) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> process.info().commandLine().orElse("").contains(text)).toList();
    }
  }

  @Test
  void tokenJournalAndAgentAreNotThere() throws Exception {
    Path home = server.home();
    for (String name : List.of("token", "journal.db", "specifications.db", "agent", "task-users")) {
      assertThat(home.resolve(name)).exists();
      assertThat(run("ls " + home.resolve(name))).contains("No such file").endsWith("2");
    }
  }

  @Test
  void folderOfAnotherJobIsNotThere() throws Exception {
    submit("secretive", "echo mine > own; pwd; sleep 1000");
    ServedHome.until("it runs", () -> text("secretive").contains("attempt-1"));
    String other = text("secretive").strip();

    assertThat(Path.of(other, "own")).exists();
    assertThat(run("cat " + other + "/own")).contains("No such file");
    assertThat(run("ls " + Path.of(other).getParent().getParent())).doesNotContain("secretive");

    cancel("secretive");
  }

  private static String text(String name) {
    try {
      return printed(name);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void cancel(String name) throws Exception {
    server.send("POST", job(name) + "/cancel", "");
    server.awaitJob(name, "ended");
  }

  @Test
  void processesOfOthersAreNeitherSeenNorSignalled() throws Exception {
    long pid = server.process().pid();

    assertThat(run("ls -d /proc/[0-9]* | wc -l")).matches("(?s)[1-9]\n0");
    assertThat(run("kill -9 " + pid)).contains("No such process");
    assertThat(run("kill -9 -1; echo still here")).contains("still here");
    assertThat(server.process().isAlive()).isTrue();
  }

  @Test
  void rightsAreNone() throws Exception {
    assertThat(run("grep -E '^Cap(Eff|Prm|Bnd)' /proc/self/status | grep -v 0000000000000000"))
        .endsWith("1");
    assertThat(run("grep NoNewPrivs /proc/self/status")).contains("1\n0");
    assertThat(run("id -u")).matches("(?s)19000[0-9]{5}\n0");
    assertThat(run("echo harm > /usr/bin/harm")).contains("Read-only");
    assertThat(run("echo harm > /harm")).contains("Read-only");
    assertThat(run("mount -t tmpfs none /mnt")).doesNotEndWith("\n0");
  }

  @Test
  void controlPortAndLinkLocalAddressesAreClosedAndOtherPortsAreNot() throws Exception {
    String connect =
        "exec /bin/bash -c 'exec 3<>/dev/tcp/%s/%d && echo connected || echo refused' 2>/dev/null";
    assumeTrue(LinkLocal.missing().isEmpty(), LinkLocal.missing());
    try (LinkLocal metadata = new LinkLocal()) {
      assertThat(run(connect.formatted("127.0.0.1", server.port()))).startsWith("refused");
      assertThat(run(connect.formatted("localhost", server.port()))).startsWith("refused");
      for (String address : metadata.addresses()) {
        assertThat(metadata.answers(address)).as(address).isTrue();
        assertThat(run(connect.formatted(address, metadata.port()))).startsWith("refused");
      }
      assertThat(run(connect.formatted("127.0.0.1", metadata.port()))).startsWith("connected");
    }
  }

  @Test
  void portThatAJobTakesWhileTheServerIsAwayAnswersNobody(@TempDir Path place) throws Exception {
    try (ServedHome away = new ServedHome(place, "--set", "tasks.programs=none")) {
      String elsewhere = "/ebb/v1/workspaces/sub/team(b)/second";
      String taker = elsewhere + "/jobs/taker";
      away.put(elsewhere, "{\"location\":\"eastus\"}");
      away.put(elsewhere + "/clusters/cpu", "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":1}");
      int port = away.port();
      String line =
          """
          export EBB_JOB_NAME=another AZUREML_ARM_WORKSPACE_NAME=lab; \
          perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0); \
            setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1); \
            until (bind(S, pack_sockaddr_in(%d, INADDR_LOOPBACK))) { select(undef, undef, undef, 0.02) } \
            listen(S, 9); while (accept(C, S)) { syswrite(C, qq(stolen)) }'\
          """
              .formatted(port);
      away.put(taker, "{\"cluster\":\"cpu\",\"command\":\"" + line + "\"}");
      ServedHome.until("it runs", () -> phase(away, taker).equals("running"));
      away.terminate();
      ServedHome.until("the job listens", () -> listens(port));

      try (Socket client = new Socket()) {
        InetSocketAddress there = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        assertThatThrownBy(() -> client.connect(there, 1_500))
            .isInstanceOf(SocketTimeoutException.class);
      }
      assertThatThrownBy(() -> away.start(port))
          .hasMessageContaining("Cannot listen on 127.0.0.1:" + port)
          .hasMessageContaining("(perl) of the job 'taker' has it: start the server with --port 0,")
          .hasMessageContaining(
              "'ebb stop taker -w second -g \"team(b)\" --subscription sub', and start");
      away.start();
      away.send("POST", taker + "/cancel", "");
      ServedHome.until("it has ended", () -> phase(away, taker).equals("ended"));
      away.terminate();
      try (ServedHome _ = new ServedHome(Files.createDirectory(place.resolve("another")))) {
        Process rules = new ProcessBuilder("nft", "list", "ruleset").start();
        assertThat(new String(rules.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .contains(port + " comment");
      }
      away.start(port);
    }
  }

  private static boolean listens(int port) {
    try {
      return Files.readString(Path.of("/proc/net/tcp"))
          .contains(":%04X 00000000:0000 0A".formatted(port));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Test
  void closedNetworkReachesNothing() throws Exception {
    assertThat(
            server
                .put(
                    WORKSPACE + "/clusters/closed",
                    "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":1,\"network\":false}")
                .status())
        .isEqualTo(201);
    server.put(
        job("alone"),
        "{\"cluster\":\"closed\",\"command\":\"tail -n +3 /proc/net/dev | cut -d: -f1\"}");
    server.awaitJob("alone", "ended");

    assertThat(printed("alone").strip()).isEqualTo("lo");
  }

  @Test
  void processesThatLeftForTheBackgroundEndWithTheirJob() throws Exception {
    assertThat(
            run("setsid nohup sleep 98765 >/dev/null 2>&1 & disown 2>/dev/null; sleep 0.2; true"))
        .endsWith("0");

    ServedHome.until("nothing of it is left", () -> processes("sleep 98765").isEmpty());
  }

  /// Asked to end before the other tests, which use the half minute that it has.
  @Test
  @Order(Integer.MAX_VALUE)
  void sigtermThatIsIgnoredIsFollowedBySigkill() throws Exception {
    Answer ended = server.awaitJob("deaf", "ended");

    assertThat(ended.body()).contains("canceled");
    ServedHome.until("nothing is left", () -> processes("trap '' TERM; echo ready").isEmpty());
  }

  @Test
  void sigtermIsHeardAndLeavesTimeForACheckpoint() throws Exception {
    submit("polite", "trap 'sleep 1; echo saved; exit 0' TERM; echo ready; sleep 1000 & wait");
    ServedHome.until("it runs", () -> text("polite").contains("ready"));
    cancel("polite");

    assertThat(printed("polite")).contains("saved");
  }

  @Test
  void forkWithoutEndMeetsItsLimitAndOthersGoOn() throws Exception {
    submit("bomb", "bomb() { bomb | bomb & }; bomb; sleep 1000");
    ServedHome.until(
        "it runs",
        () -> !server.process().isAlive() || phase(server, job("bomb")).equals("running"));

    assertThat(run("echo alive")).isEqualTo("alive\n0");
    cancel("bomb");
    ServedHome.until("nothing is left", () -> processes("bomb() {").isEmpty());
  }

  private static String phase(ServedHome of, String job) {
    try {
      return of.get(job).text("phase");
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void jobWhoseNodeSharesTheMachineHasLimitsToo() throws Exception {
    server.put(WORKSPACE + "/clusters/gpu", "{\"size\":\"Standard_NC6\",\"max\":1,\"idle\":1}");
    String limit =
        "c=$(grep -E ':memory:|^0::' /proc/self/cgroup | head -n 1 | cut -d: -f3);"
            + " cat /sys/fs/cgroup/memory$c/memory.limit_in_bytes || cat /sys/fs/cgroup$c/memory.max";
    server.put(
        job("shares"), "{\"cluster\":\"gpu\",\"command\":\"%s 2>/dev/null\"}".formatted(limit));
    assertThat(server.awaitJob("shares", "ended").body()).contains("\"virtual\":true");

    long machine =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    assertThat(Long.parseLong(printed("shares").strip()))
        .isPositive()
        .isLessThanOrEqualTo(Math.min(machine, 57_344L << 20));
  }

  @Test
  void linksOfAJobLeadNobodyOutOfItsFolder() throws Exception {
    Path precious = Files.writeString(folder.resolve("precious"), "precious\n");
    String name = "linker";
    submit(
        name,
        "ln -s %s outputs/file; rmdir logs; ln -s %s logs; echo x > outputs/file; echo done"
            .formatted(precious, folder));
    server.awaitJob(name, "ended");

    assertThat(printed(name)).contains("done");
    assertThat(Files.readString(precious)).isEqualTo("precious\n");
    assertThat(server.get(job(name) + "/files/outputs/file").body()).doesNotContain("precious");
    assertThat(server.get(job(name) + "/files/logs/precious").body()).doesNotContain("precious\n");
  }

  @Test
  void diskThatAJobFillsUpStopsNewWorkAndNothingElse(@TempDir Path place) throws Exception {
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwx--x--x"));
    assertThat(
            command("mount", "-t", "tmpfs", "-o", "size=160m,mode=711", "disk", place.toString()))
        .isZero();
    try (ServedHome small =
        new ServedHome(
            place,
            "--set",
            "tasks.programs=none",
            "--set",
            "journal.mark-mebibytes=16",
            "--set",
            "journal.reserve-mebibytes=16")) {
      small.cluster(2);
      // It ends as one does whose write has failed, while the disk is nearly full.
      small.submit("writes", "until [ $(stat -f -c %a .) -lt 10000 ]; do sleep 0.2; done; exit 7");
      small.awaitJob("writes", "running");
      small.submit("filler", "cat /dev/zero > outputs/fill; sleep 1000");
      ServedHome.until("nothing new is taken", () -> submitted(small) >= 400);
      Answer refused = small.submit("refused", "true");
      assertThat(refused.text("code")).isEqualTo("InsufficientStorage");
      assertThat(refused.text("message")).contains("nothing is started below 16 MiB", "'ebb gc'");
      assertThat(small.awaitJob("writes", "ended").text("detail"))
          .startsWith("exit code 7: the server's disk had ")
          .contains("MiB left then, which may be why");
      assertThat(small.send("POST", job("filler") + "/cancel", "").status()).isEqualTo(202);
      small.awaitJob("filler", "ended");

      try (Stream<Path> files = Files.walk(place)) {
        for (Path fill : files.filter(file -> file.endsWith("outputs/fill")).toList()) {
          Files.delete(fill);
        }
      }
      ServedHome.until("there is room again", () -> submitted(small) < 300);
    } finally {
      command("umount", "-l", place.toString());
    }
  }

  @Test
  void runThatTakesMoreOfTheDiskThanItMayIsStoppedAndSaysSo(@TempDir Path place) throws Exception {
    try (ServedHome bounded =
        new ServedHome(place, "--set", "tasks.programs=none", "--set", "tasks.disk-mebibytes=40")) {
      bounded.cluster(2);
      bounded.submit(
          "modest",
          "truncate -s 1T outputs/holes; head -c 20000000 /dev/zero > outputs/file; sleep 8");
      bounded.submit(
          "filler",
          "mkdir -p a/b; head -c 30000000 /dev/zero > a/b/c; head -c 30000000 /dev/zero > /tmp/d; sleep 1000");
      Answer ended = bounded.awaitJob("filler", "ended");
      assertThat(ended.text("cause")).isEqualTo("failed");
      assertThat(ended.text("detail"))
          .startsWith("disk limit reached: its files take 5")
          .contains("and 40 are allowed (tasks.disk-mebibytes)");
      assertThat(bounded.awaitJob("modest", "ended").text("cause")).isEqualTo("succeeded");
      bounded.submit(
          "deep",
          "for i in $(seq 100); do mkdir d; cd d; done; head -c 60000000 /dev/zero > file; sleep 1000");
      assertThat(bounded.awaitJob("deep", "ended").text("detail")).startsWith("disk limit reached");
    }
  }

  private static int submitted(ServedHome small) {
    try {
      return small.submit("next-" + NUMBERS.incrementAndGet(), "true").status();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static int command(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void librariesOfAJobAreNotLoadedBeforeItsSandbox() throws Exception {
    String name = "loader";
    server.put(
        job(name),
        "{\"cluster\":\"cpu\",\"command\":\"echo $LD_PRELOAD\",\"environment\":{\"LD_PRELOAD\":\"/no/such.so\"}}");
    server.awaitJob(name, "ended");

    assertThat(printed(name)).isEqualTo("/no/such.so\n");
    // Of all that runs for the task, its own shell alone was told to load it.
    assertThat(
            server.get(job(name) + "/logs?stream=stderr").body().split("cannot be preloaded", -1))
        .hasSize(2);
  }

  @Test
  void eachPersonsJobsRunAsAUserOfTheirOwn() throws Exception {
    assertThat(Files.readString(server.home().resolve("task-users")))
        .matches("19000[0-9]{5} root\\s");
    assertThat(server.get(CLUSTER).body()).contains("\"isolation\":\"sandbox\"");
  }
}
