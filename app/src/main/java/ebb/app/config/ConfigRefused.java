package ebb.app.config;

/// A configuration that cannot be used. The message names the key and what it may be.
public final class ConfigRefused extends Exception {
  private static final long serialVersionUID = 1;

  public ConfigRefused(String message) {
    super(message);
  }
}
