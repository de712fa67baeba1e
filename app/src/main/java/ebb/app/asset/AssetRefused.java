package ebb.app.asset;

/// A version that cannot be kept: why, and what to do.
public final class AssetRefused extends Exception {
  private static final long serialVersionUID = 1;

  private final String why;
  private final boolean isConflict;

  AssetRefused(String why, boolean isConflict) {
    super(why);
    this.why = why;
    this.isConflict = isConflict;
  }

  public String why() {
    return why;
  }

  /// Whether there is a version that is something else.
  public boolean isConflict() {
    return isConflict;
  }
}
