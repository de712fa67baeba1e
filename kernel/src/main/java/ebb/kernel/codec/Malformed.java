package ebb.kernel.codec;

/// The bytes are damaged, or never were what they are read as.
public final class Malformed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int position;

  Malformed(int position, String what) {
    super("Malformed at byte " + position + ": " + what);
    this.position = position;
  }

  Malformed(int position, String what, Throwable cause) {
    super("Malformed at byte " + position + ": " + what, cause);
    this.position = position;
  }

  /// Where in the bytes that were given reading stopped.
  public int position() {
    return position;
  }
}
