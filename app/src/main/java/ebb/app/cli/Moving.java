package ebb.app.cli;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/// Says on a terminal how many bytes of content were read, sent or brought, when it takes longer
/// than a second. Nobody else writes there until it is closed.
final class Moving implements AutoCloseable {
  private static final long TICK_MILLIS = 250;

  private final Progress progress;
  private final long expected;
  private final AtomicLong moved = new AtomicLong();
  private boolean isOver;

  /// @param expected how many bytes will have moved at the end, 0 if that is not known
  Moving(String what, long expected) {
    this.progress = new Progress(what);
    this.expected = expected;
    if (Terminal.isThere()) {
      Thread.ofPlatform().daemon().start(this::tell);
    }
  }

  private synchronized void tell() {
    try {
      while (!isOver) {
        wait(TICK_MILLIS);
        if (!isOver) {
          progress.show(howFar());
        }
      }
    } catch (InterruptedException neverMeant) {
      Thread.currentThread().interrupt();
    }
  }

  private String howFar() {
    String far = moved.get() == 0 ? "" : Plan.bytes(moved.get());
    return expected == 0 ? far : far + " of " + Plan.bytes(expected);
  }

  OutputStream counted(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(int one) throws IOException {
        out.write(one);
        moved.incrementAndGet();
      }

      @Override
      public void write(byte[] some, int from, int count) throws IOException {
        out.write(some, from, count);
        moved.addAndGet(count);
      }
    };
  }

  InputStream counted(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int one = in.read();
        moved.addAndGet(one < 0 ? 0 : 1);
        return one;
      }

      @Override
      public int read(byte[] some, int from, int most) throws IOException {
        int count = in.read(some, from, most);
        moved.addAndGet(Math.max(0, count));
        return count;
      }
    };
  }

  @Override
  public synchronized void close() {
    isOver = true;
    notifyAll();
    progress.end();
  }
}
