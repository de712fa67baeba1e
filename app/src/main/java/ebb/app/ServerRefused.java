package ebb.app;

/// Why a server cannot start. The message says what is wrong and what to do about it.
final class ServerRefused extends Exception {
  private static final long serialVersionUID = 1;

  ServerRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
