package ebb.kernel.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdMapTest {
  /// Ids as a kernel makes them: a counter that grows over a few epochs. `range`: how many.
  private static NodeId id(SplittableRandom random, int range) {
    long counter = random.nextInt(1, range);
    return new NodeId(Id.of(1 + counter / 1_000, counter));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 20, 300, 20_000})
  void itHoldsWhatATreeWouldAndWalksItInTheSameOrder(int range) {
    for (long seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      IdMap<NodeId, Integer> map = new IdMap<>(NodeId::new);
      TreeMap<NodeId, Integer> tree = new TreeMap<>();
      for (int step = 0; step < 3_000; step++) {
        NodeId id = id(random, range);
        // First it mostly grows, then it mostly shrinks.
        if (random.nextInt(3_000) > step) {
          assertThat(map.put(id, step)).isEqualTo(tree.put(id, step));
        } else {
          assertThat(map.remove(id)).isEqualTo(tree.remove(id));
        }
        assertThat(map.get(id)).isEqualTo(tree.get(id));
        assertThat(map.containsKey(id)).isEqualTo(tree.containsKey(id));
        assertThat(map.size()).isEqualTo(tree.size());
      }
      assertThat(List.copyOf(map.entrySet())).as("seed %d", seed).isEqualTo(entries(tree));
      assertThat(List.copyOf(map.values())).isEqualTo(List.copyOf(tree.values()));
      assertThat(map).isEqualTo(tree);
    }
  }

  private static List<Map.Entry<NodeId, Integer>> entries(TreeMap<NodeId, Integer> tree) {
    return List.copyOf(tree.entrySet());
  }

  @Test
  void aWalkSeesWhatIsThereWhenItComesToIt() {
    IdMap<NodeId, String> map = new IdMap<>(NodeId::new);
    for (long number = 1; number <= 100; number++) {
      map.put(new NodeId(number), "old");
    }
    List<NodeId> seen = new ArrayList<>();
    for (Map.Entry<NodeId, String> entry : map.entrySet()) {
      seen.add(entry.getKey());
      map.remove(new NodeId(entry.getKey().value() + 1));
      map.put(new NodeId(entry.getKey().value() + 1_000), "new");
    }
    assertThat(seen).hasSize(50).allMatch(id -> id.value() % 2 == 1 && id.value() < 100);
    assertThat(map).hasSize(100);
  }

  @Test
  void whatWasClearedIsEmptyAndCanBeFilledAgain() {
    for (int count : new int[] {0, 3, 500}) {
      IdMap<NodeId, Integer> map = new IdMap<>(NodeId::new);
      for (int round = 0; round < 2; round++) {
        for (int number = 1; number <= count; number++) {
          map.put(new NodeId(number), number);
        }
        assertThat(map).hasSize(count);
        map.clear();
        assertThat(map).isEmpty();
        assertThat(map.get(new NodeId(1))).isNull();
      }
    }
  }

  @Test
  void noIdIsNoKey() {
    IdMap<NodeId, Integer> map = new IdMap<>(NodeId::new);
    assertThat(map.containsKey(NodeId.NONE)).isFalse();
    assertThat(map.get(NodeId.NONE)).isNull();
    assertThat(map.remove(NodeId.NONE)).isNull();
    assertThatThrownBy(() -> map.put(NodeId.NONE, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
