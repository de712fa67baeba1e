package ebb.kernel.codec;

/// The version of all formats that this Ebb writes.
///
/// It grows by one with the first release that adds an event, a field or a constant. What was added
/// says `since` that version in its table; until the release everything new shares one number.
public final class FormatVersion {
  public static final int CURRENT = 1;

  private FormatVersion() {}
}
