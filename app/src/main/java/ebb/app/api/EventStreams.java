package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// What comes as it happens, for so many readers at once: server-sent events, and logs as they are.
/// Each event has an id, by which a reader that was cut off says in `Last-Event-ID` where to go on;
/// the last one is `end`, and who asks after it is told to ask no more.
///
/// Each lasts for a while at most, or a reader that has stopped reading would keep its place for
/// ever. Who reads goes on with another.
final class EventStreams {
  /// How many are open at once: each is a connection and, of a log, ten looks a second at a file.
  static final int MOST = 256;

  /// How long one lasts.
  static final Duration LIFE = Duration.ofHours(1);

  /// The id of the last event.
  static final String END = "end";

  /// A reader that has gone is noticed when something is written to it.
  private static final long HEARTBEAT_NANOS = 15_000_000_000L;

  private static final int BUSY_SECONDS = 5;

  private static final String TYPE = "text/event-stream";

  private final Semaphore free = new Semaphore(MOST);
  private final Duration life;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("streams").daemon().factory());

  EventStreams(Duration life) {
    this.life = life;
    timer.setRemoveOnCancelPolicy(true);
  }

  /// Writes the events of one reader.
  interface Events {
    void to(Stream stream) throws IOException;
  }

  /// Whether a request wants events in place of what is there now.
  static boolean areWanted(Request request) {
    String accept = request.header("Accept");
    return accept != null && accept.contains(TYPE);
  }

  /// The id of the last event that the reader has seen; empty if this is its first request.
  static String lastId(Request request) {
    return Bodies.or(request.header("Last-Event-ID"), "");
  }

  Response answer(Request request, Events events) {
    if (lastId(request).equals(END)) {
      return Response.empty(204);
    }
    return answer(TYPE, out -> events.to(new Stream(out)));
  }

  /// The same for what has no events: its reader goes on by itself where it was cut off.
  Response answer(String type, Response.Writing writing) {
    if (!free.tryAcquire()) {
      return Json.busy(
          429,
          "TooManyStreams",
          "The server has %d readers that follow something, and takes no more: ask again in %d s, or for what is there now."
              .formatted(MOST, BUSY_SECONDS),
          BUSY_SECONDS);
    }
    return Response.streamed(
            type,
            out -> {
              Cut cut = new Cut();
              Future<?> due = timer.schedule(cut, life.toMillis(), TimeUnit.MILLISECONDS);
              try {
                writing.to(out);
              } finally {
                due.cancel(false);
                cut.end();
                free.release();
              }
            })
        .with("Cache-Control", "no-cache");
  }

  /// Ends a stream by an interrupt of its thread, which also wakes from a write that the reader
  /// does not take: that closes the connection. What the thread does after the stream is not hit.
  private static final class Cut implements Runnable {
    private final Thread writer = Thread.currentThread();
    private boolean over;
    private boolean done;

    @Override
    public synchronized void run() {
      if (!over) {
        done = true;
        writer.interrupt();
      }
    }

    /// To be called by the thread itself.
    synchronized void end() {
      over = true;
      if (done) {
        Thread.interrupted();
      }
    }
  }

  /// The events of one reader.
  static final class Stream {
    private final OutputStream out;
    private long writtenAt;

    private Stream(OutputStream out) throws IOException {
      this.out = out;
      write(":\n\n"); // the reader learns at once that it is heard
    }

    private void write(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
      writtenAt = System.nanoTime();
    }

    /// Sends an event. What JSON has written has no line break in it.
    void send(String event, String id, Object data) throws IOException {
      String json = new String(Json.bytes(data), StandardCharsets.UTF_8);
      write("event: " + event + "\nid: " + id + "\ndata: " + json + "\n\n");
    }

    void end() throws IOException {
      write("event: end\nid: " + END + "\ndata: {}\n\n");
    }

    /// Nothing has happened: what is written after a while of it is no event.
    void idle() throws IOException {
      if (System.nanoTime() - writtenAt >= HEARTBEAT_NANOS) {
        write(":\n\n");
      }
    }
  }
}
