package ebb.app.cli;

/// A command that could not be done: a code, what is wrong, and what to do, in one line.
final class Failed extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// The exit code of a refusal.
  static final int REFUSED = 1;

  /// The exit code for what was typed, or is in a file, and cannot be read.
  static final int UNREADABLE = 2;

  /// The exit code where something is not there, as azure-cli has it.
  static final int ABSENT = 3;

  private final String code;
  private final int exitCode;

  Failed(String code, String message, int exitCode) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }

  /// What was typed, or is in a file, cannot be done like this.
  static Failed unreadable(String message) {
    return new Failed("InvalidRequest", message, UNREADABLE);
  }

  static Failed refused(String code, String message) {
    return new Failed(code, message, REFUSED);
  }

  /// Azure's code, or Ebb's where Azure has none.
  String code() {
    return code;
  }

  int exitCode() {
    return exitCode;
  }

  boolean isAbsence() {
    return exitCode == ABSENT;
  }

  String line() {
    return "ebb: " + code + ": " + getMessage();
  }
}
