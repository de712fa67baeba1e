package ebb.app.journal;

/// Why a home cannot be opened. The message says what is wrong and what to do about it.
public final class StoreRefused extends Exception {
  private static final long serialVersionUID = 1;

  private final String message;

  public StoreRefused(String message) {
    super(message);
    this.message = message;
  }

  public StoreRefused(String message, Throwable cause) {
    super(message, cause);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
