package ebb.simulator.faults;

import ebb.kernel.State;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.simulator.VirtualTime;
import ebb.simulator.World;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The faults that come of themselves: silence, lies, nodes out of sight, clocks that jump, a
/// machine that sleeps.
///
/// Its lies are about what never was or is long over. No server can hold its promises against a
/// backend that lies about what it runs.
final class Mischief {
  /// Twice as long as a node may be.
  private static final long OUT_OF_SIGHT_MILLIS = 600_000;

  private final VirtualTime time;
  private final SplittableRandom random;
  private final Server server;
  private final Wire wire;
  private final World world;
  private boolean ceased;

  Mischief(VirtualTime time, SplittableRandom random, Server server, Wire wire, World world) {
    this.time = time;
    this.random = random;
    this.server = server;
    this.wire = wire;
    this.world = world;
  }

  void cease() {
    ceased = true;
    world.nodes().forEach(world::show);
  }

  void actWithin(long millis, Chaos chaos) {
    for (int i = 0; chaos.hangs() && i < 3; i++) {
      at(millis, () -> wire.fallSilent(random.nextLong(600_000)));
    }
    for (int i = 0; chaos.lies() && i < 30; i++) {
      at(millis, this::lie);
    }
    for (int i = 0; chaos.outOfSight() && i < 12; i++) {
      at(millis, this::hideANode);
    }
    for (int i = 0; chaos.jumps() && i < 4; i++) {
      at(millis, () -> server.jump(random.nextLong(-3_600_000, 1_800_000)));
      at(millis, () -> server.sleep(random.nextLong(600_000)));
    }
  }

  private void at(long within, Runnable fault) {
    time.after(
        random.nextLong(within),
        () -> {
          if (!ceased) {
            fault.run();
          }
        });
  }

  private void hideANode() {
    List<NodeId> nodes = world.nodes();
    if (nodes.isEmpty()) {
      return;
    }
    NodeId node = nodes.get(random.nextInt(nodes.size()));
    world.hide(node);
    time.after(random.nextLong(OUT_OF_SIGHT_MILLIS), () -> world.show(node));
  }

  private void lie() {
    NodeId stranger = new NodeId(Id.of(0, random.nextInt(1, 50)));
    TaskId unknown = new TaskId(new AttemptId(Id.of(0, random.nextInt(1, 50))), random.nextInt(3));
    long when = random.nextLong(-1_000, 2 * time.now());
    TaskReport report = new TaskReport(TaskEnd.EXITED, random.nextInt(3), -1, -1, "a lie");
    Command.Report lie =
        switch (random.nextInt(9)) {
          case 0 -> new Command.NodeAccepted(stranger, random.nextLong(100), when);
          case 1 -> new Command.NodeReady(stranger, random.nextLong(100), when);
          case 2 -> new Command.NodeGone(stranger, when);
          case 3 -> new Command.TaskStarted(unknown, random.nextLong(100), when, when, when);
          case 4 -> new Command.TaskExited(unknown, report, when);
          case 5 -> new Command.BackendListed(List.of(stranger), List.of(unknown), 0);
          case 6 -> new Command.NodePreempted(stranger, when);
          case 7 -> new Command.NodeUnreachable(stranger, when);
          default -> anotherEnd(report, when); // the ninth
        };
    server.report(lie);
  }

  /// A second end, with another code, of a task that has ended; or of a rank that never was.
  private Command.Report anotherEnd(TaskReport report, long when) {
    State state = server.state();
    List<TaskId> over = new ArrayList<>();
    for (var attempt : state.allAttempts()) {
      over.add(new TaskId(attempt.id(), attempt.tasks().size()));
      over.add(new TaskId(attempt.id(), -1));
      for (int rank = 0; rank < attempt.tasks().size(); rank++) {
        if (!attempt.isLive(rank)) {
          over.add(new TaskId(attempt.id(), rank));
        }
      }
    }
    for (Node node : state.allNodes()) {
      if (node.ack() != 0) {
        return new Command.NodeAccepted(node.id(), 1, when);
      }
    }
    return over.isEmpty()
        ? new Command.NodeReachable(NodeId.NONE, when)
        : new Command.TaskExited(over.get(random.nextInt(over.size())), report, when);
  }
}
