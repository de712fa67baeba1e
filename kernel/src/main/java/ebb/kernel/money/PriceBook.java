package ebb.kernel.money;

import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rates;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Hourly prices by VM size, location and priority. Immutable: a change of prices is a new book.
public final class PriceBook {
  private static final Comparator<Key> ORDER =
      Comparator.comparing(Key::size, String.CASE_INSENSITIVE_ORDER)
          .thenComparing(Key::location, String.CASE_INSENSITIVE_ORDER)
          .thenComparing(Key::priority);

  /// Knows no price. Made after the order that it keeps its rows in.
  public static final PriceBook EMPTY = new PriceBook("USD", List.of());

  private final String currency;
  private final TreeMap<Key, Price> prices = new TreeMap<>(ORDER);

  private final TreeSet<String> locations = new TreeSet<>();

  private record Key(String size, String location, Priority priority) {}

  public PriceBook(String currency, List<Price> prices) {
    this.currency = currency;
    for (Price price : prices) {
      this.prices.put(new Key(price.size(), price.location(), price.priority()), price);
      locations.add(price.location());
    }
  }

  public String currency() {
    return currency;
  }

  public List<Price> prices() {
    return List.copyOf(prices.values());
  }

  /// Where it has a row for some size.
  public SortedSet<String> locations() {
    return Collections.unmodifiableSortedSet(locations);
  }

  /// The rates in force, or [Rates#NONE] where the book has no row: the cluster is then unpriced.
  public Rates rates(String size, String location, Priority priority) {
    Price price = prices.get(new Key(size, location, priority));
    return price == null ? Rates.NONE : price.rates();
  }
}
