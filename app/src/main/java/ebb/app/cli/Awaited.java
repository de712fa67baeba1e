package ebb.app.cli;

/// An answer that is waited for: who waits is told, once that takes longer than anybody expects.
final class Awaited implements AutoCloseable {
  private static final long QUIET_MILLIS = 3_000;

  private final Thread telling;

  Awaited(String server, int mostMillis) {
    telling =
        Thread.ofPlatform()
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
    telling.interrupt();
  }
}
