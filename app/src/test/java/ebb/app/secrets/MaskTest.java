package ebb.app.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Secrets in a file that is read piece by piece.
class MaskTest {
  private static final Mask MASK = new Mask(List.of("passphrase", "phrasebook", "grün-grün"));

  @TempDir Path folder;

  private String read(String content, long offset, int most, boolean mayGrow) throws Exception {
    Path file = folder.resolve("log");
    Files.writeString(file, content);
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      return new String(MASK.read(channel, offset, most, mayGrow), StandardCharsets.UTF_8);
    }
  }

  @Test
  void secretsBecomeStarsOfTheirLength() throws Exception {
    assertThat(read("a passphrase, a grün-grün.", 0, 100, false))
        .isEqualTo("a **********, a ***********.");
    assertThat(read("nothing", 0, 100, false)).isEqualTo("nothing");
  }

  @Test
  void secretsThatOverlapAreBothHidden() throws Exception {
    assertThat(read("passphrasebook!", 0, 100, false)).isEqualTo("**************!");
  }

  @Test
  void noPieceShowsAPartOfASecret() throws Exception {
    String content = "<passphrase><phrasebook>";
    String hidden = "<**********><**********>";
    for (int offset = 0; offset <= content.length(); offset++) {
      for (int most = 1; most <= content.length(); most++) {
        int end = Math.min(content.length(), offset + most);
        assertThat(read(content, offset, most, false))
            .as("from %d, %d bytes", offset, most)
            .isEqualTo(hidden.substring(offset, end));
      }
    }
  }

  @Test
  void endThatMayBecomeASecretIsHeldBackWhileTheFileMayGrow() throws Exception {
    assertThat(read("say passph", 0, 100, true)).isEqualTo("say ");
    assertThat(read("say passph", 0, 100, false)).isEqualTo("say passph");
    assertThat(read("say passphrase", 4, 100, true))
        .as("whose end may be the beginning of another")
        .isEqualTo("****");
    assertThat(read("say passphrase.", 4, 100, true)).isEqualTo("**********.");
  }
}
