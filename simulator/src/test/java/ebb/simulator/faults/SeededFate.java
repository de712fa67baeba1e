package ebb.simulator.faults;

import ebb.kernel.engine.Backend;
import ebb.simulator.Fate;
import ebb.simulator.VirtualTime;
import java.util.SplittableRandom;

/// Draws what becomes of nodes and tasks: most things go well, some end in every other way there
/// is. Once healed, everything goes well.
final class SeededFate implements Fate {
  private final SplittableRandom random;
  private final Chaos chaos;
  private boolean healed;

  SeededFate(SplittableRandom random, Chaos chaos) {
    this.random = random;
    this.chaos = chaos;
  }

  void heal() {
    healed = true;
  }

  private boolean happens(double share) {
    return !healed && random.nextDouble() < share;
  }

  @Override
  public NodeFate node(Backend.StartNode start) {
    boolean slow = happens(0.05);
    return new NodeFate(
        happens(chaos.refuses()),
        slow ? random.nextLong(200_000, 900_000) : random.nextLong(0, 120_000),
        happens(chaos.dies()) ? random.nextLong(1, 900_000) : VirtualTime.NEVER,
        random.nextBoolean(),
        happens(0.1) ? random.nextLong(60_000, 400_000) : random.nextLong(0, 20_000));
  }

  @Override
  public TaskFate task(Backend.StartTask start) {
    int code = random.nextInt(6) == 0 ? random.nextInt(1, 256) : 0;
    return new TaskFate(
        happens(0.02),
        random.nextInt(4) == 0 ? random.nextLong(0, 90_000) : random.nextLong(0, 2_000),
        random.nextInt(4) == 0 ? random.nextLong(0, 3_000_000) : random.nextLong(0, 200_000),
        code,
        random.nextInt(5) == 0 ? VirtualTime.NEVER : random.nextLong(0, 5_000));
  }
}
