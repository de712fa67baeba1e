package ebb.app.cli;

import org.jspecify.annotations.Nullable;

/// An answer that is waited for: who waits is told, once that takes longer than anybody expects.
final class Awaited implements AutoCloseable {
  private static final long QUIET_MILLIS = 3_000;

  private final @Nullable Thread telling;

  Awaited(String server, int mostMillis, boolean tells) {
    telling = tells ? telling(server, mostMillis) : null;
  }

  private static Thread telling(String server, int mostMillis) {
    return Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            Thread.sleep(QUIET_MILLIS);
            System.err.println(
                "ebb: the server at %s has not answered for %d s; waiting for up to %d s"
                    .formatted(server, QUIET_MILLIS / 1_000, mostMillis / 1_000));
          } catch (InterruptedException answered) {
            return; // nothing to tell
          }
        });
  }

  @Override
  public void close() {
    if (telling != null) {
      telling.interrupt();
    }
  }
}
