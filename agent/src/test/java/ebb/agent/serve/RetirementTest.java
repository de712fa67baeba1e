package ebb.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.record.RecordFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
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
}
