package ebb.app.certificate;

/// A certificate that no server can show, with the reason and the way out in one line.
public final class CertificateRefused extends Exception {
  private static final long serialVersionUID = 1L;

  CertificateRefused(String message) {
    super(message);
  }

  CertificateRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
