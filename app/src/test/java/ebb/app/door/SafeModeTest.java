package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server after three stops at one place in the code.
class SafeModeTest {
  private static final String STOP = "java.lang.IllegalStateException at ebb.kernel.Apply.job:1\n";

  private static final String AT = " -w lab -g team --subscription sub";
  private static final String LOCK = "/ebb/v1/locks/keep?subscription=sub&group=team&workspace=lab";

  @TempDir Path folder;

  @Test
  void inSafeModeAServerReadsStopsAndReleasesAndTakesNothingNewUntilItIsStopped() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      server.cluster(1);
      server.submit("running", "sleep 600");
      server.submit("waiting", "true");
      server.awaitJob("running", "running");
      assertThat(server.put(LOCK, "{\"level\":\"cannot delete\"}").status()).isEqualTo(201);
      server.kill();
      Files.writeString(server.home().resolve("stops"), STOP.repeat(3));
      server.start();

      assertThat(server.log()).contains("SAFE MODE");
      assertThat(server.get("/metrics").body()).contains("ebb_safe_mode 1\n");
      assertThat(server.awaitJob("running", "running").body()).contains("\"attempts\":1");
      assertThat(server.get(ServedHome.CLUSTER).status()).isEqualTo(200);
      assertThat(server.get("/health").body()).isEqualTo("{\"status\":\"safe mode\"}");
      Typed typed = new Typed(folder, server.home());
      for (String line : List.of("", "top --once")) {
        assertThat(typed.ebb((line + AT).strip()).out())
            .startsWith("SAFE MODE: the server starts nothing");
      }
      assertThat(typed.ebb("ps" + AT).err())
          .startsWith("ebb: SAFE MODE: the server starts nothing");
      assertThat(server.get(ServedHome.job("waiting") + "/why").body()).contains("safe mode");

      refused(server.submit("new", "true"));
      refused(
          server.put(
              ServedHome.CLUSTER, "{\"size\":\"Standard_D2s_v3\",\"min\":1,\"max\":2,\"idle\":1}"));
      refused(server.put("/ebb/v1/workspaces/sub/team/other", "{\"location\":\"eastus\"}"));

      assertThat(server.send("POST", ServedHome.job("running") + "/cancel", "").status())
          .isEqualTo(202);
      assertThat(server.awaitJob("running", "ended").text("cause")).isEqualTo("canceled");
      for (int look = 0; look < 20; look++) {
        assertThat(server.get(ServedHome.job("waiting")).text("phase"))
            .as("the node that became free starts nothing")
            .isEqualTo("queued");
        Thread.sleep(100); // an ordinary server starts it within some of these
      }
      assertThat(server.send("POST", ServedHome.job("waiting") + "/cancel", "").status())
          .isEqualTo(202);
      Answer locked = server.send("DELETE", ServedHome.CLUSTER, "");
      assertThat(locked.text("code")).isEqualTo("ScopeLocked");
      assertThat(server.send("DELETE", LOCK, "").status()).isEqualTo(204);
      assertThat(server.send("PATCH", ServedHome.CLUSTER, "{\"max\":1}").status()).isEqualTo(200);
      refused(server.send("PATCH", ServedHome.CLUSTER, "{\"max\":2}"));
      assertThat(server.send("DELETE", ServedHome.CLUSTER, "").status()).isEqualTo(202);
      ServedHome.until("the cluster and its node are gone", () -> status(server) == 404);

      assertThat(server.terminate()).isZero();
      server.start();
      assertThat(server.log()).doesNotContain("SAFE MODE");
      server.cluster(1);
      assertThat(server.submit("new", "true").status()).isEqualTo(201);
      assertThat(server.awaitJob("new", "ended").text("cause")).isEqualTo("succeeded");
    }
  }

  private static void refused(Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.text("code")).isEqualTo("SafeMode");
  }

  private static int status(ServedHome server) {
    try {
      return server.get(ServedHome.CLUSTER).status();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
