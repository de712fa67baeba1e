package ebb.kernel.collection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HashedMapTest {
  /// `Aa` and `BB` have one hash code, and so have all names made of as many of them.
  @Test
  void namesAreWalkedInTheirOrderAlsoThoseOfOneHashCode() {
    HashedMap<String, Integer> map = new HashedMap<>();
    List<String> names = List.of("BBBB", "AaAa", "z", "BBAa", "a", "AaBB");
    for (int i = 0; i < names.size(); i++) {
      assertThat(map.put(names.get(i), i)).isNull();
    }
    assertThat(map.remove("BBBB")).isZero();
    assertThat(map.get("BBBB")).isNull();
    assertThat(map.containsKey("AaBB")).isTrue();
    assertThat(map).isEqualTo(Map.of("AaAa", 1, "z", 2, "BBAa", 3, "a", 4, "AaBB", 5));
    assertThat(List.copyOf(map.keySet())).containsExactly("AaAa", "AaBB", "BBAa", "a", "z");
  }
}
