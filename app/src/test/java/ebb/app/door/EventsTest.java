package ebb.app.door;

import static ebb.app.door.ServedHome.WORKSPACE;
import static ebb.app.door.ServedHome.job;
import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Server-sent events, read as a browser reads them: live, cut off and taken up again.
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventsTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    server.cluster(2);
  }

  private record Event(String name, String id, JsonNode data) {
    String text() {
      return data.path("text").asString();
    }
  }

  /// An open stream.
  private static final class Reader implements AutoCloseable {
    final HttpResponse<InputStream> answer;
    private final BufferedReader lines;
    int comments;

    Reader(String path, String lastId) throws Exception {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
              .header("Authorization", "Bearer " + server.token())
              .header("Accept", "text/event-stream");
      if (!lastId.isEmpty()) {
        request.header("Last-Event-ID", lastId);
      }
      answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    /// The next event; null if the stream is over.
    Event next() throws IOException {
      String name = "";
      String id = "";
      String data = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty() && !name.isEmpty()) {
          return new Event(name, id, JsonMapper.shared().readTree(data));
        }
        comments += line.startsWith(":") ? 1 : 0;
        name = line.startsWith("event: ") ? line.substring(7) : name;
        id = line.startsWith("id: ") ? line.substring(4) : id;
        data = line.startsWith("data: ") ? line.substring(6) : data;
      }
      return null;
    }

    /// All that come until the end, which must be told.
    List<Event> rest() throws IOException {
      List<Event> events = new ArrayList<>();
      for (Event event = next(); event != null; event = next()) {
        events.add(event);
      }
      assertThat(events.getLast().name()).isEqualTo("end");
      return events.subList(0, events.size() - 1);
    }

    @Override
    public void close() throws IOException {
      answer.body().close();
    }
  }

  private static Reader read(String path, String lastId) throws Exception {
    Reader reader = new Reader(path, lastId);
    assertThat(reader.answer.statusCode()).isEqualTo(200);
    assertThat(reader.answer.headers().firstValue("Content-Type")).contains("text/event-stream");
    return reader;
  }

  private static String text(List<Event> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(event.text()));
    return text.toString();
  }

  private static String waitFor(Path file) {
    return "while [ ! -e " + file + " ]; do sleep 0.05; done";
  }

  @Test
  void whatAJobWritesComesAsItIsWrittenAndGoesOnWhereAReaderWasCutOff() throws Exception {
    Path go = folder.resolve("go");
    Path more = folder.resolve("more");
    server.submit(
        "writes",
        "echo before; printf 'half \\\\303'; "
            + waitFor(go)
            + "; printf '\\\\244\\\\r\\\\n'; "
            + waitFor(more)
            + "; echo after; exit 1");
    String path = job("writes") + "/logs";
    String id;
    try (Reader reader = read(path, "")) {
      StringBuilder text = new StringBuilder();
      while (text.length() < "before\nhalf ".length()) {
        text.append(reader.next().text());
      }
      assertThat(text.toString()).as("no half of a letter").isEqualTo("before\nhalf ");
      Files.createFile(go);
      Event letter = reader.next();
      assertThat(letter.text()).isEqualTo("ä\r\n");
      assertThat(letter.data().path("offset").asInt()).isEqualTo(12);
      assertThat(letter.id()).isEqualTo("1:16");
      id = letter.id();
    }
    server.kill();
    server.start();
    try (Reader reader = read(path, id)) {
      Files.createFile(more);
      assertThat(text(reader.rest())).isEqualTo("after\n");
    }
    try (Reader reader = read(path, "1:3")) {
      assertThat(text(reader.rest())).isEqualTo("ore\nhalf ä\r\nafter\n");
    }
    try (Reader reader = read(path, "99:3")) {
      assertThat(text(reader.rest())).as("no id of ours").startsWith("before");
    }
    try (Reader over = new Reader(path, "end")) {
      assertThat(over.answer.statusCode()).as("ask no more").isEqualTo(204);
    }
  }

  @Test
  void logsGoOnWithTheNextAttemptUnlessOneIsNamed() throws Exception {
    server.put(
        job("retries"),
        "{\"cluster\":\"cpu\",\"command\":\"echo try; exit 1\",\"retries\":{\"failed\":1}}");
    String path = job("retries") + "/logs";
    try (Reader reader = read(path, "")) {
      List<Event> all = reader.rest();
      assertThat(text(all)).isEqualTo("try\ntry\n");
      assertThat(all.getLast().id()).isEqualTo("2:4");
      assertThat(all.getLast().data().path("attempt").asInt()).isEqualTo(2);
    }
    try (Reader reader = read(path, "1:2")) {
      assertThat(text(reader.rest())).isEqualTo("y\ntry\n");
    }
    try (Reader reader = read(path + "?attempt=1", "")) {
      assertThat(text(reader.rest())).isEqualTo("try\n");
    }
    try (Reader reader = read(path + "?stream=stderr", "")) {
      assertThat(reader.rest()).isEmpty();
    }
  }

  @Test
  void statesOfAJobComeWhenTheyChangeAndNoneTwice() throws Exception {
    Path go = folder.resolve("state");
    // A cluster of its own: no node is idle there, and the lock stops no other test's jobs.
    server.put(WORKSPACE + "/clusters/held", "{\"size\":\"Standard_D2s_v3\",\"max\":1}");
    String lock = "/ebb/v1/locks/keep?subscription=sub&group=team&workspace=lab&cluster=held";
    server.put(lock, "{\"level\":\"cannot delete\"}");
    server.put(job("states"), "{\"cluster\":\"held\",\"command\":\"" + waitFor(go) + "\"}");
    String path = job("states") + "/events";
    String id;
    try (Reader reader = read(path, "")) {
      Event queued = reader.next();
      assertThat(queued.data().path("phase").asString()).isEqualTo("queued");
      id = queued.id();
    }
    server.kill();
    server.start();
    try (Reader reader = read(path, id)) {
      server.send("DELETE", lock, "");
      Event first = reader.next();
      assertThat(first.data().path("phase").asString())
          .as("not again what was seen")
          .isNotEqualTo("queued");
      List<Event> seen = new ArrayList<>(List.of(first));
      while (!seen.getLast().data().path("phase").asString().equals("running")) {
        seen.add(reader.next());
      }
      long before = System.nanoTime();
      Files.createFile(go);
      List<Event> rest = reader.rest();
      assertThat(System.nanoTime() - before).isLessThan(3_000_000_000L);
      assertThat(rest.getLast().data().at("/end/cause").asString()).isEqualTo("succeeded");
      assertThat(rest).extracting(Event::id).doesNotHaveDuplicates();
    }
    try (Reader over = new Reader(path, "end")) {
      assertThat(over.answer.statusCode()).isEqualTo(204);
    }
    until("it left memory", () -> isPast("states"));
    try (Reader reader = read(path, "")) {
      List<Event> past = reader.rest();
      assertThat(past).hasSize(1);
      assertThat(past.getFirst().data().path("phase").asString()).isEqualTo("ended");
    }
    try (Reader none = new Reader(job("never") + "/events", "")) {
      assertThat(none.answer.statusCode()).isEqualTo(404);
    }
  }

  private static boolean isPast(String name) {
    try {
      return server.get(job(name)).body().contains("\"end\"") && server.endedInMemory() == 0;
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void serverThatStopsEndsItsStreamsWithoutAnEndAndTheyGoOnWithTheNext() throws Exception {
    Path go = folder.resolve("stopped");
    server.submit("outlives", "echo one; " + waitFor(go) + "; echo two");
    String path = job("outlives") + "/logs";
    Event one;
    try (Reader reader = read(path, "")) {
      one = reader.next();
      assertThat(one.text()).isEqualTo("one\n");
      long before = System.nanoTime();
      server.terminate();
      assertThat(System.nanoTime() - before).isLessThan(15_000_000_000L);
      assertThat(next(reader)).as("no end was told").isNull();
    }
    server.start();
    Files.createFile(go);
    try (Reader reader = read(path, one.id())) {
      assertThat(text(reader.rest())).isEqualTo("two\n");
    }
  }

  private static Event next(Reader reader) {
    try {
      return reader.next();
    } catch (IOException cut) {
      return null;
    }
  }

  @Test
  @Tag("long")
  void readersAreBoundedHearAHeartbeatAndLeaveRoomWhenTheyGo() throws Exception {
    String lock = "/ebb/v1/locks/wait?subscription=sub&group=team&workspace=lab&cluster=still";
    server.put(WORKSPACE + "/clusters/still", "{\"size\":\"Standard_D2s_v3\",\"max\":1}");
    server.put(lock, "{\"level\":\"cannot delete\"}");
    server.put(job("waits"), "{\"cluster\":\"still\",\"command\":\"true\"}");
    String path = job("waits") + "/logs";
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      readers.add(read(path, ""));
    }
    try (Reader refused = new Reader(path, "")) {
      assertThat(refused.answer.statusCode()).isEqualTo(429);
      assertThat(refused.answer.headers().firstValue("Retry-After")).isPresent();
    }
    assertThat(server.get(job("waits")).status()).as("others are served").isEqualTo(200);
    for (Reader reader : readers.subList(1, 256)) {
      reader.close();
    }
    until(
        "there is room again",
        () -> {
          try (Reader again = new Reader(path, "")) {
            return again.answer.statusCode() == 200;
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
        });
    server.send("POST", job("waits") + "/cancel", "");
    try (Reader first = readers.getFirst()) {
      assertThat(first.rest()).isEmpty();
      assertThat(first.comments).as("a beginning and a heartbeat").isGreaterThanOrEqualTo(2);
    }
  }
}
