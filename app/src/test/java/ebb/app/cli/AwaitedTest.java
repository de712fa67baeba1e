package ebb.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who is told that an answer takes long.
class AwaitedTest {
  @Test
  @Timeout(60)
  void whoeverShowsByOtherMeansThatItGoesOnIsNotToldThatTheServerIsSlow() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try (Awaited _ = new Awaited("quiet", 60_000, false);
        Awaited _ = new Awaited("telling", 60_000, true)) {
      while (said.size() == 0) {
        Thread.sleep(50);
      }
      Thread.sleep(200); // the other began earlier
    } finally {
      System.setErr(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("the server at telling has not answered for 3 s")
        .doesNotContain("quiet");
  }
}
