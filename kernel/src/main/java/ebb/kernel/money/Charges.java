package ebb.kernel.money;

import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.SegmentKind;

/// What somebody's segments add up to: time by kind, and the amounts by kind of price.
/// `unpricedMillis` is the time that no list price was known for.
public record Charges(
    long bootMillis,
    long runMillis,
    long idleMillis,
    long leaveMillis,
    long unpricedMillis,
    Cost list,
    Cost internal,
    Cost invoice) {
  public static final Charges NONE = new Charges(0, 0, 0, 0, 0, Cost.ZERO, Cost.ZERO, Cost.ZERO);

  public Charges plus(SegmentKind kind, long millis, Rates rates) {
    return new Charges(
        bootMillis + (kind == SegmentKind.BOOT ? millis : 0),
        runMillis + (kind == SegmentKind.RUN ? millis : 0),
        idleMillis + (kind == SegmentKind.IDLE ? millis : 0),
        leaveMillis + (kind == SegmentKind.LEAVE ? millis : 0),
        unpricedMillis + (rates.list() == Rates.UNPRICED ? millis : 0),
        add(list, millis, rates.list()),
        add(internal, millis, rates.internal()),
        add(invoice, millis, rates.invoice()));
  }

  private static Cost add(Cost sum, long millis, long rate) {
    return rate == Rates.UNPRICED ? sum : sum.plus(Cost.of(millis, rate));
  }

  public long millis() {
    return bootMillis + runMillis + idleMillis + leaveMillis;
  }
}
