package ebb.app.backend.local;

/// A job asks for something that cannot be given, today or ever. The message ends a sentence that
/// begins with the job and says what to do.
final class CannotPrepare extends Exception {
  private static final long serialVersionUID = 1;

  CannotPrepare(String message) {
    super(message);
  }
}
