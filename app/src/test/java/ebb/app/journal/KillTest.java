package ebb.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.Snapshots;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real processes, really killed.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KillTest {
  private static final int KILLS = 10;

  @TempDir Path folder;

  @Test
  void whateverWasAnsweredBeforeAKillIsThereAfterIt() throws Exception {
    Path home = folder.resolve("home");
    SplittableRandom random = new SplittableRandom(7);
    long acknowledged = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      acknowledged = Math.max(acknowledged, runAndKill(home, kill, random));
      try (Store store = Store.open(home, Homes.PLAIN)) {
        assertThat(store.state().sequence()).isGreaterThanOrEqualTo(acknowledged);
        assertThat(Snapshots.digest(store.state())).isEqualTo(Homes.digest(home));
        assertThat(store.epoch()).isGreaterThan(store.state().epoch());
        assertThat(store.warnings()).isEmpty();
        store.abandon();
      }
    }
    assertThat(acknowledged).isPositive();
  }

  /// The last sequence that the child said was durable.
  private static long runAndKill(Path home, int seed, SplittableRandom random) throws Exception {
    Process child = Homes.fork(ChildServer.class, home, seed);
    long last = 0;
    try (BufferedReader lines = child.inputReader()) {
      int until = random.nextInt(400);
      String line = lines.readLine();
      for (int seen = 0; line != null; seen++) {
        if (line.endsWith(" end")) { // a line that the kill cut short was not said
          last = Long.parseLong(line.split(" ", -1)[1]);
        }
        if (seen == until) {
          Thread.sleep(random.nextInt(20));
          child.toHandle().destroyForcibly(); // and leave what it said to be read
        }
        line = lines.readLine();
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(child.exitValue()).as("killed, and not ended by itself").isEqualTo(137);
    return last;
  }

  @Test
  void aKillBeforeTheFirstAnswerLeavesAHomeThatOpens() throws Exception {
    Path home = folder.resolve("home");
    SplittableRandom random = new SplittableRandom(11);
    for (int kill = 0; kill < 3; kill++) {
      Process child = Homes.fork(ChildServer.class, home, kill);
      child.waitFor(200 + random.nextInt(1_500), TimeUnit.MILLISECONDS);
      child.destroyForcibly().waitFor();
    }
    try (Store store = Store.open(home, Homes.PLAIN)) {
      assertThat(Snapshots.digest(store.state())).isEqualTo(Homes.digest(home));
    }
  }

  @Test
  void anotherProcessGivesTheSameStateByItsDigest() throws Exception {
    Path home = folder.resolve("home");
    Homes.live(home, 21, 300);
    Process child = Homes.fork(ChildServer.class, home, 0, "digest");
    try (BufferedReader lines = child.inputReader()) {
      assertThat(lines.readLine()).isEqualTo(HexFormat.of().formatHex(Homes.digest(home)));
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  @Test
  void aSecondProcessOnTheHomeIsRefusedAndNamesTheFirst() throws Exception {
    Path home = folder.resolve("home");
    Process child = Homes.fork(ChildServer.class, home, 1);
    try (BufferedReader lines = child.inputReader()) {
      assertThat(lines.readLine()).startsWith("ack ");
      assertThatThrownBy(() -> Store.open(home, Homes.PLAIN))
          .isInstanceOf(StoreRefused.class)
          .hasMessageContaining("process " + child.pid())
          .hasMessageContaining("kill " + child.pid());
    } finally {
      child.destroyForcibly().waitFor();
    }
  }
}
