package ebb.kernel.money;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Rounds a list of amounts so that the rows add up to the total: the total is rounded once, and
/// the rows by largest remainder.
public final class Bill {
  private static final BigInteger UNIT = BigInteger.valueOf(3_600_000L * 1_000_000L);

  private Bill() {}

  public static Cost total(List<Cost> rows) {
    Cost total = Cost.ZERO;
    for (Cost row : rows) {
      total = total.plus(row);
    }
    return total;
  }

  /// The rows in the currency with `decimals` digits; their sum is `total(rows).rounded(decimals)`.
  public static List<BigDecimal> rounded(List<Cost> rows, int decimals) {
    BigInteger step = UNIT.divide(BigInteger.TEN.pow(decimals));
    List<BigInteger> floors = new ArrayList<>();
    List<Integer> byRemainder = new ArrayList<>();
    List<BigInteger> remainders = new ArrayList<>();
    BigInteger floorSum = BigInteger.ZERO;
    for (int i = 0; i < rows.size(); i++) {
      BigInteger exact = rows.get(i).exact();
      BigInteger remainder = exact.mod(step);
      BigInteger floor = exact.subtract(remainder).divide(step);
      floors.add(floor);
      remainders.add(remainder);
      byRemainder.add(i);
      floorSum = floorSum.add(floor);
    }
    byRemainder.sort(Comparator.comparing(remainders::get).reversed().thenComparing(i -> i));
    BigInteger target = total(rows).rounded(decimals).unscaledValue();
    int toRaise = target.subtract(floorSum).intValueExact();
    for (int k = 0; k < toRaise; k++) {
      int row = byRemainder.get(k);
      floors.set(row, floors.get(row).add(BigInteger.ONE));
    }
    return floors.stream().map(units -> new BigDecimal(units, decimals)).toList();
  }
}
