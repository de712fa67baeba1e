package ebb.app.journal;

/// History cannot answer now. Not having found something is an answer; this is none, and whoever
/// asked must not take it for one.
public final class HistoryUnavailable extends Exception {
  private static final long serialVersionUID = 1;

  private final String message;

  private final boolean retryHelps;

  HistoryUnavailable(String message, boolean retryHelps, Throwable cause) {
    super(message, cause);
    this.message = message;
    this.retryHelps = retryHelps;
  }

  HistoryUnavailable(String message, boolean retryHelps) {
    super(message);
    this.message = message;
    this.retryHelps = retryHelps;
  }

  /// Whether to ask again in a moment is worth it.
  public boolean retryHelps() {
    return retryHelps;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
