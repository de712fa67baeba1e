package ebb.kernel.protocol;

/// What an hour of a node costs, in millionths of the price book's currency, by kind of price.
/// [#UNPRICED] says that nobody has named that price.
public record Rates(long list, long internal, long invoice) {
  public static final long UNPRICED = -1;

  public static final Rates NONE = new Rates(UNPRICED, UNPRICED, UNPRICED);
}
