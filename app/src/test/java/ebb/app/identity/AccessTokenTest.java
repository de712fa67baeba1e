package ebb.app.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTokenTest {
  @TempDir Path home;

  @Test
  void theTokenIsMadeOnceAndNothingIsLeftOfMakingIt() throws Exception {
    AccessToken.at(home, "anna");
    String token = Files.readString(home.resolve("token")).strip();
    assertThat(AccessToken.at(home, "anna").actor("Bearer " + token, "here"))
        .hasValueSatisfying(actor -> assertThat(actor.principal()).isEqualTo("anna"));
    try (Stream<Path> files = Files.list(home)) {
      assertThat(files.map(Path::getFileName).map(Path::toString).toList())
          .isEqualTo(List.of("token"));
    }
  }

  @Test
  void aTornTokenIsRefusedWithTheWayOutAndLetsNobodyIn() throws Exception {
    AccessToken.at(home, "anna");
    Path file = home.resolve("token");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> AccessToken.at(home, "anna"))
          .as("%d bytes of %d", length, whole.length)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("holds no whole token: delete it and start again");
    }
  }

  @Test
  void aDraftThatWasLeftBehindIsNotTheToken() throws Exception {
    Files.writeString(home.resolve("token.1.new"), "torn");
    AccessToken.at(home, "anna");
    assertThat(Files.readString(home.resolve("token")).strip()).hasSize(43);
  }
}
