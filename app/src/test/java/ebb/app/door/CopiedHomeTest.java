package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A copy of a home, started beside its original.
class CopiedHomeTest {
  @TempDir Path folder;

  private Path original() {
    return folder.resolve("original");
  }

  private Path sign() {
    return folder.resolve("go-on");
  }

  /// With a job that runs, and one that waits for its node; the server has stopped.
  private ServedHome stoppedOriginal() throws Exception {
    // Tasks of another user must be able to pass through.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    ServedHome server = new ServedHome(Files.createDirectory(original()), programs());
    server.cluster(1);
    server.submit(
        "runs",
        "echo 1 > outputs/checkpoint-1; until [ -e " + sign() + " ]; do sleep 0.05; done; echo on");
    server.awaitJob("runs", "running");
    server.submit("waits", "echo waited");
    assertThat(server.terminate()).isZero();
    return server;
  }

  private String[] programs() {
    return new String[] {"--set", "tasks.programs=" + folder};
  }

  private ServedHome copy(String... options) throws Exception {
    Path into = Files.createDirectory(folder.resolve("copied"));
    int code =
        new ProcessBuilder("cp", "-a", original() + "/home", into.toString()).start().waitFor();
    assertThat(code).isZero();
    String[] all = {programs()[0], programs()[1], options[0]};
    return new ServedHome(into, all);
  }

  @Test
  void copyEndsWhatIsTheOriginalsAndRunsJobsOfItsOwnWhileTheOriginalsRunOn() throws Exception {
    try (ServedHome original = stoppedOriginal();
        ServedHome copy = copy("--new-installation")) {
      Answer ended = copy.awaitJob("runs", "ended");
      assertThat(ended.text("cause")).isEqualTo("infrastructure");
      assertThat(ended.body()).contains("of which this is a copy");
      assertThat(copy.get(ServedHome.job("waits")).text("phase")).isEqualTo("ended");
      copy.submit("own", "echo own > outputs/checkpoint-1; echo of the copy");
      assertThat(copy.awaitJob("own", "ended").text("cause")).isEqualTo("succeeded");
      assertThat(copy.get(ServedHome.job("own") + "/logs").body()).isEqualTo("of the copy\n");
      assertThat(copy.send("DELETE", ServedHome.job("runs"), "").status()).isLessThan(300);
      assertThat(copy.send("DELETE", ServedHome.job("own"), "").status()).isLessThan(300);

      original.start();
      assertThat(original.awaitJob("runs", "running").body()).contains("\"attempts\":1");
      assertThat(original.get(ServedHome.job("runs") + "/files").body()).contains("checkpoint-1");
      Files.createFile(sign());
      assertThat(original.awaitJob("runs", "ended").text("cause")).isEqualTo("succeeded");
      assertThat(original.get(ServedHome.job("runs") + "/logs").body()).isEqualTo("on\n");
      assertThat(original.awaitJob("waits", "ended").text("cause")).isEqualTo("succeeded");

      copy.kill();
      copy.start();
      copy.submit("again", "true");
      assertThat(copy.awaitJob("again", "ended").text("cause")).isEqualTo("succeeded");
    }
  }

  @Test
  void copyThatWasMadeWhileTheServerRanDoesNotLeadToIt() throws Exception {
    try (ServedHome original = new ServedHome(Files.createDirectory(original()), programs())) {
      Path copy = Files.createDirectory(folder.resolve("copied"));
      Files.copy(original.home().resolve("server.json"), copy.resolve("server.json"));

      assertThat(stop(copy)).contains("no server runs on " + copy);
      assertThat(original.process().isAlive()).isTrue();
      assertThat(stop(original.home())).contains("has stopped");
      original.ended();
    }
  }

  /// Both servers would own the same jobs, and each would end what the other one started.
  @Test
  void copyIsNotTakenForItsOriginalWhileThatIsThere() throws Exception {
    try (ServedHome original = stoppedOriginal()) {
      Path copy = folder.resolve("copy");
      new ProcessBuilder("cp", "-a", original.home().toString(), copy.toString()).start().waitFor();
      original.start();
      original.awaitJob("runs", "running");

      assertThat(serve("--adopt-home", copy))
          .contains("is still at " + original.home().toRealPath(), "--new-installation");

      Files.createFile(sign());
      assertThat(original.awaitJob("runs", "ended").body()).contains("\"attempts\":1");
      assertThat(original.get(ServedHome.job("runs") + "/logs").body()).isEqualTo("on\n");
    }
  }

  private static String stop(Path home) throws Exception {
    return serve("--stop", home);
  }

  /// What the server says that does not go on.
  private static String serve(String option, Path home) throws Exception {
    List<String> command = new ArrayList<>(Program.java("-Xmx128m"));
    command.addAll(List.of("ebb.app.Main", "serve", option, "--home", home.toString()));
    Process typed = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(typed.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    typed.waitFor();
    return said;
  }
}
