package ebb.simulator.invariants;

import ebb.kernel.Insides;
import ebb.kernel.Snapshots;
import ebb.kernel.State;
import java.util.TreeMap;

/// Every index is what it would be if it were built anew from the facts, and the facts survive
/// their bytes.
final class DerivedIndexesEqualRecomputation implements Promise {
  @Override
  public void sampled(State state, State rebuilt, long now, History history) {
    TreeMap<String, Object> kept = Insides.derived(state);
    TreeMap<String, Object> anew = Insides.derived(rebuilt);
    for (String index : kept.keySet()) {
      check(
          kept.get(index).equals(anew.get(index)),
          index,
          ": kept ",
          kept.get(index),
          ", recomputed ",
          anew.get(index));
    }
    check(
        Snapshots.facts(state).equals(Snapshots.facts(rebuilt)),
        "facts changed on their way through bytes");
  }
}
