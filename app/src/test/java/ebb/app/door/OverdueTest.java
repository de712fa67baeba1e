package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import ebb.kernel.Settled;
import ebb.kernel.protocol.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node whose backend does not confirm that it is gone, because its end cannot be written down.
class OverdueTest {
  private static final String NODES = "/ebb/v1/nodes";

  @TempDir Path folder;

  @Test
  void releaseThatIsOverdueSaysSinceWhenAndThatTheNodeCostsUntilItIsGone() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      assertThat(server.terminate()).isZero();
      StoppedHome.tell(
          server.home(),
          state -> new Command.ChangeSettings(Settled.withLeaveMillis(state.settings(), 200)));
      server.start();
      server.cluster(1);
      server.send("PATCH", ServedHome.CLUSTER, "{\"min\":1}");
      ServedHome.until("its node is there", () -> text(server, NODES).contains("\"idle\""));
      String node = server.get(NODES).text("id");
      Path inTheWay = server.home().resolve("nodes").resolve(node + ".gone");
      Files.createDirectories(inTheWay.resolve("full"));
      server.send("PATCH", ServedHome.CLUSTER, "{\"min\":0,\"idle\":0}");

      ServedHome.until("it is overdue", () -> text(server, NODES).contains("releaseOverdue"));
      Answer why = server.get(NODES + "/" + node + "/why");
      assertThat(why.text("code")).isEqualTo("ReleaseOverdue");
      assertThat(why.text("message"))
          .matches("Its release is overdue since 20.*Z: it was asked for at 20.*Z, .*")
          .endsWith("It is asked again and again, and the node costs until it has.");
      assertThat(why.body())
          .containsPattern("\"askedAt\":\"20[^\"]*\"")
          .containsPattern("\"since\":\"20[^\"]*\"")
          .containsPattern("\"times\":[1-9]");

      Files.delete(inTheWay.resolve("full"));
      Files.delete(inTheWay);
      ServedHome.until("it is gone", () -> !text(server, NODES).contains(node));
    }
  }

  private static String text(ServedHome server, String path) {
    try {
      return server.get(path).body();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
