package ebb.app.backend.local;

import org.jspecify.annotations.Nullable;

/// What an operator should read, in the platform's log.
final class Log {
  private static final System.Logger LOGGER = System.getLogger("ebb.backend.local");

  private Log() {}

  static void say(String what, @Nullable Throwable why) {
    LOGGER.log(System.Logger.Level.WARNING, why == null ? what : what + ": " + why.getMessage());
  }

  /// Something that only a bug of ours explains.
  static void bug(RuntimeException bug) {
    LOGGER.log(System.Logger.Level.ERROR, "a bug in the local backend; it goes on", bug);
  }
}
