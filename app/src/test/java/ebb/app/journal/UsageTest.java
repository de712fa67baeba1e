package ebb.app.journal;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Weakness;
import java.util.List;
import org.junit.jupiter.api.Test;

class UsageTest {
  private static Usage on(Isolation isolation, Weakness... weaknesses) {
    return new Usage(1, 1, 1, 1, "", isolation, List.of(weaknesses), false, true);
  }

  @Test
  void jobLacksWhatAnyOfItsNodesLacks() {
    Usage job =
        Usage.NONE
            .plus(on(Isolation.SANDBOX, Weakness.PROCESSES_UNLIMITED))
            .plus(on(Isolation.NONE, Weakness.NETWORK_UNFILTERED, Weakness.PROCESSES_UNLIMITED))
            .plus(on(Isolation.SANDBOX));

    assertThat(job.isolation()).isEqualTo(Isolation.NONE);
    assertThat(job.weaknesses())
        .containsExactly(Weakness.NETWORK_UNFILTERED, Weakness.PROCESSES_UNLIMITED);
  }
}
