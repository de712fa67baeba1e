package ebb.kernel.codec;

import java.util.SplittableRandom;

/// Anything that a type can hold, the ends of its range more often than chance would have it.
final class RandomSource implements Values.Source {
  private static final long[] ENDS = {
    0, 1, -1, 63, 64, -64, -65, 127, 128, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
  };
  private static final int[] CHARACTERS = {
    0, 'a', 'z', 0x7F, 0x80, 'é', 0x7FF, 0x800, '漢', 0xD83D, 0xDE00, 0xFFFF, 0x1F600, 0x10FFFF
  };

  private final SplittableRandom random;

  RandomSource(long seed) {
    random = new SplittableRandom(seed);
  }

  @Override
  public long number() {
    return switch (random.nextInt(3)) {
      case 0 -> ENDS[random.nextInt(ENDS.length)];
      case 1 -> random.nextLong() >> random.nextInt(64);
      default -> 1_700_000_000_000L + random.nextInt(1_000_000_000);
    };
  }

  @Override
  public long id() {
    return number();
  }

  @Override
  public int smallNumber() {
    return (int) number();
  }

  @Override
  public boolean truth() {
    return random.nextBoolean();
  }

  @Override
  public String text() {
    StringBuilder text = new StringBuilder();
    boolean plain = random.nextBoolean();
    for (int i = random.nextInt(20); i > 0; i--) {
      text.appendCodePoint(
          plain ? 'a' + random.nextInt(26) : CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return text.toString();
  }

  @Override
  public int size() {
    return random.nextInt(4);
  }

  @Override
  public int pick(int count) {
    return random.nextInt(count);
  }
}
