package ebb.app.loop;

import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.ReleaseCause;
import java.util.concurrent.atomic.LongAdder;

/// What the loop counts about itself and about what it makes durable, for whoever operates the
/// server.
public final class LoopMeter {
  private static final double NANOS = 1e9;

  public final LongAdder steps = new LongAdder();
  public final LongAdder events = new LongAdder();
  public final LongAdder wishes = new LongAdder();
  public final LongAdder reports = new LongAdder();
  public final LongAdder overloads = new LongAdder();
  public final LongAdder journalFailures = new LongAdder();
  public final LongAdder clockJumps = new LongAdder();
  public final LongAdder incidents = new LongAdder();

  /// Time within steps that had something to append: deciding, appending and publishing.
  public final LongAdder busyNanos = new LongAdder();

  /// From half a millisecond, which a fast disk takes, to ten seconds, when the loop counts as
  /// hanging.
  public final Histogram appendSeconds =
      new Histogram(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10);

  /// From one event to more than a full batch of wishes comes to.
  public final Histogram batchEvents =
      new Histogram(1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000);

  /// How many things do not work as they should though the server goes on, at the last look of
  /// [Watch].
  public volatile int troubles;

  public final LongAdder nodesPreempted = new LongAdder();
  public final LongAdder nodesUnusable = new LongAdder();

  /// A batch has become durable.
  void appended(Batch batch, long nanos) {
    appendSeconds.add(nanos / NANOS);
    batchEvents.add(batch.count());
    for (Envelope envelope : batch.envelopes()) {
      for (Event event : envelope.events()) {
        if (event instanceof Event.NodeReleased released) {
          nodesPreempted.add(released.cause() == ReleaseCause.PREEMPTED ? 1 : 0);
          nodesUnusable.add(released.cause() == ReleaseCause.UNUSABLE ? 1 : 0);
        }
      }
    }
  }
}
