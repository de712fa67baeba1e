package ebb.kernel.protocol;

/// How ids are made: the epoch of the server that made one and a counter that never repeats, in one
/// number that grows. With the installation's name before it, an id is unique among all
/// installations, so that a backend shared by several tells its owners apart.
public final class Id {
  private static final int COUNTER_BITS = 40;
  private static final long COUNTER_MASK = (1L << COUNTER_BITS) - 1;

  private Id() {}

  public static long of(long epoch, long counter) {
    return epoch << COUNTER_BITS | counter;
  }

  public static long epoch(long id) {
    return id >>> COUNTER_BITS;
  }

  public static long counter(long id) {
    return id & COUNTER_MASK;
  }

  /// Epoch and counter, as people and backends see them: `3.1042`.
  public static String text(long id) {
    return epoch(id) + "." + counter(id);
  }

  /// The number behind [#text], or -1 if the text is not an id.
  public static long parse(String text) {
    int dot = text.indexOf('.');
    if (dot <= 0 || dot == text.length() - 1) {
      return -1;
    }
    long epoch = digits(text, 0, dot);
    long counter = digits(text, dot + 1, text.length());
    return epoch < 0 || counter < 0 || counter > COUNTER_MASK || epoch >= 1L << 23
        ? -1
        : of(epoch, counter);
  }

  private static long digits(String text, int from, int to) {
    if (to - from > 15) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }
}
