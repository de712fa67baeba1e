package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import ebb.kernel.State;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server after three stops at one place in the code.
class SafeModeTest {
  /// The end of a server that met a bug of ours.
  private static final int BROKEN = 70;

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
      assertThat(server.terminate()).isZero();
      StoppedHome.happens(server.home(), SafeModeTest::jobThatWaitsInNoQueue);
      server.start();

      Answer unknown = server.send("POST", ServedHome.job("astray") + "/cancel", "");
      assertThat(unknown.text("code")).as(unknown.body()).isEqualTo("OutcomeUnknown");
      assertThat(server.ended()).isEqualTo(BROKEN);
      assertThat(server.log()).contains("its state cannot be trusted", "\tat ebb.kernel.Apply.");
      Path stops = server.home().resolve("stops");
      String stop = Files.readString(stops);
      assertThat(stop).matches("java.lang.IllegalStateException at ebb.kernel.\\S+:[0-9]+\n");
      Files.writeString(stops, stop.repeat(3)); // as if the same had happened twice before
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

  /// Its cluster comes to be after it, so that to take it out of the cluster's queue is an event
  /// that cannot be applied.
  private static List<Event> jobThatWaitsInNoQueue(State state) {
    Cluster like = state.allClusters().iterator().next();
    ClusterId id = new ClusterId(Id.of(1, 1_000_000));
    return List.of(
        StoppedHome.queued(state, new JobId(id.value() + 1), id, "astray"),
        new Event.ClusterCreated(
            id, like.workspace(), "late", like.spec(), like.size(), like.rates()));
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
