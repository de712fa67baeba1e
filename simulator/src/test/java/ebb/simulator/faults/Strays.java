package ebb.simulator.faults;

import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.NodeId;
import ebb.simulator.VirtualTime;
import ebb.simulator.World;
import ebb.simulator.invariants.Watch;
import java.util.List;
import java.util.SplittableRandom;

/// Nodes that are there and that nobody here knows: what a journal that was put back from an older
/// backup has forgotten. One world in four has some; a few come while all else goes wrong, and one
/// when nothing does any more.
final class Strays {
  /// No server of these worlds comes so far.
  private static final long EPOCH = 4_000;

  private final VirtualTime time;
  private final SplittableRandom random;
  private final World world;
  private final Watch watch;
  private final boolean areThere;
  private int made;

  /// @param random its own generator, so that what else befalls a world without them stays what it
  ///   was
  Strays(VirtualTime time, SplittableRandom random, World world, Watch watch) {
    this.time = time;
    this.random = random;
    this.world = world;
    this.watch = watch;
    this.areThere = random.nextInt(4) == 0;
  }

  static boolean isOne(NodeId node) {
    return Id.epoch(node.value()) == EPOCH;
  }

  void comeWithin(long millis) {
    int count = random.nextInt(1, 4);
    for (int i = 0; i < count; i++) {
      time.after(random.nextLong(millis), this::come);
    }
  }

  void come() {
    if (areThere) {
      NodeId node = new NodeId(Id.of(EPOCH, ++made));
      watch.forgotten(node);
      world.carryOut(
          List.of(
              new Backend.StartNode(
                  node, "forgotten", Places.SIZES.getFirst(), Places.cluster(random), false)));
    }
  }
}
