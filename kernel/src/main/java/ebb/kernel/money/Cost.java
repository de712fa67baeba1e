package ebb.kernel.money;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/// An exact amount: a sum of milliseconds × rate, where a rate is in millionths of the currency per
/// hour. One unit of currency is 3.6 × 10¹² of these. 128 bits, two's complement, so that no sum of
/// a fleet's life overflows; divided for display only.
public record Cost(long high, long low) implements Comparable<Cost> {
  public static final Cost ZERO = new Cost(0, 0);

  private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);
  private static final BigDecimal PER_UNIT = BigDecimal.valueOf(3_600_000L * 1_000_000L);

  public static Cost of(long millis, long rate) {
    return new Cost(Math.multiplyHigh(millis, rate), millis * rate);
  }

  public Cost plus(Cost other) {
    long sum = low + other.low;
    long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    return new Cost(Math.addExact(Math.addExact(high, other.high), carry), sum);
  }

  public BigInteger exact() {
    BigInteger unsignedLow = BigInteger.valueOf(low);
    if (low < 0) {
      unsignedLow = unsignedLow.add(TWO_64);
    }
    return BigInteger.valueOf(high).shiftLeft(64).add(unsignedLow);
  }

  /// In units of the currency, rounded half even to `decimals`. The only place that divides a
  /// single amount.
  public BigDecimal rounded(int decimals) {
    return new BigDecimal(exact()).divide(PER_UNIT, decimals, RoundingMode.HALF_EVEN);
  }

  @Override
  public int compareTo(Cost other) {
    int byHigh = Long.compare(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return rounded(6).toPlainString();
  }
}
