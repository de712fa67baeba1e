package ebb.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.posix.Child;
import ebb.agent.posix.ProcessTable;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.TaskOrder;
import ebb.agent.protocol.Usage;
import ebb.agent.record.RecordFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a task leaves is a child of this process, as an orphan is one of the agent's; time stands
/// still between two looks.
class OffspringTest {
  @TempDir Path folder;

  private final List<Process> children = new ArrayList<>();
  private final List<Task> gone = new ArrayList<>();
  private long nanos = System.nanoTime();
  private RecordFile record;
  private TaskTable table;
  private Offspring offspring;

  @BeforeEach
  void begin() throws Exception {
    AgentTime time = new AgentTime(InstantSource.system(), () -> nanos);
    RecordFile.Opened opened = RecordFile.open(folder.resolve("agent.record"), "boot", time.wall());
    record = opened.file();
    table = new TaskTable(record, opened.tasks(), time);
    offspring = new Offspring(table, (int) ProcessHandle.current().pid(), new RecentSpawns());
    table.lock.lock();
  }

  @AfterEach
  void end() throws Exception {
    children.forEach(Process::destroyForcibly);
    record.close();
  }

  /// Whatever is started after this may be what it left.
  private Task task(String id) {
    Path output = folder.resolve("output");
    TaskOrder order =
        new TaskOrder(
            id,
            List.of("true"),
            Map.of(),
            folder,
            new TaskOrder.Output(output, output, 1),
            Duration.ZERO,
            Duration.ZERO);
    Task task = new Task(order, InstantSource.system().instant());
    task.started(new ProcessTable().newestPid(), 1);
    task.spawnedNanos = nanos;
    return task;
  }

  /// A process that ends with its standard input.
  private Process child(String... with) throws IOException {
    List<String> command = new ArrayList<>(List.of(with));
    command.add("cat");
    Process child = new ProcessBuilder(command).start();
    children.add(child);
    return child;
  }

  private static void end(Process child) throws Exception {
    child.getOutputStream().close();
    child.waitFor();
  }

  private void endMain(Task task) {
    table.mains.put(task.pid, task);
    offspring.reaped(new Child(task.pid, new ExitStatus.Code(0), Usage.UNKNOWN), 0, gone);
  }

  /// Looks when it is due; true if only a scan can tell more.
  private boolean isLeftToAScan(Task task) {
    assertThat(table.watched).contains(task);
    nanos = task.stop.lookAtNanos;
    return offspring.unclear(List.of(task), gone).contains(task);
  }

  @Test
  void whatIsLeftIsLookedForAgainSeveralTimesAndThenByAScan() throws Exception {
    Task task = task("leaves");
    child();
    endMain(task);
    int looks = 1;
    while (!isLeftToAScan(task)) {
      looks++;
      assertThat(looks).isLessThan(100);
    }
    assertThat(gone).isEmpty();
    assertThat(looks).isGreaterThan(2);
    assertThat(nanos - task.spawnedNanos).isLessThan(OrphanCheck.LIFE_NANOS_MAX);
  }

  @Test
  void whatIsGoneWhenItIsLookedForAgainNeedsNoScan() throws Exception {
    Task task = task("sandbox");
    Process comingDown = child();
    endMain(task);
    assertThat(isLeftToAScan(task)).isFalse();
    assertThat(isLeftToAScan(task)).isFalse();
    assertThat(gone).isEmpty();
    end(comingDown);
    assertThat(isLeftToAScan(task)).isFalse();
    assertThat(gone).containsExactly(task);
  }

  /// Its pid is not among those that were seen first, and its session is not the task's.
  @Test
  void daemonOfWhoeverWasSeenFirstIsSeenToo() throws Exception {
    Task task = task("daemonises");
    Process seenFirst = child();
    endMain(task);
    assertThat(isLeftToAScan(task)).isFalse();
    child("setsid");
    end(seenFirst);
    while (!isLeftToAScan(task)) {
      assertThat(gone).isEmpty();
    }
    assertThat(gone).isEmpty();
  }

  @Test
  void manyTasksThatAreDueAtOnceAreLeftToOneScan() {
    assertThat(offspring.unclear(due(2), gone)).isEmpty();
    assertThat(gone).hasSize(2);
    List<Task> many = due(40);
    assertThat(offspring.unclear(many, gone)).isEqualTo(many);
    assertThat(gone).hasSize(2);
    assertThat(many).allMatch(task -> task.stop.checksLeft == 0);
  }

  /// Tasks that are to be checked again, and that a check would find clear.
  private List<Task> due(int count) {
    List<Task> due = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Task task = task("task-" + i);
      task.phase = Task.Phase.CLOSING;
      task.stop.checksLeft = 3;
      due.add(task);
    }
    return due;
  }
}
