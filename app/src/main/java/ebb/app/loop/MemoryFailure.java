package ebb.app.loop;

/// The memory cannot be opened. The message says what is wrong and what to do about it.
public final class MemoryFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean mayPass;

  public MemoryFailure(String message, boolean mayPass, Throwable cause) {
    super(message, cause);
    this.mayPass = mayPass;
  }

  /// Whether trying again may help without anybody doing anything.
  public boolean mayPass() {
    return mayPass;
  }
}
