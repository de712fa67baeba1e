package ebb.app.api;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.Kernel;
import org.junit.jupiter.api.Test;

class ReasonTest {
  private static final Reason FULL = Reason.of(409, "ClusterFull", "", "It is full.");

  @Test
  void placeThatWasCountedIsToldAndOneFartherBackIsNoNumber() {
    Reason last = FULL.placed(Kernel.PLACES_COUNTED);
    assertThat(last.message()).isEqualTo("It is full. The job is number 10000 in the queue.");
    assertThat(last.numbers()).containsEntry("place", 10_000);

    Reason behind = FULL.placed(Kernel.PLACES_COUNTED + 1);
    assertThat(behind.message())
        .isEqualTo("It is full. At least 10000 jobs are before it in the queue.");
    assertThat(behind.numbers()).isEmpty();
    assertThat(FULL.placed(0)).isEqualTo(FULL);
  }
}
