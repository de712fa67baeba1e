package ebb.app.specification;

import java.io.IOException;
import java.io.Serial;

/// The store could not do what it was asked for. Nothing of it may be answered.
public final class SpecificationStoreFailure extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final boolean retryCanHelp;

  SpecificationStoreFailure(String message, boolean retryCanHelp, Throwable cause) {
    super(message, cause);
    this.retryCanHelp = retryCanHelp;
  }

  /// Whether the same may succeed later, as when the disk was full.
  public boolean retryCanHelp() {
    return retryCanHelp;
  }
}
