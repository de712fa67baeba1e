package ebb.app.cli;

/// A command that could not be done: a code, what is wrong, and what to do, in one line.
final class Failed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String code;
  private final int exitCode;

  Failed(String code, String message, int exitCode) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }

  /// Azure's code, or Ebb's where Azure has none.
  String code() {
    return code;
  }

  int exitCode() {
    return exitCode;
  }

  String line() {
    return "ebb: " + code + ": " + getMessage();
  }
}
