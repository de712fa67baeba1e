package ebb.app.api;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.http.HttpDoor;
import ebb.app.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Streams whose time is over, over real connections.
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventStreamsTest {
  private final EventStreams streams = new EventStreams(Duration.ofSeconds(1));
  private final CountDownLatch ended = new CountDownLatch(1);
  private final HttpDoor door =
      new HttpDoor(
          0,
          new HttpDoor.Limits(10, Duration.ofSeconds(30)),
          null,
          (status, _) -> Response.empty(status));

  @BeforeEach
  void listen() throws IOException {
    door.listen();
  }

  @AfterEach
  void close() {
    door.close();
  }

  private void serve(EventStreams.Events events) {
    door.open(request ->
        streams.answer(
            request,
            stream -> {
              try {
                events.to(stream);
              } finally {
                ended.countDown();
              }
            }));
  }

  private Socket asked() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port());
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void readerThatHasStoppedReadingIsCutOff() throws Exception {
    String much = "x".repeat(1 << 20);
    serve(stream -> {
      while (true) {
        stream.send("log", "1", much);
      }
    });
    try (Socket _ = asked()) {
      assertThat(ended.await(20, TimeUnit.SECONDS)).as("the write that hangs is over").isTrue();
    }
  }

  @Test
  void readerThatReadsIsToldThatTheStreamIsOverAndMayUseTheConnectionOn() throws Exception {
    serve(_ -> {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException over) {
        Thread.currentThread().interrupt();
      }
    });
    try (Socket socket = asked()) {
      String first = untilLastChunk(socket.getInputStream());
      assertThat(first).contains("200 OK").doesNotContain("event: end");
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(untilLastChunk(socket.getInputStream())).contains("200 OK");
    }
  }

  private static String untilLastChunk(InputStream in) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf("\r\n0\r\n\r\n") < 0) {
      int next = in.read();
      assertThat(next).as("cut off after: " + read).isNotNegative();
      read.append((char) next);
    }
    return read.toString();
  }
}
