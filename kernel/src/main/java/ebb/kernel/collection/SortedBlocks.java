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
import java.util.function.ToLongFunction;

/// A set in order, as a list of short sorted arrays: what Python's `sortedcontainers` does.
///
/// Entries are in the order of their ranks, and entries of one rank in the order of a comparator.
/// The ranks lie in arrays of their own, so that a search by halves touches no entry; a tree has a
/// node, and a miss of the cache, for each entry on the way.
public final class SortedBlocks<E> extends AbstractSet<E> {
  /// An array of so many references is moved in less time than a tree is put into balance.
  private static final int BLOCK_MOST = 64;

  private static final int BLOCK_LEAST = 8;

  private final ToLongFunction<? super E> rank;
  private final Comparator<? super E> ties;

  /// None of them empty.
  private final List<Block> blocks = new ArrayList<>();

  private int size;
  private int changes;

  private static final class Block {
    long[] ranks = new long[BLOCK_LEAST];
    Object[] entries = new Object[BLOCK_LEAST];
    int count;

    void insert(int at, long rank, Object entry) {
      if (count == entries.length) {
        ranks = Arrays.copyOf(ranks, Math.min(2 * count, BLOCK_MOST));
        entries = Arrays.copyOf(entries, Math.min(2 * count, BLOCK_MOST));
      }
      System.arraycopy(ranks, at, ranks, at + 1, count - at);
      System.arraycopy(entries, at, entries, at + 1, count - at);
      ranks[at] = rank;
      entries[at] = entry;
      count++;
    }

    void remove(int at) {
      count--;
      System.arraycopy(ranks, at + 1, ranks, at, count - at);
      System.arraycopy(entries, at + 1, entries, at, count - at);
      entries[count] = null;
    }

    /// Moves all from an entry on into an empty block.
    void moveTo(Block other, int from) {
      other.count = count - from;
      other.ranks = Arrays.copyOfRange(ranks, from, from + BLOCK_MOST);
      other.entries = Arrays.copyOfRange(entries, from, from + BLOCK_MOST);
      Arrays.fill(entries, from, count, null);
      count = from;
    }
  }

  /// @param ties never says that two different entries of one rank are equal
  public SortedBlocks(ToLongFunction<? super E> rank, Comparator<? super E> ties) {
    this.rank = rank;
    this.ties = ties;
  }

  /// Of entries of which no two have the same rank.
  public SortedBlocks(ToLongFunction<? super E> rank) {
    this(rank, (_, _) -> 0);
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
    long wanted = rank.applyAsLong(added);
    int number = blockFor(wanted, added);
    Block block = blocks.get(number);
    int at = position(block, wanted, added);
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
    block.insert(at, wanted, added);
    size++;
    changes++;
    return true;
  }

  /// Makes room in a full block, in a new one after it: by half, or, for what comes after all of
  /// it, by nothing, so that entries that come in order leave full blocks behind.
  private Block split(int number, int at) {
    Block full = blocks.get(number);
    Block second = new Block();
    blocks.add(number + 1, second);
    if (at < BLOCK_MOST) {
      full.moveTo(second, BLOCK_MOST / 2);
    }
    return second;
  }

  @Override
  @SuppressWarnings("unchecked") // as for a TreeSet: what is not an E cannot be compared
  public boolean remove(Object removed) {
    if (blocks.isEmpty()) {
      return false;
    }
    long wanted = rank.applyAsLong((E) removed);
    int number = blockFor(wanted, (E) removed);
    int at = position(blocks.get(number), wanted, (E) removed);
    if (at < 0) {
      return false;
    }
    removeAt(number, at);
    return true;
  }

  private void removeAt(int number, int at) {
    Block block = blocks.get(number);
    block.remove(at);
    if (block.count == 0) {
      blocks.remove(number);
    }
    size--;
    changes++;
  }

  @Override
  @SuppressWarnings("unchecked") // as for a TreeSet: what is not an E cannot be compared
  public boolean contains(Object entry) {
    if (blocks.isEmpty()) {
      return false;
    }
    long wanted = rank.applyAsLong((E) entry);
    return position(blocks.get(blockFor(wanted, (E) entry)), wanted, (E) entry) >= 0;
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
    long wanted = rank.applyAsLong(entry);
    int number = blockFor(wanted, entry);
    int at = position(blocks.get(number), wanted, entry);
    int count = at >= 0 ? at : -at - 1;
    for (Block block : blocks.subList(0, number)) {
      count += block.count;
    }
    return count;
  }

  /// The last block that begins with the entry or before it, or else the first one.
  private int blockFor(long wanted, E entry) {
    int last = blocks.size() - 1;
    if (last == 0 || compare(blocks.get(last), 0, wanted, entry) <= 0) {
      return last; // where most are added
    }
    int low = 0;
    int high = last - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (compare(blocks.get(middle), 0, wanted, entry) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /// Where the entry is in the block, or, as a negative number, where it would be.
  private int position(Block block, long wanted, E entry) {
    int low = 0;
    int high = block.count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int compared = compare(block, middle, wanted, entry);
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

  private int compare(Block block, int at, long wanted, E entry) {
    int byRank = Long.compare(block.ranks[at], wanted);
    return byRank != 0 ? byRank : ties.compare(entry(block, at), entry);
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
