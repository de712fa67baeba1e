package ebb.app.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.ReleaseCause;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopMeterTest {
  @Test
  void aValueCountsForEveryBoundThatItDoesNotPass() {
    Histogram histogram = new Histogram(1, 10, 100);
    for (double value : new double[] {0.5, 1, 2, 10, 11, 1_000}) {
      histogram.add(value);
    }
    assertThat(histogram.upTo()).containsExactly(2, 4, 5, 6);
    assertThat(histogram.sum()).isEqualTo(1_024.5);
  }

  @Test
  void nodesThatWereTakenBackOrBrokeAreCountedOnceTheyAreDurable() {
    List<Event> events = new ArrayList<>();
    for (ReleaseCause cause :
        List.of(
            ReleaseCause.PREEMPTED,
            ReleaseCause.UNUSABLE,
            ReleaseCause.PREEMPTED,
            ReleaseCause.IDLE_TIMEOUT)) {
      events.add(new Event.NodeReleased(new NodeId(events.size() + 1), cause, "", 1, 2));
    }
    LoopMeter meter = new LoopMeter();
    meter.appended(
        new Batch(1, 1, 4, 1, List.of(new Envelope(1, 0, Actor.KERNEL, "", "", events))),
        2_000_000);
    assertThat(meter.nodesPreempted.sum()).isEqualTo(2);
    assertThat(meter.nodesUnusable.sum()).isEqualTo(1);
    assertThat(meter.batchEvents.sum()).isEqualTo(4);
    assertThat(meter.appendSeconds.sum()).isEqualTo(0.002);
  }
}
