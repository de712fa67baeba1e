package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the client does when streams do not last or answers take long: something between it and a
/// real server ends each stream at once, refuses it, or lets code and locks wait.
class CutStreamsTest {
  private static final long SLOW_MILLIS = 2_500;
  private static final long SILENT_MILLIS = 6_000;

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger cut = new AtomicInteger();

  @TempDir Path folder;

  private interface Typing {
    void by(Typed typed) throws Exception;
  }

  private void behind(Typing typing) throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      HttpServer between =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      between.createContext("/", exchange -> pass(exchange, server));
      between.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      between.start();
      try {
        typing.by(new Typed(folder, homeBehind(between, server, folder)));
      } finally {
        between.stop(0);
      }
    }
  }

  @Test
  void clientGoesOnWhereAStreamWasCutOrLooksAgainWhereThereAreTooMany() throws Exception {
    behind(typed -> {
      Typed.Said said =
          typed.ebb(
              "run --name cut -- for|i|in|1|2|3|4|5;|do|echo|$i;|sleep|0.3;|done;|echo|oops|>&2");

      assertThat(said.out()).as(said.err()).isEqualTo("1\n2\n3\n4\n5\n");
      assertThat(said.err()).contains("oops\n").doesNotContain("LogBroken");
      assertThat(said.code()).isZero();
      assertThat(cut.get()).as("streams").isGreaterThan(6);
    });
  }

  @Test
  void sendingThatTakesLongShowsHowFarItIs() throws Exception {
    Path code = Files.createDirectories(folder.resolve("code"));
    try (RandomAccessFile file = new RandomAccessFile(code.resolve("data").toFile(), "rw")) {
      file.setLength(50L << 20);
    }
    behind(typed -> {
      Typed.Said said = typed.onTerminal("run -d --name slow --code code -- true");
      assertThat(said.code()).as(said.out()).isZero();
      assertThat(said.out()).containsPattern("sending code [12] s, [0-9.]+ .B of 50.0 MB");
    });
  }

  @Test
  void sendingManySmallFilesIsDoneWhenTheirContentIs() throws Exception {
    Path code = Files.createDirectories(folder.resolve("code"));
    for (int i = 0; i < 200; i++) {
      Files.writeString(code.resolve("small-" + i), "0123456789");
    }
    behind(typed -> {
      Typed.Said said = typed.onTerminal("run -d --name slow --code code -- true");
      assertThat(said.code()).as(said.out()).isZero();
      Matcher shown =
          Pattern.compile("sending code [12] s, ([0-9.]+ .?B) of ([0-9.]+ .?B)")
              .matcher(said.out());
      assertThat(shown.find()).as(said.out()).isTrue();
      assertThat(shown.group(1)).isEqualTo(shown.group(2));
    });
  }

  @Test
  void whoeverWaitsForAnAnswerIsToldAfterThreeSeconds() throws Exception {
    behind(typed -> {
      Typed.Said said = typed.ebb("lock list");
      assertThat(said.err()).contains("has not answered for 3 s; waiting for up to 60 s");
    });
  }

  private static Path homeBehind(HttpServer between, ServedHome server, Path folder)
      throws IOException {
    Path home = Files.createDirectories(folder.resolve("behind"));
    Files.copy(server.home().resolve("token"), home.resolve("token"));
    Files.writeString(
        home.resolve("server.json"),
        "{\"url\":\"http://127.0.0.1:%d\",\"pid\":%d}"
            .formatted(between.getAddress().getPort(), server.process().pid()));
    return home;
  }

  /// Every third stream is refused, each other one has what is there and is over.
  private void pass(HttpExchange exchange, ServedHome server) throws IOException {
    String asked = exchange.getRequestURI().toString();
    if (asked.contains("/code/") && exchange.getRequestMethod().equals("PUT")) {
      pause(SLOW_MILLIS);
    }
    if (asked.startsWith("/ebb/v1/locks")) {
      pause(SILENT_MILLIS);
    }
    boolean follows = asked.contains("follow=true");
    if (follows && cut.incrementAndGet() % 3 == 0) {
      answer(exchange, 429, "{\"error\":{\"code\":\"TooManyStreams\"}}");
      return;
    }
    URI address =
        URI.create(
            "http://127.0.0.1:%d%s"
                .formatted(server.port(), asked.replace("follow=true", "all=true")));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Authorization", "Bearer " + server.token())
            .method(
                exchange.getRequestMethod(),
                HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      boolean isEarly = follows && response.statusCode() == 404; // it has not started
      answer(exchange, isEarly ? 200 : response.statusCode(), isEarly ? "" : response.body());
    } catch (InterruptedException ending) {
      throw new IOException(ending);
    }
  }

  private static void pause(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException ending) {
      throw new IOException(ending);
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
