package ebb.app.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuedTokenTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  @TempDir Path home;
  private IssuedToken tokens;
  private String issued;

  @BeforeEach
  void issue() throws Exception {
    tokens = new IssuedToken(AccessToken.at(home, "anna"));
    issued = tokens.issue("11-22", "https://localhost:1\"}/", NOW);
  }

  private String principal(String token, Instant now) {
    return tokens.actor("Bearer " + token, "here", now).map(actor -> actor.principal()).orElse("");
  }

  private static String decoded(String part) {
    return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
  }

  private static String coded(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void issuedTokenStandsForItsPrincipalForAnHour() {
    assertThat(principal(issued, NOW)).isEqualTo("anna");
    assertThat(principal(issued, NOW.plusSeconds(3_600))).isEqualTo("anna");
    assertThat(principal(issued, NOW.plusSeconds(3_601))).isEmpty();
    assertThat(decoded(issued.split("\\.", -1)[1]))
        .isEqualTo(
            "{\"exp\":1800003600,\"iat\":1800000000,\"nbf\":1800000000,\"aud\":\"https://localhost:1/\",\"tid\":\"11-22\",\"oid\":\"ebb\",\"appid\":\"ebb\"}");
  }

  @Test
  void tokenThatWasChangedIsRefused() throws Exception {
    String[] parts = issued.split("\\.", -1);
    String later = coded(decoded(parts[1]).replace("1800003600", "1900000000"));
    String unsigned = coded("{\"typ\":\"JWT\",\"alg\":\"none\"}");
    for (String wrong :
        List.of(
            "",
            ".",
            "..",
            parts[0] + "." + parts[1] + ".",
            parts[0] + "." + later + "." + parts[2],
            unsigned + "." + parts[1] + ".",
            unsigned + "." + parts[1] + "." + parts[2],
            parts[0] + "." + parts[1] + ".!" + parts[2],
            issued + "." + parts[2])) {
      assertThat(principal(wrong, NOW)).as(wrong).isEmpty();
    }
    assertThat(tokens.actor(issued, "here", NOW)).as("without its scheme").isEmpty();
    Files.delete(home.resolve("token"));
    tokens = new IssuedToken(AccessToken.at(home, "anna"));
    assertThat(principal(issued, NOW)).as("of another home").isEmpty();
  }
}
