package ebb.app.loop;

import java.time.Duration;

/// The bounds of the loop.
///
/// @param wishes how many wishes and questions may wait; beyond it senders are told to come again
/// @param batch how many reports and how many wishes one step takes
/// @param answerWithin how long a sender waits before it is told that the outcome is unknown
/// @param reopenings how often in a row a failed journal is opened again before the server stops
/// @param reopenAfter the first pause before that; doubled each time
public record LoopLimits(
    int wishes, int batch, Duration answerWithin, int reopenings, Duration reopenAfter) {
  public static final LoopLimits DEFAULT =
      new LoopLimits(4096, 1024, Duration.ofSeconds(30), 6, Duration.ofMillis(200));
}
