package ebb.app.data;

/// Data that a job cannot have. The message says what is wrong and what to do.
public final class DataRefused extends Exception {
  private static final long serialVersionUID = 1;

  public DataRefused(String message) {
    super(message);
  }

  /// For whoever asked.
  public String why() {
    return String.valueOf(getMessage());
  }
}
