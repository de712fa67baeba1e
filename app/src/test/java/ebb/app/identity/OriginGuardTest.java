package ebb.app.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OriginGuardTest {
  @Test
  void portThatTheSchemeHasByDefaultMayBeLeftOut() {
    for (String name : List.of("127.0.0.1", "localhost", "[::1]", "LOCALHOST")) {
      OriginGuard plain = new OriginGuard("http", 80);
      assertThat(plain.refusal(name, "http://" + name, null)).isNull();
      assertThat(plain.refusal(name + ":80", "http://" + name + ":80", null)).isNull();
      assertThat(plain.refusal(name, "https://" + name, null)).isNotNull();
      OriginGuard secure = new OriginGuard("https", 443);
      assertThat(secure.refusal(name, "https://" + name, null)).isNull();
      assertThat(secure.refusal(name, "http://" + name, null)).isNotNull();
      assertThat(new OriginGuard("https", 80).refusal(name, null, null)).isNotNull();
      assertThat(new OriginGuard("http", 8080).refusal(name, null, null)).isNotNull();
    }
    assertThat(new OriginGuard("http", 80).refusal("example.org", null, null)).isNotNull();
  }
}
