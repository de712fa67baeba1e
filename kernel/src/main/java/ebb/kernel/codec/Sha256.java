package ebb.kernel.codec;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Makes the digests by which bytes are recognised.
final class Sha256 {
  static final int LENGTH = 32;

  private Sha256() {}

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform must have SHA-256", e);
    }
  }
}
