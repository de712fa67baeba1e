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
    return task(id, false);
  }

  private Task task(String id, boolean wrapped) {
    Path output = folder.resolve("output");
    TaskOrder order =
        new TaskOrder(
            id,
            List.of("true"),
            Map.of(),
            folder,
            new TaskOrder.Output(output, output, 1),
            Duration.ZERO,
            Duration.ZERO,
            List.of(),
            wrapped);
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
    offspring.reaped(exit(task.pid), 0, gone);
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

  /// A task whose main process runs, with an inner one that was seen.
  private Task wrapped(Process main) throws Exception {
    Task task = task("wrapped", true);
    task.started((int) main.pid(), 1);
    long patience = System.nanoTime() + 10_000_000_000L;
    while (task.innerPid == 0 && System.nanoTime() < patience) {
      offspring.findInner(task);
      Thread.sleep(1);
    }
    assertThat(task.innerPid).isPositive();
    return task;
  }

  private Process mainWithAChild() throws IOException {
    return child("sh", "-c", "\"$0\"; true");
  }

  private static Child exit(int pid) {
    return new Child(pid, new ExitStatus.Code(0), Usage.UNKNOWN);
  }

  /// The main process stands for the agent too, as the parent of the inner one.
  @Test
  void innerProcessIsAwaitedByItsPidAndItsStart() throws Exception {
    Process main = mainWithAChild();
    offspring = new Offspring(table, (int) main.pid(), new RecentSpawns());
    Task task = wrapped(main);
    endMain(task);
    assertThat(task.awaitsInner).isTrue();

    Task other = wrapped(main);
    other.innerStartTicks--;
    endMain(other);
    assertThat(other.awaitsInner).as("another process has its pid").isFalse();
  }

  @Test
  void innerProcessThatHasThePidOfAnotherTasksIsAwaitedWhenThatOneIsGone() throws Exception {
    Process main = mainWithAChild();
    offspring = new Offspring(table, (int) main.pid(), new RecentSpawns());
    Task before = wrapped(main);
    endMain(before);
    Task after = wrapped(main);
    assertThat(after.innerPid).isEqualTo(before.innerPid);
    before.innerStartTicks--;
    offspring.unclear(List.of(before), gone);
    assertThat(before.awaitsInner).isFalse();

    endMain(after);
    assertThat(after.awaitsInner).isTrue();
  }

  @Test
  void taskThatEndsBeforeItsPidIsToldMayHaveThePidOfAnInnerProcessThatIsGone() throws Exception {
    int pid = wrapped(mainWithAChild()).innerPid;
    Task next = task("next");
    long flight = offspring.spawning(next);
    offspring.reaped(exit(pid), 0, gone);
    offspring.spawned(next, pid, 1, flight);
    assertThat(next.phase).isEqualTo(Task.Phase.CLOSING);
  }

  @Test
  void exitThatWasReapedBeforeATaskWasBegunIsNotThatTasks() {
    Task slow = task("slow");
    long flight = offspring.spawning(slow);
    offspring.reaped(exit(4_711), 0, gone);
    Task next = task("next");
    offspring.spawned(next, 4_711, 1, offspring.spawning(next));
    assertThat(next.phase).isEqualTo(Task.Phase.RUNNING);
    assertThat(table.mains).containsEntry(4_711, next);
    offspring.spawned(slow, 4_712, 1, flight);
    assertThat(slow.phase).isEqualTo(Task.Phase.RUNNING);
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
