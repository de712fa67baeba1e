package ebb.app.api;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.http.Handler;
import ebb.app.http.HttpDoor;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.identity.AccessToken;
import ebb.app.identity.OriginGuard;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is counted of requests that nothing could be answered to.
class GateTallyTest {
  private final Gate.Tally tally = new Gate.Tally();
  private final HttpDoor door =
      new HttpDoor(0, new HttpDoor.Limits(10, Duration.ofSeconds(30)), null, tally);

  @TempDir Path home;

  @BeforeEach
  void listen() throws Exception {
    door.listen();
  }

  private void open() throws Exception {
    Handler broken =
        _ -> {
          throw new IllegalStateException("planted");
        };
    door.open(
        new Gate(
            new OriginGuard("http", door.port()),
            AccessToken.at(home, "owner"),
            new Router<>(),
            new Router<Handler>()
                .on("GET", "/broken", broken)
                .on("PUT", "/sent", request -> Response.empty(request.body(9) == null ? 413 : 200)),
            tally));
  }

  @AfterEach
  void close() {
    door.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + door.port() + path)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  /// All that is answered to a request with this first line.
  private String raw(String line) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
      socket.setSoTimeout(10_000);
      String request = line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /ebb/v1/%zz HTTP/1.1",
        "GET /ebb/v1/% HTTP/1.1",
        "GET /ebb/v1/half%4 HTTP/1.1",
        "GET /ebb/v1/jobs?after=%zz HTTP/1.1",
        "GET /ebb/v1/a{b HTTP/1.1",
        "GET /ebb/v1/two words HTTP/1.1",
        "GET http://[ HTTP/1.1",
        "GET",
      })
  void whatCannotBeReadIsRefusedInWordsAndCounted(String line) throws Exception {
    open();

    assertThat(raw(line))
        .startsWith("HTTP/1.1 400 ")
        .contains("application/json", "\"code\":\"BadRequest\"", "%25");
    assertThat(tally.refused()).containsExactly(Map.entry("BadRequest", 1L));
    assertThat(tally.ofHundreds(4)).isEqualTo(1);
  }

  @Test
  void bodyThatCannotBeReadIsNoFaultOfTheServers() throws Exception {
    open();
    String put = "PUT /sent HTTP/1.1\r\nHost: localhost:" + door.port() + "\r\n";

    assertThat(raw(put + "Transfer-Encoding: chunked\r\n\r\nZZ"))
        .startsWith("HTTP/1.1 400 ")
        .contains("BadRequest", "the length of a chunk of its body is no hexadecimal number");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
      socket
          .getOutputStream()
          .write((put + "Content-Length: 9\r\n\r\nhalf").getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(tally.refused()).containsExactly(Map.entry("BadRequest", 1L));
    assertThat(tally.ofHundreds(5)).isZero();
  }

  @Test
  void whatIsAskedBeforeTheServerIsReadyIsRefusedInWordsAndCounted() throws Exception {
    HttpResponse<String> answer = get("/health");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("ServerNotReady", "nothing was changed");
    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    assertThat(tally.refused()).containsExactly(Map.entry("ServerNotReady", 1L));
    assertThat(tally.ofHundreds(5)).isEqualTo(1);
  }

  @Test
  void faultOfTheServerIsAnsweredWithItsIncidentAndCounted() throws Exception {
    open();
    HttpResponse<String> answer = get("/broken");

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body())
        .contains("InternalServerError", "incident http-1")
        .doesNotContain("planted");
    assertThat(tally.ofHundreds(5)).isEqualTo(1);
    assertThat(tally.refused()).containsOnlyKeys("InternalServerError");
  }
}
