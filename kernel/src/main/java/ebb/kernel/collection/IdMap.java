package ebb.kernel.collection;

import ebb.kernel.protocol.EntityId;
import ebb.kernel.protocol.Nullable;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.LongFunction;

/// What there is by id. A look-up costs the same however many there are; a walk goes through the
/// ids in their order, whatever was put or removed before, and sorts them first.
///
/// A hash table with open addressing: a slot is a number and a value, and whatever is not in its
/// own slot is in the next free one after it. Numbers are never 0, which marks a free slot.
public final class IdMap<I extends EntityId, V> extends AbstractMap<I, V> {
  private static final int CAPACITY_LEAST = 16;

  /// 2^64 divided by the golden ratio: neighbouring numbers fall far apart (Knuth, TAOCP 6.4).
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final LongFunction<I> idOf;
  private long[] numbers = new long[CAPACITY_LEAST];
  private Object[] values = new Object[CAPACITY_LEAST];
  private int size;

  /// @param idOf makes an id of its number
  public IdMap(LongFunction<I> idOf) {
    this.idOf = idOf;
  }

  private static long number(Object id) {
    return ((EntityId) id).value();
  }

  private int home(long number) {
    int bits = Integer.numberOfTrailingZeros(numbers.length);
    return (int) ((number * SPREAD) >>> (Long.SIZE - bits));
  }

  private int next(int slot) {
    return (slot + 1) & (numbers.length - 1);
  }

  /// The slot that has the number, or the free one where it would be.
  private int slot(long number) {
    int slot = home(number);
    while (numbers[slot] != number && numbers[slot] != 0) {
      slot = next(slot);
    }
    return slot;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean containsKey(Object id) {
    long number = number(id);
    return number != 0 && numbers[slot(number)] == number;
  }

  @Override
  @SuppressWarnings("unchecked") // only put writes values
  public @Nullable V get(Object id) {
    return (V) values[slot(number(id))];
  }

  @Override
  @SuppressWarnings("unchecked") // only put writes values
  public @Nullable V put(I id, V value) {
    if (id.value() == 0) {
      throw new IllegalArgumentException("nothing has the id " + id);
    }
    int slot = slot(id.value());
    V before = (V) values[slot];
    values[slot] = value;
    if (before == null) {
      numbers[slot] = id.value();
      size++;
      if (2 * size > numbers.length) {
        resize(2 * numbers.length);
      }
    }
    return before;
  }

  @Override
  @SuppressWarnings("unchecked") // only put writes values
  public @Nullable V remove(Object id) {
    int slot = slot(number(id));
    V before = (V) values[slot];
    if (before != null) {
      free(slot);
      size--;
      if (numbers.length > CAPACITY_LEAST && 8 * size < numbers.length) {
        resize(numbers.length / 2);
      }
    }
    return before;
  }

  /// Frees the slot, and lets what follows it move up as far as its own slot allows.
  private void free(int freed) {
    int free = freed;
    for (int slot = next(free); numbers[slot] != 0; slot = next(slot)) {
      int distance = (slot - home(numbers[slot])) & (numbers.length - 1);
      int gap = (slot - free) & (numbers.length - 1);
      if (distance >= gap) {
        numbers[free] = numbers[slot];
        values[free] = values[slot];
        free = slot;
      }
    }
    numbers[free] = 0;
    values[free] = null;
  }

  private void resize(int capacity) {
    long[] oldNumbers = numbers;
    Object[] oldValues = values;
    numbers = new long[capacity];
    values = new Object[capacity];
    for (int old = 0; old < oldNumbers.length; old++) {
      if (oldNumbers[old] != 0) {
        int slot = slot(oldNumbers[old]);
        numbers[slot] = oldNumbers[old];
        values[slot] = oldValues[old];
      }
    }
  }

  /// The table stays as large as it was unless most of it was free: what is filled and cleared in
  /// turn, such as what a step touches, need not grow anew each time.
  @Override
  public void clear() {
    if (numbers.length > CAPACITY_LEAST && 8 * size < numbers.length) {
      numbers = new long[numbers.length / 2];
      values = new Object[numbers.length];
    } else {
      Arrays.fill(numbers, 0);
      Arrays.fill(values, null);
    }
    size = 0;
  }

  private long[] sortedNumbers() {
    long[] sorted = new long[size];
    int count = 0;
    for (long number : numbers) {
      if (number != 0) {
        sorted[count++] = number;
      }
    }
    Arrays.sort(sorted);
    return sorted;
  }

  /// What there was when the walk began and still is when the walk comes to it, as it is then.
  @Override
  public Set<Map.Entry<I, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public Iterator<Map.Entry<I, V>> iterator() {
        return new Walk(sortedNumbers());
      }
    };
  }

  private final class Walk implements Iterator<Map.Entry<I, V>> {
    private final long[] order;
    private int position;

    Walk(long[] order) {
      this.order = order;
    }

    @Override
    public boolean hasNext() {
      while (position < order.length && numbers[slot(order[position])] == 0) {
        position++;
      }
      return position < order.length;
    }

    @Override
    @SuppressWarnings("unchecked") // only put writes values
    public Map.Entry<I, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      long number = order[position++];
      return new SimpleImmutableEntry<>(idOf.apply(number), (V) values[slot(number)]);
    }
  }
}
