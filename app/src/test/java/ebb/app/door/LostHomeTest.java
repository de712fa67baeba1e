package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server whose home is taken away while nobody asks it anything.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LostHomeTest {
  private static final int MEMORY_LOST = 74;

  @TempDir Path folder;

  @Test
  void serverWhoseHomeIsMovedAwayEndsSaysSoAndMakesNothingInItsPlace() throws Exception {
    Path away = folder.resolve("away");
    try (ServedHome server = new ServedHome(folder)) {
      server.cluster(1);
      assertThat(server.submit("first", "sleep 600").status()).isEqualTo(201);
      server.awaitJob("first", "running");
      Files.move(server.home(), away);
      Files.createDirectory(server.home());
      assertThat(server.ended()).isEqualTo(MEMORY_LOST);
      assertThat(server.log()).contains("Put the folder back and start again", "--adopt-home");
      assertThat(server.home()).isEmptyDirectory();

      Files.delete(server.home());
      Files.move(away, server.home());
      server.start();
      assertThat(server.awaitJob("first", "running").text("phase")).isEqualTo("running");
    }
  }

  /// The file system may give the new folder the number of the old one, which nobody holds open.
  @Test
  void serverWhoseHomeIsRemovedAndMadeAgainEndsAndMakesNothingInIt() throws Exception {
    Path away = folder.resolve("away");
    try (ServedHome server = new ServedHome(folder)) {
      String installation = Files.readString(server.home().resolve("installation"));
      Files.move(server.home(), away); // at once: what the server writes meanwhile goes with it
      assertThat(new ProcessBuilder("rm", "-rf", away.toString()).start().waitFor()).isZero();
      Files.createDirectory(server.home());
      assertThat(server.ended()).isEqualTo(MEMORY_LOST);
      assertThat(server.log()).contains("Put the folder back and start again");
      assertThat(server.home()).isEmptyDirectory();
      Files.writeString(
          server.home().resolve("installation"), installation); // its user numbers are given up
    }
  }

  @Test
  void serverWhoseDiskIsTakenAwayEndsAndSaysSo() throws Exception {
    Path home = folder.resolve("home");
    try (SmallDisk disk = SmallDisk.inMemory(home, 80);
        ServedHome server = new ServedHome(folder)) {
      String installation = Files.readString(home.resolve("installation"));
      disk.takeAway();
      assertThat(server.ended()).isEqualTo(MEMORY_LOST);
      assertThat(server.log()).contains("Put the folder back and start again");
      assertThat(home).isEmptyDirectory();
      Files.writeString(
          home.resolve("installation"), installation); // its user numbers are given up
    }
  }
}
