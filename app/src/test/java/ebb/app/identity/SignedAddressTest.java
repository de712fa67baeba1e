package ebb.app.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignedAddressTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final List<String> PLACE = List.of("blob", "code", "one");
  private static final List<String> FILE = List.of("blob", "code", "one", "train.py");

  @TempDir Path home;
  private SignedAddress signed;

  @BeforeEach
  void make() throws Exception {
    signed = new SignedAddress(AccessToken.at(home, "anna"));
  }

  private Map<String, String> query() {
    Map<String, String> query = new TreeMap<>();
    for (String pair : signed.query(PLACE, NOW.plusSeconds(60)).split("&", -1)) {
      query.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return query;
  }

  private String principal(List<String> path, Map<String, String> query, Instant now) {
    return signed.actor(path, query::get, "here", now).map(actor -> actor.principal()).orElse("");
  }

  @Test
  void whoHasTheAddressActsBelowItForAWhile() {
    assertThat(principal(PLACE, query(), NOW)).isEqualTo("anna");
    assertThat(principal(FILE, query(), NOW.plusSeconds(60))).isEqualTo("anna");
    assertThat(principal(FILE, query(), NOW.plusSeconds(61))).isEmpty();
  }

  @Test
  void partWithASlashInItIsNotTwoParts() {
    Map<String, String> changed = query();
    changed.put("sdd", "2");
    assertThat(principal(List.of("blob", "code/one", "x"), changed, NOW)).isEmpty();
    assertThat(principal(List.of("blob", "code", "one", "a/b"), query(), NOW)).isEmpty();
  }

  @Test
  void whatWasChangedInTheAddressLetsNobodyIn() {
    assertThat(principal(List.of("blob", "code", "two", "train.py"), query(), NOW)).isEmpty();
    assertThat(principal(List.of("blob", "code"), query(), NOW)).isEmpty();
    Map<String, String> wrong =
        Map.of("se", "1900000000", "sdd", "2", "sig", query().get("sig").replaceFirst(".", "x"));
    wrong.forEach((name, value) -> {
      Map<String, String> changed = query();
      changed.put(name, value);
      assertThat(principal(FILE, changed, NOW)).as(name).isEmpty();
      changed.remove(name);
      assertThat(principal(FILE, changed, NOW)).as("without " + name).isEmpty();
      changed.put(name, "-1");
      assertThat(principal(FILE, changed, NOW)).as("unfit " + name).isEmpty();
    });
  }

  @Test
  void anotherTokenProvesNothing() throws Exception {
    Map<String, String> query = query();
    Files.delete(home.resolve("token"));
    signed = new SignedAddress(AccessToken.at(home, "anna"));
    assertThat(principal(FILE, query, NOW)).isEmpty();
  }
}
