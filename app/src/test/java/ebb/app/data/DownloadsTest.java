package ebb.app.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import ebb.app.files.Room;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files from the web that many ask for at once.
class DownloadsTest {
  private static final int CLIENTS = 8;
  private static final int ROUNDS = 40;

  @TempDir Path folder;

  @Test
  void whoMakesRoomTakesNothingFromThoseWhoDownload() throws Exception {
    HttpServer web =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    web.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getResponseHeaders().add("ETag", "\"1\"");
            boolean isKnown = exchange.getRequestHeaders().containsKey("If-None-Match");
            byte[] path = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(isKnown ? 304 : 200, isKnown ? -1 : path.length);
            if (!isKnown) {
              exchange.getResponseBody().write(path);
            }
          }
        });
    web.start();
    Path kept = folder.resolve("downloads");
    Downloads downloads = Downloads.open(kept, new Downloads.Bounds(1 << 20, 1, true));
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int client = i;
        all.add(clients.submit(() -> fetch(downloads, web.getAddress().getPort(), client)));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      web.stop(0);
    }
    try (Stream<Path> left = Files.list(kept)) {
      assertThat(left).as("the last, and its tag").hasSizeBetween(2, 2 * CLIENTS);
    }
  }

  private Void fetch(Downloads downloads, int port, int client) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      String path = "/" + (client + round) % CLIENTS;
      Path into = folder.resolve(client + "-" + round);
      downloads.fetch(URI.create("http://127.0.0.1:" + port + path), into, new Room(folder, 0));
      assertThat(into).hasContent(path);
    }
    return null;
  }
}
