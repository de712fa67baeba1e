package ebb.kernel.codec;

/// The bytes hold something that this version does not know. To go on would be to lose it.
public final class NewerFormat extends RuntimeException {
  private static final long serialVersionUID = 1;

  NewerFormat(String unknown) {
    super(
        "Written by a newer version of Ebb: " + unknown + ". Start that version, or a later one.");
  }
}
