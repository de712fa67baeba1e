package ebb.app.loop;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// How many values were at most as large as each of a few bounds, and their sum. Added to by any
/// thread, read by any.
public final class Histogram {
  private final double[] bounds;
  private final LongAdder[] counts;
  private final DoubleAdder sum = new DoubleAdder();

  /// `bounds` rise; above the last there is no other.
  public Histogram(double... bounds) {
    this.bounds = bounds.clone();
    this.counts = new LongAdder[bounds.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  public void add(double value) {
    int i = 0;
    while (i < bounds.length && value > bounds[i]) {
      i++;
    }
    counts[i].increment();
    sum.add(value);
  }

  public double[] bounds() {
    return bounds.clone();
  }

  /// How many values were at most as large as each bound, and at last how many there were.
  public long[] upTo() {
    long[] upTo = new long[counts.length];
    long before = 0;
    for (int i = 0; i < counts.length; i++) {
      before += counts[i].sum();
      upTo[i] = before;
    }
    return upTo;
  }

  public double sum() {
    return sum.sum();
  }
}
