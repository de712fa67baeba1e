package ebb.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server is set up with.
class ConfigTest {
  @TempDir Path folder;

  /// When a key or its default changes, `docs/config.md` is to be what [Config#document] writes.
  @Test
  void documentListsEveryKeyWithItsDefault() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs/config.md"))) {
      root = root.getParent();
    }
    assertThat(Files.readString(root.resolve("docs/config.md"))).isEqualTo(Config.document());
  }

  @Test
  void keyThatIsAbsentHasItsDefault() throws Exception {
    Config config = Config.read(folder.resolve("absent"), Map.of());
    assertThat(config.http())
        .isEqualTo(new Config.Http(7070, 4096, new Config.Tls("none", "none")));
    assertThat(config.engine()).isEqualTo(new Config.Engine(4096, 1024, Duration.ofSeconds(30)));
    assertThat(config.host()).isEqualTo(new Config.Host(0, 0, -1, "auto", "auto"));
    assertThat(config.tasks())
        .isEqualTo(new Config.Tasks("auto", "1900000000-1900065535", "none", 64, 102_400));
    assertThat(config.journal()).isEqualTo(new Config.Journal(0, 64, 200_000));
    assertThat(config.owner()).isEqualTo("auto");
  }

  @Test
  void commandLineGoesOverTheFile() throws Exception {
    Path file = file("# remark\nhttp.port = 1000\nhost.cores=3\n");
    Config config = Config.read(file, Map.of("http.port", "2000"));
    assertThat(config.http().port()).isEqualTo(2000);
    assertThat(config.host().cores()).isEqualTo(3);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve(Config.FILE), text);
  }

  @Test
  void unfitLineIsToldWithItsPlaceAndWhatIsAllowed() throws Exception {
    assertRefused("http.prot = 1", "There is no key 'http.prot'");
    assertRefused("http.port", "line 1: expected is 'key = value'");
    assertRefused("http.port = 1\nhttp.port = 2", "line 2: the key 'http.port' is there twice");
    assertRefused("http.port = 65536", "a number from 0 to 65535");
    assertRefused("host.virtual-nodes = maybe", "one of [true, false, auto]");
    assertRefused("engine.answer-within = 30", "ISO 8601 duration above 0, such as PT30S");
  }

  private void assertRefused(String text, String message) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> Config.read(file, Map.of()))
        .isInstanceOf(ConfigRefused.class)
        .hasMessageContaining(message);
  }
}
