package ebb.app.secrets;

/// A secret that cannot be kept or used. The message never has its value.
public final class SecretRefused extends Exception {
  private static final long serialVersionUID = 1;

  SecretRefused(String message) {
    super(message);
  }

  /// For whoever asked.
  public String why() {
    return String.valueOf(getMessage());
  }
}
