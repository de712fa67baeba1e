package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that dies or is stopped, and the next one.
class RestartTest {
  @TempDir Path folder;
  @AutoClose private ServedHome server;

  @BeforeEach
  void start() throws Exception {
    server = new ServedHome(folder);
    server.cluster(1);
  }

  /// The job waits for a file that the test makes after the restart, so it must have lived on.
  private Path runningJob() throws Exception {
    Path sign = folder.resolve("go-on");
    server.submit("job", "until [ -e " + sign + " ]; do sleep 0.05; done; echo went on");
    server.awaitJob("job", "running");
    return sign;
  }

  private void goesOnAndSucceeds(Path sign) throws Exception {
    assertThat(server.awaitJob("job", "running").body()).contains("\"attempts\":1");
    java.nio.file.Files.createFile(sign);
    ServedHome.Answer ended = server.awaitJob("job", "ended");
    assertThat(ended.text("cause")).isEqualTo("succeeded");
    assertThat(ended.body()).contains("\"attempts\":1");
    assertThat(server.get(ServedHome.job("job") + "/logs").body()).isEqualTo("went on\n");
  }

  @Test
  void jobOfAServerThatWasKilledIsAdoptedAndSucceedsInItsFirstAttempt() throws Exception {
    Path sign = runningJob();
    server.kill();
    server.start();
    goesOnAndSucceeds(sign);
  }

  @Test
  void serverThatIsAskedToStopStopsWithoutErrorAndItsJobsGoOn() throws Exception {
    Path sign = runningJob();
    assertThat(server.terminate()).isZero();
    assertThat(server.log()).contains("jobs go on");
    server.start();
    goesOnAndSucceeds(sign);
  }

  @Test
  void jobThatEndsWhileNoServerRunsHasEndedForTheNext() throws Exception {
    Path sign = runningJob();
    server.kill();
    java.nio.file.Files.createFile(sign);
    server.start();
    ServedHome.Answer ended = server.awaitJob("job", "ended");
    assertThat(ended.text("cause")).isEqualTo("succeeded");
    assertThat(ended.body()).contains("\"attempts\":1");
  }

  @Test
  void whatWasAnsweredIsThereAfterAKill() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(server.submit("kept-" + i, "true").status()).isEqualTo(201);
    }
    server.kill();
    server.start();
    for (int i = 0; i < 20; i++) {
      assertThat(server.awaitJob("kept-" + i, "ended").text("cause")).isEqualTo("succeeded");
    }
  }
}
