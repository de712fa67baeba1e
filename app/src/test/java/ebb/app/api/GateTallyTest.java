package ebb.app.api;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.http.Handler;
import ebb.app.http.HttpDoor;
import ebb.app.http.Router;
import ebb.app.identity.AccessToken;
import ebb.app.identity.OriginGuard;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is counted of requests that nothing could be answered to.
class GateTallyTest {
  private final HttpDoor door = new HttpDoor(0, 10, null);
  private final Gate.Tally tally = new Gate.Tally();

  @TempDir Path home;

  @BeforeEach
  void open() throws Exception {
    door.listen();
    Handler broken =
        _ -> {
          throw new IllegalStateException("planted");
        };
    door.open(
        new Gate(
            new OriginGuard("http", door.port()),
            AccessToken.at(home, "owner"),
            new Router<>(),
            new Router<Handler>().on("GET", "/broken", broken),
            tally));
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void faultOfTheServerIsAnsweredWithItsIncidentAndCounted() throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + door.port() + "/broken"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body())
        .contains("InternalServerError", "incident http-1")
        .doesNotContain("planted");
    assertThat(tally.ofHundreds(5)).isEqualTo(1);
    assertThat(tally.refused()).containsOnlyKeys("InternalServerError");
  }
}
