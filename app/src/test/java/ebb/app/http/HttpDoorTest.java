package ebb.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections on which nothing comes, or what is no request.
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpDoorTest {
  private static final int CONNECTIONS = 20;
  private static final Duration SILENCE = Duration.ofSeconds(1);
  private static final String PUT = "PUT / HTTP/1.1|Host: x|";

  /// Long against how long a busy machine may hold up who writes every half second.
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final long PAUSE_MILLIS = 500;

  private final HttpDoor door = door(SILENCE);

  private static HttpDoor door(Duration silence) {
    return new HttpDoor(
        0,
        new HttpDoor.Limits(CONNECTIONS, silence),
        null,
        (status, why) -> answer(status, "refused: " + why));
  }

  private static Response answer(int status, String text) {
    return Response.of(status, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  @BeforeEach
  void listen() throws IOException {
    open(door);
  }

  private static void open(HttpDoor door) throws IOException {
    door.listen();
    door.open(request -> {
      if (request.method().equals("DELETE")) {
        throw new LinkageError("/a/path/of/ours");
      }
      byte[] body = request.body(1 << 20);
      return request.method().equals("GET")
          ? Response.streamed(
              "text/plain",
              out -> {
                pause(); // longer than whoever is asked may be silent
                out.write("at last".getBytes(StandardCharsets.UTF_8));
              })
          : answer(200, "read " + (body == null ? -1 : body.length));
    });
  }

  @AfterEach
  void close() {
    door.close();
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PATIENCE.toMillis() * 3 / 2);
    } catch (InterruptedException ending) {
      throw new IOException(ending);
    }
  }

  private static Socket connect(HttpDoor door) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), door.port());
  }

  private String said(String sent) throws Exception {
    return said(door, sent);
  }

  /// Sends pieces, each after a pause, and reads what comes until the end.
  private static String said(HttpDoor door, String... pieces) throws Exception {
    try (Socket socket = connect(door)) {
      for (int i = 0; i < pieces.length; i++) {
        Thread.sleep(i == 0 ? 0 : PAUSE_MILLIS);
        socket
            .getOutputStream()
            .write(pieces[i].replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "GET /hea", "GET / HTTP/1.1|Hos", PUT + "Content-Length: 9||half", PUT})
  void connectionOnWhichNoMoreComesIsClosedWithoutAWord(String begin) throws Exception {
    assertThat(said(begin)).isEmpty();
  }

  @Test
  void silentConnectionsKeepTheOthersOutForNoLongerThanTheyMayBeSilent() throws Exception {
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 3 * CONNECTIONS / 2; i++) {
      Socket socket = connect(door);
      socket.getOutputStream().write("GET /hea".getBytes(StandardCharsets.UTF_8));
      silent.add(socket);
    }

    assertThat(said(PUT + "|")).startsWith("HTTP/1.1 200").endsWith("read 0");
    for (Socket socket : silent) {
      socket.close();
    }
  }

  @Test
  @Tag("long")
  void whatIsSentOrAnsweredSlowlyIsNotCut() throws Exception {
    HttpDoor patient = door(PATIENCE);
    open(patient);
    try {
      String[] pieces = "a b c d e f g h".split(" ");
      assertThat(pieces.length * PAUSE_MILLIS).isGreaterThan(PATIENCE.toMillis());
      String[] sent = new String[pieces.length + 1];
      sent[0] = PUT + "Content-Length: 8||";
      System.arraycopy(pieces, 0, sent, 1, pieces.length);
      assertThat(said(patient, sent)).endsWith("read 8");
      assertThat(said(patient, "GET / HTTP/1.1|Host: x||")).contains("at last");
    } finally {
      patient.close();
    }
  }

  @Test
  void whatTheLibraryCannotAnswerIsAFaultOfOursWithoutItsWords() throws Exception {
    assertThat(said("DELETE / HTTP/1.1|Host: x||"))
        .startsWith("HTTP/1.1 500")
        .contains("application/json", "\"code\":\"InternalServerError\"")
        .doesNotContain("/a/path");
  }

  @ParameterizedTest
  @CsvSource({
    "'PUT / HTTP/1.1||', 400, Host header must be present",
    "'PUT / HTTP/1.1|Host: x|Host: x||', 400, Only a single Host header",
    "'PUT / HTTP/1.1|Host: x|Content-Length: -4||', 400, Content length is not a number",
    "'PUT / HTTP/1.0||', 505, HTTP 1.0 is not supported",
    "'PUT /%zz HTTP/1.1|Host: x||', 400, two hexadecimal digits after each %",
    "'PUT / HTTP/1.1|Host: x|Transfer-Encoding: chunked||ZZ|abc|0||', 400, 'the length of a chunk'",
  })
  void whatIsNoRequestIsRefusedForWhatIsWrongWithIt(String sent, int status, String why)
      throws Exception {
    assertThat(said(sent)).startsWith("HTTP/1.1 " + status).contains("refused: ", why);
  }

  @Test
  void whatIsTooLongIsSaidToBe() throws Exception {
    String header = "X: " + "y".repeat(100_000);
    assertThat(said(PUT + header + "||")).contains(" 400 ", "Header size exceeded");
    assertThat(said("GET /" + "p".repeat(10_000) + " HTTP/1.1|Host: x||"))
        .contains(" 414 ", "URI too long");
  }
}
