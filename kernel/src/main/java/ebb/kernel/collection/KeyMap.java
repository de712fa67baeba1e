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
import java.util.function.ToLongFunction;

/// What there is by key. A look-up costs the same however many there are; a walk goes through the
/// keys in their order, whatever was put or removed before, and sorts them first.
///
/// A hash table with open addressing: a slot is a key, its number and a value, and whatever is not
/// in its own slot is in the next free one after it. Numbers are never 0, which marks a free slot.
public final class KeyMap<K extends Comparable<? super K>, V> extends AbstractMap<K, V> {
  private static final int CAPACITY_LEAST = 16;

  /// 2^64 divided by the golden ratio: neighbouring numbers fall far apart (Knuth, TAOCP 6.4).
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final ToLongFunction<? super K> numberOf;
  private final boolean unique;
  private long[] numbers = new long[CAPACITY_LEAST];
  private Object[] keys = new Object[CAPACITY_LEAST];
  private Object[] values = new Object[CAPACITY_LEAST];
  private int size;

  private KeyMap(ToLongFunction<? super K> numberOf, boolean unique) {
    this.numberOf = numberOf;
    this.unique = unique;
  }

  /// Of keys that the kernel makes: whoever chooses keys could choose many of one number.
  ///
  /// @param numberOf a number that equal keys share and others seldom do, and that is never 0
  public KeyMap(ToLongFunction<? super K> numberOf) {
    this(numberOf, false);
  }

  /// By an id, whose number no other has. A look-up of an id that is 0 finds nothing.
  public static <I extends EntityId & Comparable<? super I>, V> KeyMap<I, V> byId() {
    return new KeyMap<>(EntityId::value, true);
  }

  @SuppressWarnings("unchecked") // as for a TreeMap: what is not a key cannot be compared with one
  private K key(Object key) {
    return (K) key;
  }

  @SuppressWarnings("unchecked") // only put writes values
  private @Nullable V value(int slot) {
    return (V) values[slot];
  }

  private int home(long number) {
    int bits = Integer.numberOfTrailingZeros(numbers.length);
    return (int) ((number * SPREAD) >>> (Long.SIZE - bits));
  }

  private int next(int slot) {
    return (slot + 1) & (numbers.length - 1);
  }

  /// The slot that has the key, or the free one where it would be.
  private int slot(long number, Object key) {
    int slot = home(number);
    while (numbers[slot] != 0 && !(numbers[slot] == number && (unique || keys[slot].equals(key)))) {
      slot = next(slot);
    }
    return slot;
  }

  private int slot(Object key) {
    return slot(numberOf.applyAsLong(key(key)), key);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean containsKey(Object key) {
    return values[slot(key)] != null;
  }

  @Override
  public @Nullable V get(Object key) {
    return value(slot(key));
  }

  @Override
  public @Nullable V put(K key, V value) {
    long number = numberOf.applyAsLong(key);
    if (number == 0) {
      throw new IllegalArgumentException("nothing has the key " + key);
    }
    int slot = slot(number, key);
    V before = value(slot);
    values[slot] = value;
    if (before == null) {
      numbers[slot] = number;
      keys[slot] = key;
      size++;
      if (2 * size > numbers.length) {
        resize(2 * numbers.length);
      }
    }
    return before;
  }

  @Override
  public @Nullable V remove(Object key) {
    int slot = slot(key);
    V before = value(slot);
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
        move(slot, free);
        free = slot;
      }
    }
    numbers[free] = 0;
    keys[free] = null;
    values[free] = null;
  }

  private void move(int from, int to) {
    numbers[to] = numbers[from];
    keys[to] = keys[from];
    values[to] = values[from];
  }

  private void resize(int capacity) {
    long[] oldNumbers = numbers;
    Object[] oldKeys = keys;
    Object[] oldValues = values;
    makeRoom(capacity);
    for (int old = 0; old < oldNumbers.length; old++) {
      if (oldNumbers[old] != 0) {
        int slot = slot(oldNumbers[old], oldKeys[old]);
        numbers[slot] = oldNumbers[old];
        keys[slot] = oldKeys[old];
        values[slot] = oldValues[old];
      }
    }
  }

  private void makeRoom(int capacity) {
    numbers = new long[capacity];
    keys = new Object[capacity];
    values = new Object[capacity];
  }

  @Override
  public void clear() {
    if (numbers.length > CAPACITY_LEAST) {
      makeRoom(CAPACITY_LEAST);
    } else if (size > 0) {
      Arrays.fill(numbers, 0);
      Arrays.fill(keys, null);
      Arrays.fill(values, null);
    }
    size = 0;
  }

  private Object[] sortedKeys() {
    Object[] sorted = new Object[size];
    int count = 0;
    for (Object key : keys) {
      if (key != null) {
        sorted[count++] = key;
      }
    }
    Arrays.sort(sorted);
    return sorted;
  }

  /// What there was when the walk began and still is when the walk comes to it, as it is then.
  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public Iterator<Map.Entry<K, V>> iterator() {
        return new Walk(sortedKeys());
      }
    };
  }

  private final class Walk implements Iterator<Map.Entry<K, V>> {
    private final Object[] order;
    private int position;

    Walk(Object[] order) {
      this.order = order;
    }

    @Override
    public boolean hasNext() {
      while (position < order.length && !containsKey(order[position])) {
        position++;
      }
      return position < order.length;
    }

    @Override
    public Map.Entry<K, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      K key = key(order[position++]);
      return new SimpleImmutableEntry<>(key, value(slot(key)));
    }
  }
}
