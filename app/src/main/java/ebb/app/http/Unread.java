package ebb.app.http;

/// The body of a request cannot be had, which is the sender's doing: no fault of ours, and whoever
/// reads it lets this pass.
public final class Unread extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String message;
  private final boolean isOver;

  /// `isOver`: the sender is gone or has been silent for too long, and nobody is there to be
  /// answered.
  Unread(String why, boolean isOver, RuntimeException cause) {
    super(why, cause);
    this.message = why;
    this.isOver = isOver;
  }

  @Override
  public String getMessage() {
    return message;
  }

  boolean isOver() {
    return isOver;
  }
}
