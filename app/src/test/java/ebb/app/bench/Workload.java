package ebb.app.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// Somebody who submits jobs without a pause and cancels some of them, and who asks again when the
/// server is not there or cannot tell.
final class Workload implements Runnable {
  static final String STEADY = "steady";
  static final String ELASTIC = "elastic";

  /// So many jobs of a cluster are unended before the next are submitted.
  private static final int UNENDED_MOST = 16;

  private static final long PAUSE_MILLIS = 20;
  private static final long ANSWER_WITHIN_NANOS = 180_000_000_000L;

  /// A job that was answered for, and how many kills there had been by then.
  record Sent(Planned planned, int kills) {}

  private record Cancel(long dueNanos, String name) {}

  private final ServerProcess server;
  private final Random random;
  private final Path program;
  private final Path truth;
  private final String mark;
  private final IntSupplier kills;
  private final List<Sent> sent = new ArrayList<>();
  private final PriorityQueue<Cancel> cancels =
      new PriorityQueue<>(Comparator.comparingLong(Cancel::dueNanos));
  private @Nullable ServerApi api;
  private volatile boolean stopping;
  private volatile int submitted;
  private volatile String failure = "";

  Workload(
      ServerProcess server, long seed, Path program, Path truth, String mark, IntSupplier kills) {
    this.server = server;
    this.random = new Random(seed);
    this.program = program;
    this.truth = truth;
    this.mark = mark;
    this.kills = kills;
  }

  @Override
  public void run() {
    try {
      int number = 0;
      while (!stopping) {
        cancelDue();
        if (unended(STEADY) + unended(ELASTIC) < 2 * UNENDED_MOST) {
          for (int i = 0; i < 4; i++) {
            submit(Planned.draw(random, number++));
          }
        } else {
          Thread.sleep(PAUSE_MILLIS);
        }
      }
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(Planned job) throws IOException, InterruptedException {
    ServerApi.Answer answer =
        patiently("PUT", ServerApi.jobPath(job.name()), job.body(program, truth, mark));
    if (answer.status() != 201 && answer.status() != 200) {
      throw new IOException("the submit of " + job.name() + " was answered with " + answer);
    }
    sent.add(new Sent(job, kills.getAsInt()));
    submitted = sent.size();
    if (job.isCancelled()) {
      cancels.add(new Cancel(System.nanoTime() + job.cancelAfter() * 1_000_000L, job.name()));
    }
  }

  private void cancelDue() throws IOException, InterruptedException {
    while (!cancels.isEmpty() && cancels.peek().dueNanos() - System.nanoTime() <= 0) {
      String name = cancels.remove().name();
      ServerApi.Answer answer = patiently("POST", ServerApi.jobPath(name) + "/cancel", "");
      boolean hadEnded = answer.status() == 409;
      if (answer.status() != 202 && !hadEnded) {
        throw new IOException("the cancel of " + name + " was answered with " + answer);
      }
    }
  }

  private int unended(String cluster) throws IOException, InterruptedException {
    ServerApi.Answer answer = patiently("GET", ServerApi.WORKSPACE + "/clusters/" + cluster, "");
    return answer.json().get("counts").get("unended").asInt();
  }

  /// Asks until there is an answer that says what was done.
  private ServerApi.Answer patiently(String method, String path, String body)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + ANSWER_WITHIN_NANOS;
    while (true) {
      try {
        if (api == null) {
          api = new ServerApi(server.connect());
        }
        ServerApi.Answer answer = api.ask(method, path, body);
        if (answer.status() != 503 && answer.status() != 429) {
          return answer;
        }
      } catch (IOException gone) {
        disconnect();
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(method + " " + path + " was not answered in three minutes");
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private void disconnect() throws IOException {
    if (api != null) {
      api.close();
      api = null;
    }
  }

  /// Submits nothing more; what still has to be cancelled is left to end by itself.
  void stop() {
    stopping = true;
  }

  int submitted() {
    return submitted;
  }

  /// What went wrong for this client; empty if nothing did.
  String failure() {
    return failure;
  }

  /// All jobs that were answered for. Only when the thread has ended.
  List<Sent> sent() {
    return sent;
  }
}
