package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.app.files.ProcessUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two servers that are root on one machine, with the same configuration.
class NeighboursTest {
  @TempDir Path folder;

  private ServedHome server(String name) throws Exception {
    return new ServedHome(Files.createDirectory(folder.resolve(name)));
  }

  private static String userOfAJob(ServedHome server) throws Exception {
    server.cluster(1);
    server.submit("who", "id -u");
    assertThat(server.awaitJob("who", "ended").text("cause")).isEqualTo("succeeded");
    return server.get(ServedHome.job("who") + "/logs").body().strip();
  }

  @Test
  void userOfOneIsNotAUserOfTheOtherAlsoWhenTheOneHasStopped() throws Exception {
    assumeTrue(ProcessUser.isRoot(), "only root may run tasks as other users");
    // Tasks of another user must be able to pass through.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    try (ServedHome one = server("one")) {
      String user = userOfAJob(one);
      assertThat(one.terminate()).isZero();
      try (ServedHome other = server("other")) {
        assertThat(user).matches("19[0-9]{8}");
        assertThat(userOfAJob(other)).matches("19[0-9]{8}").isNotEqualTo(user);
      }
      one.start();
      one.submit("again", "id -u");
      one.awaitJob("again", "ended");
      assertThat(one.get(ServedHome.job("again") + "/logs").body().strip()).isEqualTo(user);
    }
  }
}
