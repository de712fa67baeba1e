package ebb.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhatIfTest {
  @TempDir Path folder;

  @Test
  void longerIdleTimesCostMoreAndSpareWaiting() throws Exception {
    StringBuilder trace = new StringBuilder("submit_epoch_s,duration_s,gpus,user\n");
    for (int i = 0; i < 20; i++) {
      trace.append(1_500_000_000 + i * 600).append(",60,1,anna\n");
    }
    Path file = Files.writeString(folder.resolve("trace.csv"), trace);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    WhatIf.compare(
        new Report(new PrintStream(out, true, StandardCharsets.UTF_8)),
        file.toString(),
        "2",
        "0",
        "3600");

    String[] lines = out.toString(StandardCharsets.UTF_8).split("\n", -1);
    assertThat(lines[0]).startsWith("20 jobs");
    String[] none = lines[2].strip().split(" +", -1);
    String[] hour = lines[3].strip().split(" +", -1);
    assertThat(none[0]).isEqualTo("0");
    assertThat(hour[0]).isEqualTo("3600");
    assertThat(Double.parseDouble(hour[3])).as("USD").isGreaterThan(Double.parseDouble(none[3]));
    assertThat(seconds(hour[5])).as("mean wait").isLessThan(seconds(none[5]));
  }

  @Test
  void nothingThatATraceDidIsCutHoweverLongItRanOrWaits() {
    long day = 86_400_000;
    List<TraceJob> trace =
        List.of(new TraceJob(day, 40 * day, 1, "anna"), new TraceJob(day, day, 1, "bert"));

    TraceReplay.Outcome outcome = TraceReplay.of(trace, new TraceReplay.Numbers(1, 0, 1000));

    assertThat(outcome.waits().millis(0)).as("the first").isEqualTo(1000);
    assertThat(outcome.waits().millis(1)).as("the last").isBetween(40 * day, 41 * day);
    assertThat(outcome.charges().runMillis()).isEqualTo(41 * day);
  }

  private static double seconds(String text) {
    return Double.parseDouble(text.replace("s", ""));
  }
}
