package ebb.kernel.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// What repeats within one batch: written out where it comes up first, and as a small number from
/// then on.
final class Repeats<T> {
  /// So many are looked through; a batch with more of them writes the rest out each time.
  private static final int REMEMBERED = 32;

  private final List<T> seen = new ArrayList<>();

  /// Writes the number of `name`, or 0 if it has none: then it is to be written out.
  boolean isNew(T name, ByteWriter out) {
    int number = seen.indexOf(name) + 1;
    out.unsigned(number);
    if (number == 0) {
      remember(name);
    }
    return number == 0;
  }

  T read(ByteReader in, Function<ByteReader, T> writtenOut) {
    int number = in.number();
    if (number > seen.size()) {
      throw in.malformed(number + " names nothing that came before");
    }
    if (number > 0) {
      return seen.get(number - 1);
    }
    T name = writtenOut.apply(in);
    remember(name);
    return name;
  }

  private void remember(T name) {
    if (seen.size() < REMEMBERED) {
      seen.add(name);
    }
  }
}
