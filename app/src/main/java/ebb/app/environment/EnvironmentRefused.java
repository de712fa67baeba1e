package ebb.app.environment;

/// An environment that cannot be had: why, and what to do.
public final class EnvironmentRefused extends Exception {
  private static final long serialVersionUID = 1;

  private final String why;

  public EnvironmentRefused(String why) {
    super(why);
    this.why = why;
  }

  public String why() {
    return why;
  }
}
