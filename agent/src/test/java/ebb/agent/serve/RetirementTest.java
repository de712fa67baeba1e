package ebb.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.record.RecordFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetirementTest {
  @TempDir Path folder;

  private long nanos = Long.MAX_VALUE - 1; // that it runs over changes nothing
  private final AgentTime time = new AgentTime(InstantSource.system(), () -> nanos);
  private final Retirement retirement = new Retirement(time);

  private boolean isDueAfter(Duration more, boolean isNeeded) {
    nanos += more.toNanos();
    return retirement.isDue(isNeeded);
  }

  @Test
  void agentEndsOnceNobodyHasNeededItForAnHourWithoutABreak() {
    assertThat(isDueAfter(Duration.ZERO, false)).isFalse();
    assertThat(isDueAfter(Duration.ofMinutes(59), false)).isFalse();
    assertThat(isDueAfter(Duration.ofMinutes(59), true)).isFalse();
    assertThat(isDueAfter(Duration.ofSeconds(1), false)).isFalse();
    assertThat(isDueAfter(Duration.ofMinutes(59), false)).isFalse();
    assertThat(isDueAfter(Duration.ofMinutes(1), false)).isTrue();
  }

  @Test
  void agentIsNeededUntilAServerHasAcknowledgedWhatItsTasksCameTo() throws Exception {
    RecordFile.Opened opened = RecordFile.open(folder.resolve("agent.record"), "boot", time.wall());
    TaskTable table = new TaskTable(opened.file(), opened.tasks(), time);
    assertThat(table.isNeeded()).isFalse();

    table.stop(List.of("never-seen"), Duration.ZERO);
    assertThat(table.isNeeded()).isTrue();

    table.acknowledge(opened.file().position());
    assertThat(table.isNeeded()).isFalse();
    opened.file().close();
  }

  @Test
  void agentWhoseRecordCannotBeClosedSaysSoAndEndsAllTheSame() throws Exception {
    Path log = folder.resolve("log");
    Process agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RetiringAgent.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(agent.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      agent.destroyForcibly();
    }
    assertThat(Files.readString(log)).contains("the record could not be closed");
    assertThat(agent.exitValue()).isZero();
  }
}
