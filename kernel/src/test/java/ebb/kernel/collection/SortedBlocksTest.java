package ebb.kernel.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedBlocksTest {
  /// Few numbers, so that many are there already; many, so that there are many blocks.
  @ParameterizedTest
  @ValueSource(ints = {10, 300, 5_000, 1_000_000})
  void doesWhatATreeDoes(int numbers) {
    checkAgainstATree(numbers, new SortedBlocks<>(number -> number));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1_000, 1_000_000})
  void doesSoWithManyEntriesOfOneRank(int ranks) {
    checkAgainstATree(5_000, new SortedBlocks<>(number -> number / ranks, number -> number));
  }

  private static void checkAgainstATree(int numbers, SortedBlocks<Integer> blocks) {
    Random random = new Random(numbers);
    TreeSet<Integer> tree = new TreeSet<>();
    for (int i = 0; i < 20_000; i++) {
      Integer number = random.nextInt(numbers);
      boolean grows = random.nextInt(20_000) > i;
      switch (random.nextInt(4)) {
        case 0 -> assertThat(blocks.contains(number)).isEqualTo(tree.contains(number));
        case 1 -> assertThat(blocks.remove(number)).isEqualTo(tree.remove(number));
        case 2 -> assertThat(blocks.countBefore(number)).isEqualTo(tree.headSet(number).size());
        default -> {
          if (grows) {
            assertThat(blocks.add(number)).isEqualTo(tree.add(number));
          } else if (!tree.isEmpty()) {
            assertThat(blocks.remove(tree.first())).isTrue();
            tree.pollFirst();
          }
        }
      }
      assertThat(blocks.size()).isEqualTo(tree.size());
      if (!tree.isEmpty()) {
        assertThat(blocks.first()).isEqualTo(tree.first());
        assertThat(blocks.last()).isEqualTo(tree.last());
      }
    }
    assertThat(List.copyOf(blocks)).isEqualTo(List.copyOf(tree));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 257})
  void entriesCanBeRemovedDuringAWalk(int every) {
    SortedBlocks<Integer> blocks = new SortedBlocks<>(number -> number);
    TreeSet<Integer> tree = new TreeSet<>();
    for (int i = 0; i < 2_000; i++) {
      blocks.add(i);
      tree.add(i);
    }
    List<Integer> walked = new ArrayList<>();
    for (Iterator<Integer> walk = blocks.iterator(); walk.hasNext(); ) {
      Integer next = walk.next();
      walked.add(next);
      if (next % every == 0) {
        walk.remove();
      }
    }
    assertThat(walked).isEqualTo(List.copyOf(tree));
    tree.removeIf(number -> number % every == 0);
    assertThat(List.copyOf(blocks)).isEqualTo(List.copyOf(tree));
  }

  @Test
  void orderCanBeAnother() {
    SortedBlocks<Integer> blocks = new SortedBlocks<>(number -> -number / 10, number -> -number);
    for (int i = 0; i < 1_000; i++) {
      blocks.add(i);
    }
    assertThat(blocks.first()).isEqualTo(999);
    assertThat(blocks.last()).isZero();
    assertThat(List.copyOf(blocks)).isSortedAccordingTo(Comparator.reverseOrder());
  }

  @Test
  void walkOverASetThatChangesIsRefused() {
    SortedBlocks<Integer> blocks = new SortedBlocks<>(number -> number);
    blocks.addAll(List.of(1, 2, 3));
    Iterator<Integer> walk = blocks.iterator();
    walk.next();
    blocks.add(4);
    assertThatThrownBy(walk::next).isInstanceOf(ConcurrentModificationException.class);
  }
}
