package ebb.kernel.engine;

import ebb.kernel.protocol.Nullable;

/// A batch that is not durable, or of which nobody knows whether it is.
public final class JournalFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean outcomeUnknown;

  public JournalFailure(String message, boolean outcomeUnknown, @Nullable Throwable cause) {
    super(message, cause);
    this.outcomeUnknown = outcomeUnknown;
  }

  /// Whether the batch may be there all the same.
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }
}
