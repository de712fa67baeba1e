package ebb.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Small files of a home of which a loss of power left only a part.
class TornFilesTest {
  @TempDir Path folder;

  private Path home() {
    return folder.resolve("home");
  }

  @Test
  void aTornNameOfTheInstallationIsRefusedAndNeverAnotherInstallation() throws Exception {
    Homes.live(home(), 91, 5);
    Path file = home().resolve("installation");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Store.open(home(), Homes.PLAIN))
          .as("%d bytes of %d", length, whole.length)
          .isInstanceOf(StoreRefused.class)
          .message()
          .containsAnyOf("is damaged", "in another folder");
      assertThat(file).hasBinaryContent(Arrays.copyOf(whole, length));
    }
    Files.write(file, whole);
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(new String(whole, java.nio.charset.StandardCharsets.UTF_8))
          .startsWith(store.installation());
    }
  }

  @Test
  void whateverIsLeftOfTheEpochItGoesOnHigherThanAnyBefore() throws Exception {
    long epoch = 0;
    for (int start = 0; start < 12; start++) {
      try (Store store = Store.open(home(), Homes.PLAIN)) {
        epoch = store.epoch();
      }
    }
    Path file = home().resolve("epoch");
    for (String left : new String[] {"", "1", "\n", "\u0000\u0000\u0000"}) {
      Files.writeString(file, left);
      try (Store store = Store.open(home(), Homes.PLAIN)) {
        assertThat(store.epoch()).isEqualTo(epoch + 1);
        epoch = store.epoch();
      }
    }
  }

  @Test
  void draftsOfFilesThatWereNeverMovedIntoPlaceAreNotRead() throws Exception {
    Homes.live(home(), 92, 5);
    byte[] digest = Homes.digest(home());
    for (String draft : new String[] {"installation.new", "epoch.new", "stops.new"}) {
      Files.writeString(home().resolve(draft), "to");
    }
    Files.createDirectories(home().resolve("snapshots"));
    Files.writeString(home().resolve("snapshots/000000000000000009.partial"), "rn");
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(store.epoch()).isEqualTo(2);
      assertThat(store.safeMode()).isFalse();
      assertThat(store.warnings()).isEmpty();
      assertThat(ebb.kernel.Snapshots.digest(store.state())).isEqualTo(digest);
    }
  }
}
