package ebb.simulator.faults;

import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.TaskId;
import ebb.simulator.VirtualTime;
import ebb.simulator.World;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// Everything that server and world say to each other goes over this wire: late, twice, in another
/// order, or not at all.
final class Wire implements World.Reports {
  private static final long LATENCY_MILLIS = 2;

  private final VirtualTime time;
  private final SplittableRandom random;
  private final Tampering tampering;
  private Chaos chaos;
  private long silentUntil;
  private Consumer<Command.Report> toServer = _ -> {};
  private Backend world = _ -> {};
  private Consumer<TaskId> acknowledged = _ -> {};

  Wire(VirtualTime time, SplittableRandom random, Chaos chaos, Tampering tampering) {
    this.tampering = tampering;
    this.time = time;
    this.random = random;
    this.chaos = chaos;
  }

  void connect(World itsWorld, Consumer<Command.Report> server) {
    connect(itsWorld, itsWorld::acknowledged, server);
  }

  private void connect(
      Backend itsWorld, Consumer<TaskId> itsAcknowledged, Consumer<Command.Report> server) {
    world = itsWorld;
    acknowledged = itsAcknowledged;
    toServer = server;
  }

  /// From now on everything arrives, in order and soon.
  void heal() {
    chaos = Chaos.NONE;
    silentUntil = 0;
  }

  /// The backend hangs: what is said to it or by it waits.
  void fallSilent(long millis) {
    silentUntil = Math.max(silentUntil, time.now() + millis);
  }

  void tell(Backend.Instruction instruction) {
    for (Backend.Instruction each : tampering.told(instruction)) {
      carry(() -> world.carryOut(List.of(each)));
    }
  }

  @Override
  public void report(Command.Report report) {
    carry(() -> toServer.accept(report));
  }

  void acknowledge(TaskId task) {
    carry(() -> acknowledged.accept(task));
  }

  private void carry(Runnable message) {
    if (random.nextDouble() < chaos.lost()) {
      return;
    }
    deliver(message);
    if (random.nextDouble() < chaos.doubled()) {
      deliver(message);
    }
  }

  private void deliver(Runnable message) {
    long delay =
        random.nextDouble() < chaos.late() ? random.nextLong(chaos.lateMillis()) : LATENCY_MILLIS;
    time.at(Math.max(time.now() + delay, silentUntil), message);
  }
}
