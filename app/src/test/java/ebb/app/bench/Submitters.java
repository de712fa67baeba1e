package ebb.app.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// Submits jobs over several connections, each of which waits for an answer before it sends the
/// next request.
final class Submitters implements AutoCloseable {
  private final List<LeanClient> clients = new ArrayList<>();
  private final ExecutorService threads;

  Submitters(ServerProcess server, int connections) throws IOException {
    for (int i = 0; i < connections; i++) {
      clients.add(server.connect());
    }
    threads = Executors.newFixedThreadPool(connections);
  }

  /// Submits `count` jobs with this body, named by `prefix` and a number; returns how long each
  /// request took, in nanoseconds.
  long[] submit(String prefix, int count, String body) throws IOException, InterruptedException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    long[] nanos = new long[count];
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> under = new ArrayList<>();
    for (LeanClient client : clients) {
      under.add(
          threads.submit(() -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
              long began = System.nanoTime();
              int status = client.request("PUT", ServerApi.jobPath(prefix + i), bytes);
              nanos[i] = System.nanoTime() - began;
              if (status != 201) {
                throw new IOException(
                    "a submit was answered with " + status + ": " + client.body());
              }
            }
            return null;
          }));
    }
    for (Future<?> each : under) {
      try {
        each.get();
      } catch (ExecutionException failed) {
        throw new IOException("the submits failed", failed.getCause());
      }
    }
    return nanos;
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    for (LeanClient client : clients) {
      client.close();
    }
  }
}
