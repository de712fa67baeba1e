package ebb.kernel.collection;

import ebb.kernel.protocol.Nullable;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/// A set in order, as a list of short sorted arrays: what Python's `sortedcontainers` does.
///
/// For entries that mostly come at the end and go from the front, as what waits does, adding and
/// removing touch one array each; anywhere else they cost two searches by halves and the shift of
/// half an array. A tree has a node, and a miss of the cache, for each entry on the way.
public final class SortedBlocks<E> extends AbstractSet<E> {
  /// An array of so many references is moved in less time than a tree is put into balance.
  private static final int BLOCK_MOST = 64;

  private static final int BLOCK_LEAST = 8;

  private final Comparator<? super E> order;

  /// None of them empty.
  private final List<Block> blocks = new ArrayList<>();

  private int size;
  private int changes;

  private static final class Block {
    Object[] entries = new Object[BLOCK_LEAST];
    int count;
  }

  /// @param order never says that two different entries are equal
  public SortedBlocks(Comparator<? super E> order) {
    this.order = order;
  }

  /// In the natural order of the entries.
  public static <E extends Comparable<? super E>> SortedBlocks<E> natural() {
    return new SortedBlocks<>(Comparator.naturalOrder());
  }

  @Override
  public int size() {
    return size;
  }

  /// The first entry; there must be one.
  public E first() {
    return entry(blocks.getFirst(), 0);
  }

  /// The last entry; there must be one.
  public E last() {
    Block block = blocks.getLast();
    return entry(block, block.count - 1);
  }

  @Override
  public boolean add(E added) {
    if (blocks.isEmpty()) {
      blocks.add(new Block());
    }
    int number = blockFor(added);
    Block block = blocks.get(number);
    int at = position(block, added);
    if (at >= 0) {
      return false;
    }
    at = -at - 1;
    if (block.count == BLOCK_MOST) {
      Block second = split(number, at);
      if (at > block.count || block.count == BLOCK_MOST) {
        at -= block.count;
        block = second;
      }
    }
    insert(block, at, added);
    size++;
    changes++;
    return true;
  }

  private static void insert(Block block, int at, Object added) {
    if (block.count == block.entries.length) {
      block.entries = Arrays.copyOf(block.entries, Math.min(2 * block.count, BLOCK_MOST));
    }
    System.arraycopy(block.entries, at, block.entries, at + 1, block.count - at);
    block.entries[at] = added;
    block.count++;
  }

  /// Makes room in a full block, in a new one after it: by half, or, for what comes after all of
  /// it, by nothing, so that entries that come in order leave full blocks behind.
  private Block split(int number, int at) {
    Block full = blocks.get(number);
    Block second = new Block();
    blocks.add(number + 1, second);
    if (at < BLOCK_MOST) {
      int kept = BLOCK_MOST / 2;
      second.count = BLOCK_MOST - kept;
      second.entries = Arrays.copyOfRange(full.entries, kept, kept + BLOCK_MOST);
      Arrays.fill(full.entries, kept, BLOCK_MOST, null);
      full.count = kept;
    }
    return second;
  }

  @Override
  @SuppressWarnings("unchecked") // as for a TreeSet: what is not an E cannot be compared
  public boolean remove(Object removed) {
    if (blocks.isEmpty()) {
      return false;
    }
    int number = blockFor((E) removed);
    Block block = blocks.get(number);
    int at = position(block, (E) removed);
    if (at < 0) {
      return false;
    }
    removeAt(number, at);
    return true;
  }

  private void removeAt(int number, int at) {
    Block block = blocks.get(number);
    block.count--;
    System.arraycopy(block.entries, at + 1, block.entries, at, block.count - at);
    block.entries[block.count] = null;
    if (block.count == 0) {
      blocks.remove(number);
    }
    size--;
    changes++;
  }

  @Override
  @SuppressWarnings("unchecked") // as for a TreeSet: what is not an E cannot be compared
  public boolean contains(Object wanted) {
    return !blocks.isEmpty() && position(blocks.get(blockFor((E) wanted)), (E) wanted) >= 0;
  }

  @Override
  public void clear() {
    blocks.clear();
    size = 0;
    changes++;
  }

  /// How many entries are before this one, whether it is there or not.
  public int countBefore(E entry) {
    if (blocks.isEmpty()) {
      return 0;
    }
    int number = blockFor(entry);
    int at = position(blocks.get(number), entry);
    int count = at >= 0 ? at : -at - 1;
    for (Block block : blocks.subList(0, number)) {
      count += block.count;
    }
    return count;
  }

  /// The last block that begins with the entry or before it, or else the first one.
  private int blockFor(E entry) {
    int last = blocks.size() - 1;
    if (last == 0 || order.compare(entry(blocks.get(last), 0), entry) <= 0) {
      return last; // where most are added
    }
    int low = 0;
    int high = last - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (order.compare(entry(blocks.get(middle), 0), entry) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /// Where the entry is in the block, or, as a negative number, where it would be.
  private int position(Block block, E entry) {
    int low = 0;
    int high = block.count - 1;
    if (high >= 0 && order.compare(entry(block, high), entry) < 0) {
      return -(high + 1) - 1;
    }
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int compared = order.compare(entry(block, middle), entry);
      if (compared == 0) {
        return middle;
      } else if (compared < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  @SuppressWarnings("unchecked") // only add writes entries
  private E entry(Block block, int at) {
    return (E) block.entries[at];
  }

  /// In order. As with the JDK's own, the set may change during a walk by the walk's `remove` only.
  @Override
  public Iterator<E> iterator() {
    return new Walk();
  }

  private final class Walk implements Iterator<E> {
    private int number;
    private int at;
    private int expected = changes;
    private @Nullable Block lastBlock;

    @Override
    public boolean hasNext() {
      return number < blocks.size();
    }

    @Override
    public E next() {
      check();
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Block block = blocks.get(number);
      lastBlock = block;
      E next = entry(block, at++);
      if (at == block.count) {
        number++;
        at = 0;
      }
      return next;
    }

    @Override
    public void remove() {
      check();
      Block block = lastBlock;
      if (block == null) {
        throw new IllegalStateException("nothing was walked to");
      }
      lastBlock = null;
      boolean wasLast = at == 0;
      int from = wasLast ? number - 1 : number;
      boolean vanishes = block.count == 1;
      removeAt(from, wasLast ? block.count - 1 : at - 1);
      at = wasLast ? 0 : at - 1;
      number = wasLast && vanishes ? number - 1 : number;
      expected = changes;
    }

    private void check() {
      if (expected != changes) {
        throw new ConcurrentModificationException();
      }
    }
  }
}
