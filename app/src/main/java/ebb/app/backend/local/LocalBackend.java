package ebb.app.backend.local;

import ebb.app.secrets.Secrets;
import ebb.app.specification.SpecificationStore;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;

/// This machine as a backend: nodes are slots of it, tasks are children of its agent.
///
/// One for each life of an engine. After [#begin] it finds the living agent, or starts one, tells
/// the engine everything that its record says and the engine does not know for certain, and then
/// lists what is here; only after that it carries out instructions. [#close] leaves agent and tasks
/// alone: the next life finds them.
///
/// | in the home | what |
/// | --- | --- |
/// | agent/ | the agent's own folder |
/// | nodes/ | a claim for each node, [NodeClaims] |
/// | jobs/ | where tasks run, [RunFolders] |
/// | backend.acknowledgements | [Acknowledgements] |
/// | backend.position | [RememberedPosition] |
public final class LocalBackend implements Backend, AutoCloseable {
  private static final long CLOSE_SECONDS = 10;

  /// Where the things are that tasks need.
  ///
  /// @param workspaces the workspace of a job that is live
  /// @param attempts what an attempt that is live is of
  public record Stores(
      SpecificationStore specifications,
      TaskFiles.Sources sources,
      Secrets secrets,
      Function<JobId, Optional<Scope>> workspaces,
      Function<AttemptId, Optional<RunFolders.Of>> attempts) {}

  private final BlockingQueue<InstructionThread.Item> queue = new LinkedBlockingQueue<>();
  private final AgentLink link = new AgentLink();
  private final Confines confines;
  private final RunFolders folders;
  private final Thread instructions;
  private final Thread record;

  /// Opens what the home holds; nothing runs before [#begin].
  ///
  /// @param wall the wall clock, which the agent uses too
  /// @param engineMillis the engine's time for a time of the wall clock, both in milliseconds
  public LocalBackend(
      LocalOptions options,
      Stores stores,
      Reports reports,
      InstantSource wall,
      LongUnaryOperator engineMillis)
      throws IOException {
    Path home = options.home();
    if (!Files.isDirectory(home)) {
      Files.createDirectories(
          home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    this.confines = options.confines();
    this.folders =
        RunFolders.open(
            options.home(), options.installation(), options.confines().users().range() != null);
    Acknowledgements acknowledgements =
        Acknowledgements.open(home.resolve("backend.acknowledgements"));
    NodeClaims nodes = NodeClaims.open(home.resolve("nodes"), acknowledgements, wall.millis());
    Inventory inventory =
        new Inventory(
            acknowledgements,
            new TaskEnds(options.confines(), folders, stores.attempts(), wall),
            reports,
            engineMillis,
            queue::add);
    inventory.nodesFromBefore(nodes.all());
    TaskOrders orders = new TaskOrders(options, folders, stores);
    Parts parts = new Parts(options, wall, queue, link, acknowledgements, inventory, nodes, orders);
    Path memory = home.resolve("backend.position");
    this.instructions =
        thread("backend-instructions", new InstructionThread(parts, new Upkeep(parts, memory)));
    this.record =
        thread("backend-record", new RecordThread(parts, RememberedPosition.read(memory)));
  }

  private static Thread thread(String name, Runnable work) {
    return Thread.ofPlatform().name(name).daemon().unstarted(work);
  }

  /// Starts to work. From here on reports are sent.
  public void begin() {
    record.start();
    instructions.start();
  }

  @Override
  public void carryOut(List<Instruction> told) {
    queue.add(new InstructionThread.Told(List.copyOf(told)));
  }

  /// Has a task stopped that has used more of the disk than it may; said again, it does nothing.
  public void overDisk(TaskId task, String used) {
    queue.add(new InstructionThread.OverDisk(task, used));
  }

  /// Removes images that tasks have pulled and none has started with since then; only counts them
  /// if not `really`.
  public RunFolders.Removed removeImages(long unusedSinceMillis, boolean really)
      throws IOException {
    return confines.removeImages(unusedSinceMillis, really);
  }

  /// Where the output of tasks is.
  public RunFolders folders() {
    return folders;
  }

  /// Ends this side of it. What was told and not yet done is not done; the engine tells it again.
  @Override
  public void close() {
    instructions.interrupt();
    record.interrupt();
    link.close();
    try {
      instructions.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
      record.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
