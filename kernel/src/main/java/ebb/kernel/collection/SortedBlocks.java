package ebb.kernel.collection;

import ebb.kernel.protocol.Nullable;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.ToLongFunction;

/// A set in order, as a list of short sorted arrays: what Python's `sortedcontainers` does.
///
/// Entries are in the order of their ranks, and entries of one rank in the order of a second
/// number. The ranks lie in arrays of their own, so that a search by halves touches no entry of
/// another rank; a tree has a node, and a miss of the cache, for each entry on the way.
public final class SortedBlocks<E> extends AbstractSet<E> {
  /// An array of so many references is moved in less time than a tree is put into balance.
  private static final int BLOCK_MOST = 64;

  private static final int BLOCK_LEAST = 8;

  private final ToLongFunction<? super E> rank;
  private final ToLongFunction<? super E> tie;

  /// None of them empty.
  private Block[] blocks = new Block[BLOCK_LEAST];

  /// The rank that each block begins with.
  private long[] firsts = new long[BLOCK_LEAST];

  private int blockCount;
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

  /// @param tie orders entries of one rank, and differs between any two of them
  public SortedBlocks(ToLongFunction<? super E> rank, ToLongFunction<? super E> tie) {
    this.rank = rank;
    this.tie = tie;
  }

  /// Of entries of which no two have the same rank.
  public SortedBlocks(ToLongFunction<? super E> rank) {
    this(rank, _ -> 0);
  }

  @Override
  public int size() {
    return size;
  }

  /// The first entry; there must be one.
  public E first() {
    return entry(blocks[0], 0);
  }

  /// The last entry; there must be one.
  public E last() {
    Block block = blocks[blockCount - 1];
    return entry(block, block.count - 1);
  }

  @Override
  public boolean add(E added) {
    if (blockCount == 0) {
      insertBlock(0, new Block());
    }
    long wanted = rank.applyAsLong(added);
    int number = blockFor(wanted, added);
    Block block = blocks[number];
    int at = position(block, wanted, added);
    if (at >= 0) {
      return false;
    }
    at = -at - 1;
    if (block.count == BLOCK_MOST) {
      split(number, at);
      if (at > block.count || block.count == BLOCK_MOST) {
        at -= block.count;
        block = blocks[++number];
      }
    }
    block.insert(at, wanted, added);
    firsts[number] = block.ranks[0];
    size++;
    changes++;
    return true;
  }

  /// Makes room in a full block, in a new one after it: by half, or, for what comes after all of
  /// it, by nothing, so that entries that come in order leave full blocks behind.
  private void split(int number, int at) {
    Block second = new Block();
    if (at < BLOCK_MOST) {
      blocks[number].moveTo(second, BLOCK_MOST / 2);
    }
    insertBlock(number + 1, second);
  }

  private void insertBlock(int number, Block block) {
    if (blockCount == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * blockCount);
      firsts = Arrays.copyOf(firsts, 2 * blockCount);
    }
    System.arraycopy(blocks, number, blocks, number + 1, blockCount - number);
    System.arraycopy(firsts, number, firsts, number + 1, blockCount - number);
    blocks[number] = block;
    firsts[number] = block.ranks[0];
    blockCount++;
  }

  private void removeBlock(int number) {
    blockCount--;
    System.arraycopy(blocks, number + 1, blocks, number, blockCount - number);
    System.arraycopy(firsts, number + 1, firsts, number, blockCount - number);
    blocks[blockCount] = null;
  }

  @Override
  @SuppressWarnings("unchecked") // as for a TreeSet: what is not an E cannot be compared
  public boolean remove(Object removed) {
    if (size == 0) {
      return false;
    }
    long wanted = rank.applyAsLong((E) removed);
    int number = blockFor(wanted, (E) removed);
    int at = position(blocks[number], wanted, (E) removed);
    if (at < 0) {
      return false;
    }
    removeAt(number, at);
    return true;
  }

  private void removeAt(int number, int at) {
    Block block = blocks[number];
    block.remove(at);
    if (block.count == 0) {
      removeBlock(number);
    } else {
      firsts[number] = block.ranks[0];
    }
    size--;
    changes++;
  }

  @Override
  @SuppressWarnings("unchecked") // as for a TreeSet: what is not an E cannot be compared
  public boolean contains(Object entry) {
    if (size == 0) {
      return false;
    }
    long wanted = rank.applyAsLong((E) entry);
    return position(blocks[blockFor(wanted, (E) entry)], wanted, (E) entry) >= 0;
  }

  @Override
  public void clear() {
    Arrays.fill(blocks, null);
    blockCount = 0;
    size = 0;
    changes++;
  }

  /// How many entries are before this one, whether it is there or not.
  public int countBefore(E entry) {
    if (size == 0) {
      return 0;
    }
    long wanted = rank.applyAsLong(entry);
    int number = blockFor(wanted, entry);
    int at = position(blocks[number], wanted, entry);
    int count = at >= 0 ? at : -at - 1;
    for (int before = 0; before < number; before++) {
      count += blocks[before].count;
    }
    return count;
  }

  /// The last block that begins with the entry or before it, or else the first one.
  private int blockFor(long wanted, E entry) {
    int last = blockCount - 1;
    if (last == 0 || !beginsAfter(last, wanted, entry)) {
      return last; // where most are added
    }
    int low = 0;
    int high = last - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (!beginsAfter(middle, wanted, entry)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private boolean beginsAfter(int number, long wanted, E entry) {
    return firsts[number] != wanted
        ? firsts[number] > wanted
        : tie.applyAsLong(entry(blocks[number], 0)) > tie.applyAsLong(entry);
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
    return block.ranks[at] != wanted
        ? Long.compare(block.ranks[at], wanted)
        : Long.compare(tie.applyAsLong(entry(block, at)), tie.applyAsLong(entry));
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
      return number < blockCount;
    }

    @Override
    public E next() {
      check();
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Block block = blocks[number];
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
