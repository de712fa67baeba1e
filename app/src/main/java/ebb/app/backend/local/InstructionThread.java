package ebb.app.backend.local;

import ebb.agent.protocol.Listing;
import ebb.agent.protocol.Refusal;
import ebb.agent.protocol.StartVerdict;
import ebb.agent.protocol.StopVerdict;
import ebb.agent.protocol.TaskOrder;
import ebb.kernel.engine.Backend;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// The thread that carries out instructions, strictly in the order in which they come, and tells
/// the agent what it may forget.
///
/// Order is what makes forgetting safe: that an end is durable comes through the same queue as
/// instructions, so whatever was ordered before is done before, and the engine orders nothing for
/// an ended task after.
final class InstructionThread implements Runnable {
  /// What waits to be done.
  sealed interface Item {}

  record Told(List<Backend.Instruction> instructions) implements Item {}

  /// The ends of these tasks are durable with the engine.
  record EndsDurable(List<AgentTask> tasks) implements Item {}

  /// All is there for a task that took long to prepare, or will not be.
  record Prepared(LocalTask task, Preparations.Outcome outcome) implements Item {}

  /// The task has used more of the disk than it may.
  record OverDisk(TaskId task, String used) implements Item {}

  /// A task of a node that is being stopped has ended.
  record NodeEmptied(NodeId node) implements Item {}

  /// How often the agent is told what is durable.
  private static final long UPKEEP_NANOS = 250_000_000;

  /// One message of starts: well below what a frame takes (16 MiB), and small enough that the first
  /// of them is not kept waiting.
  private static final int STARTS_MAX = 256;

  private static final int START_BYTES_MAX = 4 * 1024 * 1024;

  /// The most that is done before the upkeep gets a turn.
  private static final int ITEMS_MAX = 1_000;

  private final Parts parts;
  private final Upkeep upkeep;
  private final Preparations preparations;
  private final List<LocalTask> starting = new ArrayList<>();
  private final List<TaskOrder> startingOrders = new ArrayList<>();
  private long startingBytes;

  InstructionThread(Parts parts, Upkeep upkeep) {
    this.parts = parts;
    this.upkeep = upkeep;
    this.preparations = new Preparations(parts.orders(), parts.queue()::add);
  }

  @Override
  public void run() {
    long upkeptNanos = System.nanoTime();
    List<Item> items = new ArrayList<>();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Item first = parts.queue().poll(UPKEEP_NANOS, TimeUnit.NANOSECONDS);
        if (first != null) {
          items.add(first);
          parts.queue().drainTo(items, ITEMS_MAX);
          carryOut(items);
          items.clear();
        }
        if (first == null || System.nanoTime() - upkeptNanos >= UPKEEP_NANOS) {
          upkeep.run();
          upkeptNanos = System.nanoTime();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      preparations.cancelAll();
    }
  }

  private void carryOut(List<Item> items) throws InterruptedException {
    for (Item item : items) {
      try {
        carryOut(item);
      } catch (RuntimeException bug) {
        starting.clear();
        startingOrders.clear();
        startingBytes = 0;
        Log.bug(bug);
      }
    }
    startPrepared();
  }

  private void carryOut(Item item) throws InterruptedException {
    switch (item) {
      case Told(List<Backend.Instruction> instructions) -> {
        for (Backend.Instruction instruction : instructions) {
          carryOut(instruction);
        }
      }
      case EndsDurable(List<AgentTask> tasks) -> {
        startPrepared();
        upkeep.mayForget(tasks);
      }
      case Prepared(LocalTask task, Preparations.Outcome outcome) -> take(task, outcome);
      case OverDisk(TaskId id, String used) -> {
        LocalTask task = parts.inventory().overDisk(id, used);
        if (task != null) {
          stop(List.of(task), task.grace);
        }
      }
      case NodeEmptied(NodeId node) -> stopNode(node);
    }
  }

  /// Starts are gathered; whatever else the agent is told waits for them.
  private void carryOut(Backend.Instruction instruction) throws InterruptedException {
    switch (instruction) {
      case Backend.StartTask start -> prepare(start);
      case Backend.StopTask(var task, long graceMillis) -> {
        startPrepared();
        LocalTask known = parts.inventory().stop(task);
        if (known != null) {
          stop(List.of(known), Duration.ofMillis(graceMillis));
        }
      }
      case Backend.StartNode start -> startNode(start.node());
      case Backend.StopNode(NodeId node) -> {
        startPrepared();
        stopNode(node);
      }
      case Backend.ListAll _ -> {
        startPrepared();
        list();
      }
    }
  }

  // Nodes.

  /// A slot is worth nothing without an agent, so it is claimed when there is one.
  private void startNode(NodeId node) throws InterruptedException {
    parts.link().await();
    long now = parts.wall().millis();
    try {
      Optional<NodeClaims.Claim> claim = parts.nodes().claim(node, now);
      if (claim.isPresent()) {
        parts.inventory().nodeClaimed(claim.get());
      } else {
        parts.inventory().nodeGone(node, now);
      }
    } catch (ClosedByInterruptException e) {
      throw new InterruptedException("closed while node " + node + " was claimed");
    } catch (IOException e) {
      Log.say("node " + node + " could not be claimed", e);
      parts.inventory().nodeFailed(node, "it could not be claimed: " + e.getMessage(), now);
    }
  }

  /// Ends the tasks that are left on the node; without any, ends the node.
  private void stopNode(NodeId node) throws InterruptedException {
    Map<Duration, List<LocalTask>> byGrace = new TreeMap<>();
    for (LocalTask task : parts.inventory().leave(node)) {
      byGrace.computeIfAbsent(task.grace, _ -> new ArrayList<>()).add(task);
    }
    for (Map.Entry<Duration, List<LocalTask>> tasks : byGrace.entrySet()) {
      stop(tasks.getValue(), tasks.getKey());
    }
    if (!parts.inventory().leave(node).isEmpty()) {
      return; // The end of the last one comes back here.
    }
    try {
      parts.nodes().end(node, parts.wall().millis());
      parts.inventory().nodeGone(node, parts.wall().millis());
    } catch (IOException e) {
      Log.say("the end of node " + node + " could not be written down; it is tried again", e);
    }
  }

  // Tasks.

  private void prepare(Backend.StartTask start) throws InterruptedException {
    LocalTask task = parts.inventory().order(start, parts.wall().millis());
    if (task == null) {
      return;
    }
    preparations.begin(task, start).ifPresent(outcome -> gather(task, outcome));
    if (starting.size() >= STARTS_MAX || startingBytes >= START_BYTES_MAX) {
      startPrepared();
    }
  }

  /// What was stopped meanwhile, and may be forgotten already, is not started.
  private void take(LocalTask task, Preparations.Outcome outcome) {
    preparations.ended(task);
    if (parts.inventory().isOrdered(task)) {
      gather(task, outcome);
    }
  }

  private void gather(LocalTask task, Preparations.Outcome outcome) {
    switch (outcome) {
      case Preparations.Ready(TaskOrder order) -> {
        starting.add(task);
        startingOrders.add(order);
        startingBytes += sizeOf(order);
      }
      case Preparations.Not(TaskEnd end, String why) ->
          parts.inventory().notStarted(task, end, why);
    }
  }

  private static long sizeOf(TaskOrder order) {
    long chars = 0;
    for (String argument : order.arguments()) {
      chars += argument.length();
    }
    for (Map.Entry<String, String> variable : order.environment().entrySet()) {
      chars += variable.getKey().length() + variable.getValue().length();
    }
    return 3 * chars; // A char takes at most three bytes of UTF-8.
  }

  private void startPrepared() throws InterruptedException {
    if (starting.isEmpty()) {
      return;
    }
    List<TaskOrder> wanted = List.copyOf(startingOrders);
    List<LocalTask> tasks = List.copyOf(starting);
    starting.clear();
    startingOrders.clear();
    startingBytes = 0;
    try {
      List<StartVerdict> verdicts = parts.link().ask(client -> client.start(wanted));
      List<LocalTask> known = new ArrayList<>();
      for (int i = 0; i < tasks.size(); i++) {
        take(tasks.get(i), verdicts.get(i), known);
      }
      if (!known.isEmpty()) {
        lookUp(known);
      }
    } catch (Refusal e) {
      Log.say("the agent refused to start " + tasks.size() + " tasks", e);
    }
  }

  private void take(LocalTask task, StartVerdict verdict, List<LocalTask> known) {
    switch (verdict.kind()) {
      case CLAIMED -> {} // The record tells the rest.
      case KNOWN -> known.add(task);
      case TOMBSTONED -> parts.inventory().notStarted(task, TaskEnd.NEVER_STARTED, verdict.why());
      case INVALID -> parts.inventory().notStarted(task, TaskEnd.REFUSED, verdict.why());
      case BUSY ->
          Log.say("the agent cannot take " + task.name.text() + ": " + verdict.why(), null);
    }
  }

  /// Tasks that the agent had before: usually because the line broke between question and answer,
  /// and then the record tells of them. If it does not, this listing does.
  private void lookUp(List<LocalTask> known) throws InterruptedException, Refusal {
    long completeTo = parts.acknowledgements().current();
    Listing listing = parts.link().ask(client -> client.list());
    parts.inventory().knownAt(known, listing.position());
    parts.inventory().list(listing, completeTo);
  }

  private void stop(List<LocalTask> tasks, Duration grace) throws InterruptedException {
    if (tasks.isEmpty()) {
      return;
    }
    tasks.forEach(preparations::cancel);
    List<String> names = tasks.stream().map(task -> task.name.text()).toList();
    try {
      List<StopVerdict> verdicts = parts.link().ask(client -> client.stop(names, grace));
      for (int i = 0; i < tasks.size(); i++) {
        switch (verdicts.get(i).kind()) {
          case STOPPING, ENDED -> {} // The record tells of the end, or has.
          case TOMBSTONED -> parts.inventory().notStarted(tasks.get(i), TaskEnd.NEVER_STARTED, "");
          case INVALID -> Log.say("the agent could not stop " + names.get(i), null);
        }
      }
    } catch (Refusal e) {
      Log.say("the agent refused to stop " + names.size() + " tasks", e);
    }
  }

  private void list() throws InterruptedException {
    long completeTo = parts.acknowledgements().current();
    try {
      parts.inventory().list(parts.link().ask(client -> client.list()), completeTo);
    } catch (Refusal e) {
      Log.say("the agent refused a listing", e);
    }
  }
}
