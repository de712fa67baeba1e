package ebb.kernel.codec;

import ebb.kernel.protocol.Id;

/// Values that are never the ones a field has by itself, each a little different from the one
/// before, and the same each time.
final class SampleSource implements Values.Source {
  private final int variant;
  private int asked;

  /// @param variant which of several is picked: so many samples as there are constants show all
  SampleSource(int variant) {
    this.variant = variant;
  }

  @Override
  public long number() {
    asked++;
    // Of the size that times have; every fifth is negative, as exit codes may be.
    return asked % 5 == 0 ? -asked : 1_790_000_000_000L + asked;
  }

  @Override
  public long id() {
    asked++;
    return Id.of(3, 1000 + asked);
  }

  @Override
  public int smallNumber() {
    asked++;
    return asked % 5 == 0 ? -asked : 100 * asked;
  }

  @Override
  public boolean truth() {
    asked++;
    return true;
  }

  @Override
  public String text() {
    asked++;
    return "text " + asked + (asked % 3 == 0 ? " é漢😀" : "");
  }

  @Override
  public int size() {
    return 2;
  }

  @Override
  public int pick(int count) {
    return variant % count;
  }
}
