package ebb.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.posix.ProcessTable;
import ebb.agent.protocol.TaskOrder;
import ebb.agent.record.RecordFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OffspringTest {
  @TempDir Path folder;

  /// Tasks that are to be checked again, and that a check would find clear.
  private List<Task> due(int count) {
    List<Task> due = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path output = folder.resolve("output");
      TaskOrder order =
          new TaskOrder(
              "task-" + i,
              List.of("true"),
              Map.of(),
              folder,
              new TaskOrder.Output(output, output, 1),
              Duration.ZERO,
              Duration.ZERO);
      Task task = new Task(order, InstantSource.system().instant());
      task.started(new ProcessTable().newestPid(), 1);
      task.spawnedNanos = System.nanoTime();
      task.phase = Task.Phase.CLOSING;
      task.stop.checksLeft = 3;
      due.add(task);
    }
    return due;
  }

  @Test
  void manyTasksThatAreDueAtOnceAreLeftToOneScan() throws Exception {
    AgentTime time = new AgentTime(InstantSource.system(), System::nanoTime);
    RecordFile.Opened opened = RecordFile.open(folder.resolve("agent.record"), "boot", time.wall());
    try (RecordFile record = opened.file()) {
      TaskTable table = new TaskTable(record, opened.tasks(), time);
      Offspring offspring =
          new Offspring(table, (int) ProcessHandle.current().pid(), new RecentSpawns());
      List<Task> gone = new ArrayList<>();
      table.lock.lock();

      assertThat(offspring.unclear(due(2), gone)).isEmpty();
      assertThat(gone).hasSize(2);
      List<Task> many = due(40);
      assertThat(offspring.unclear(many, gone)).isEqualTo(many);
      assertThat(gone).hasSize(2);
      assertThat(many).allMatch(task -> task.stop.checksLeft == 0);
    }
  }
}
