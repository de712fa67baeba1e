package ebb.app.journal;

/// History cannot answer now. Not having found something is an answer; this is none, and whoever
/// asked must not take it for one.
public final class HistoryUnavailable extends Exception {
  private static final long serialVersionUID = 1;

  private final String message;

  private final boolean retryHelps;

  private final boolean closed;

  HistoryUnavailable(String message, boolean retryHelps, Throwable cause) {
    super(message, cause);
    this.message = message;
    this.retryHelps = retryHelps;
    this.closed = false;
  }

  HistoryUnavailable(String message, boolean retryHelps) {
    this(message, retryHelps, false);
  }

  private HistoryUnavailable(String message, boolean retryHelps, boolean closed) {
    super(message);
    this.message = message;
    this.retryHelps = retryHelps;
    this.closed = closed;
  }

  static HistoryUnavailable closed() {
    return new HistoryUnavailable("The server is starting or stopping.", true, true);
  }

  /// Whether it is the server that cannot answer anything now: it stops, or reads its journal
  /// again.
  public boolean isClosed() {
    return closed;
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
