package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TaskEndsTest {
  private static final long LITTLE = 3L << 20;

  @Test
  void littleRoomIsNamedForATaskThatHasJustEndedAndForNoneThatEndedWhileTheServerWasAway() {
    assertThat(TaskEnds.scarce(LITTLE, Duration.ofMillis(300)))
        .startsWith("the server's disk had 3 MiB left then");
    assertThat(TaskEnds.scarce(LITTLE, Duration.ofHours(1))).isEmpty();
    assertThat(TaskEnds.scarce(LITTLE, Duration.ofHours(-1))).isEmpty();
    assertThat(TaskEnds.scarce(1L << 40, Duration.ofMillis(300))).isEmpty();
  }
}
