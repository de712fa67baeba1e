package ebb.app.backend.local;

import ebb.agent.protocol.Fact;
import ebb.agent.protocol.Listing;
import ebb.agent.protocol.RecordEntry;
import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// What is here, nodes and tasks, and the one place from which the engine is told of it.
///
/// A change and the report of it are one step under one lock, so that the engine hears things in
/// the order in which they became true here. That is what makes a listing exact: whatever it does
/// not name was never confirmed up to its number, or its end was told before.
final class Inventory {
  private final Acknowledgements acknowledgements;
  private final TaskEnds ends;
  private final Reports reports;
  private final LongUnaryOperator engineMillis;
  private final Consumer<InstructionThread.Item> later;

  private final Map<TaskId, LocalTask> tasks = new HashMap<>();
  private final TreeSet<NodeId> nodes = new TreeSet<>();
  private final Set<NodeId> leaving = new HashSet<>();
  private final ArrayDeque<PendingListing> listings = new ArrayDeque<>();
  private SentPositions sent = new SentPositions(0);
  private String agent = "";
  private long taken;
  private boolean outOfSight;
  private boolean hasListed;

  /// Tasks that had ended when the line was made, until the record has been read so far.
  private List<String> endedBefore = List.of();

  /// What the agent had at a position of its record, waiting for the record to be read that far.
  private record PendingListing(Listing listing, long completeTo) {}

  Inventory(
      Acknowledgements acknowledgements,
      TaskEnds ends,
      Reports reports,
      LongUnaryOperator engineMillis,
      Consumer<InstructionThread.Item> later) {
    this.acknowledgements = acknowledgements;
    this.ends = ends;
    this.reports = reports;
    this.engineMillis = engineMillis;
    this.later = later;
  }

  // Nodes.

  synchronized void nodesFromBefore(List<NodeId> claimed) {
    nodes.addAll(claimed);
  }

  synchronized void nodeClaimed(NodeClaims.Claim claim) {
    nodes.add(claim.node());
    long at = engineMillis.applyAsLong(claim.wallMillis());
    tell(
        List.of(
            new Command.NodeAccepted(claim.node(), claim.ack(), at),
            new Command.NodeReady(claim.node(), claim.ack(), at)));
  }

  synchronized void nodeFailed(NodeId node, String detail, long wallMillis) {
    tell(List.of(new Command.NodeFailed(node, detail, engineMillis.applyAsLong(wallMillis))));
  }

  /// No task is taken for the node from here on; returns those that are still on it.
  synchronized List<LocalTask> leave(NodeId node) {
    leaving.add(node);
    return tasks.values().stream()
        .filter(task -> task.isLive() && task.name.node().equals(node))
        .toList();
  }

  synchronized void nodeGone(NodeId node, long wallMillis) {
    nodes.remove(node);
    leaving.remove(node);
    tell(List.of(new Command.NodeGone(node, engineMillis.applyAsLong(wallMillis))));
  }

  /// The agent cannot be reached, nor another one started: nothing is known, and nothing is gone.
  synchronized void outOfSight() {
    if (!outOfSight) {
      outOfSight = true;
      tellOutOfSight();
    }
  }

  private void tellOutOfSight() {
    tell(
        nodes.stream().map(node -> (Command.Report) new Command.NodeUnreachable(node, 0)).toList());
  }

  /// Also said by a life that has not listed yet: an earlier one may have said otherwise, and the
  /// first listing can take longer than the engine waits for it.
  private void inSight() {
    if (outOfSight || !hasListed) {
      outOfSight = false;
      tell(
          nodes.stream().map(node -> (Command.Report) new Command.NodeReachable(node, 0)).toList());
    }
  }

  // Tasks, as the engine orders them.

  /// The task, if the agent has to be told of it; null if it is there already or has ended.
  synchronized @Nullable LocalTask order(StartTask start, long wallMillis) {
    LocalTask task =
        tasks.computeIfAbsent(start.task(), id -> new LocalTask(new AgentTask(id, start.node())));
    if (task.phase != LocalTask.Phase.ORDERED) {
      return null;
    }
    if (task.acceptedAt == 0) {
      task.acceptedAt = engineMillis.applyAsLong(wallMillis);
    }
    task.grace = Duration.ofMillis(start.graceMillis());
    if (!nodes.contains(start.node()) || leaving.contains(start.node())) {
      notStarted(task, TaskEnd.LOST, "its node " + start.node() + " is not there");
      return null;
    }
    return task;
  }

  /// The task, if it runs and is to be stopped now for what it has used of the disk.
  synchronized @Nullable LocalTask overDisk(TaskId id, String used) {
    LocalTask task = tasks.get(id);
    if (task == null || task.phase != LocalTask.Phase.CLAIMED || !task.overDisk.isEmpty()) {
      return null;
    }
    task.overDisk = used;
    return task;
  }

  /// Whether the agent is still to be told of it.
  synchronized boolean isOrdered(LocalTask task) {
    return task.phase == LocalTask.Phase.ORDERED;
  }

  /// The agent had these already at that position: if the record tells nothing of them, the listing
  /// made there decides.
  synchronized void knownAt(List<LocalTask> known, long position) {
    for (LocalTask task : known) {
      if (task.phase == LocalTask.Phase.ORDERED) {
        task.phase = LocalTask.Phase.CLAIMED;
        task.claimedPosition = position;
      }
    }
  }

  /// The task ends here without having run.
  synchronized void notStarted(LocalTask task, TaskEnd end, String detail) {
    if (task.isLive()) {
      List<Command.Report> told = new ArrayList<>();
      List<LocalTask> ended = new ArrayList<>();
      end(task, ends.withoutRun(task.name, end, detail), 0, told, ended);
      tell(told, ended, null);
    }
  }

  /// The task by which the agent is to be asked to stop; null if its end was told.
  synchronized @Nullable LocalTask stop(TaskId id) {
    LocalTask task = tasks.computeIfAbsent(id, _ -> new LocalTask(new AgentTask(id, NodeId.NONE)));
    return task.isLive() ? task : null;
  }

  /// The ends of these are durable and the agent has forgotten them.
  synchronized void forget(List<TaskId> ended) {
    ended.forEach(tasks::remove);
  }

  // The agent's record.

  /// A new line to the agent of this name; returns the position to follow from. `known` is what is
  /// remembered of an earlier life.
  synchronized long begin(String agentName, RememberedPosition known) {
    listings.clear();
    if (!agentName.equals(agent)) {
      agent = agentName;
      taken = known.agent().equals(agentName) ? known.position() : 0;
      sent = new SentPositions(taken);
      tasks.values().forEach(task -> task.claimedPosition = 0);
    }
    return taken;
  }

  /// The record does not reach to where it was followed to: it is read from its beginning.
  synchronized void beginAnew() {
    taken = 0;
    sent = new SentPositions(0);
  }

  /// What the agent has already; and the nodes are in sight. A tombstone is told of again, for who
  /// asked for it may not have heard.
  synchronized void adopt(Listing listing, long completeTo) {
    for (Listing.Living living : listing.living()) {
      AgentTask.parse(living.task())
          .filter(name -> !tasks.containsKey(name.task()))
          .ifPresent(name -> known(name, listing.position()));
    }
    for (String tombstone : listing.tombstones()) {
      AgentTask.parse(tombstone)
          .filter(name -> !tasks.containsKey(name.task()))
          .map(name -> known(name, listing.position()))
          .ifPresent(task -> notStarted(task, TaskEnd.NEVER_STARTED, ""));
    }
    endedBefore = listing.ended();
    inSight();
    list(listing, completeTo);
  }

  private LocalTask known(AgentTask name, long position) {
    LocalTask task = new LocalTask(name);
    task.phase = LocalTask.Phase.CLAIMED;
    task.claimedPosition = position;
    tasks.put(name.task(), task);
    return task;
  }

  /// The next entries of the record, and the position after them.
  synchronized void take(List<RecordEntry> entries, long position) throws IOException {
    List<Command.Report> told = new ArrayList<>(entries.size());
    List<LocalTask> ended = new ArrayList<>();
    // One number for all of them; and what can fail comes before anything changes.
    long ack = entries.isEmpty() ? 0 : acknowledgements.next();
    for (RecordEntry entry : entries) {
      AgentTask name = AgentTask.parse(entry.task()).orElse(null);
      if (name != null) {
        take(name, entry, ack, told, ended);
      }
    }
    taken = position;
    if (told.isEmpty()) {
      sent.nothingUpTo(position);
    } else {
      tell(told, ended, sent.sending(position));
    }
    settleListings();
  }

  private void take(
      AgentTask name,
      RecordEntry entry,
      long ack,
      List<Command.Report> told,
      List<LocalTask> ended) {
    LocalTask known = tasks.get(name.task());
    LocalTask task = known != null ? known : known(name, entry.position());
    long at = millis(entry.at());
    switch (entry.fact()) {
      case Fact.Claimed _ -> {
        knownAt(List.of(task), entry.position());
        task.preparedAt = at;
      }
      case Fact.Started _ ->
          told.add(new Command.TaskStarted(name.task(), ack, task.acceptedAt, task.preparedAt, at));
      case Fact.Exited _ when !task.isLive() -> {} // read again
      case Fact.Exited exited ->
          end(task, ends.of(name, exited, task.overDisk), millis(exited.observed()), told, ended);
      case Fact.Refused(String why) ->
          end(task, ends.withoutRun(name, TaskEnd.REFUSED, why), at, told, ended);
      case Fact.Tombstone _ -> {} // Whoever asked for the stop tells of it.
      case Fact.TreeRemains(int processes) ->
          Log.say(name.text() + ": " + processes + " processes cannot be killed", null);
    }
  }

  private long millis(Instant at) {
    return at.equals(Instant.EPOCH) ? 0 : engineMillis.applyAsLong(at.toEpochMilli());
  }

  private void end(
      LocalTask task,
      TaskReport report,
      long observed,
      List<Command.Report> told,
      List<LocalTask> ended) {
    if (!task.isLive()) {
      return;
    }
    task.phase = LocalTask.Phase.ENDED;
    told.add(new Command.TaskExited(task.name.task(), report, observed));
    ended.add(task);
    if (leaving.contains(task.name.node())) {
      later.accept(new InstructionThread.NodeEmptied(task.name.node()));
    }
  }

  // Listings.

  /// The agent's listing, told as soon as the record has been read up to it. `completeTo` is the
  /// number given last before it was asked for.
  synchronized void list(Listing listing, long completeTo) {
    listings.add(new PendingListing(listing, completeTo));
    settleListings();
  }

  private void settleListings() {
    while (!listings.isEmpty() && listings.getFirst().listing().position() <= taken) {
      PendingListing pending = listings.remove();
      Set<TaskId> living = new HashSet<>();
      for (Listing.Living task : pending.listing().living()) {
        AgentTask.parse(task.task()).ifPresent(name -> living.add(name.task()));
      }
      loseWhatIsMissing(living, pending.listing().position());
      if (!hasListed) {
        hasListed = true;
        ends.clearAllBut(tasks::containsKey);
      }
      living.removeIf(this::hasEnded);
      forgetWhatWasDurable();
      tell(
          List.of(
              new Command.BackendListed(
                  List.copyOf(nodes), living.stream().sorted().toList(), pending.completeTo())));
      if (outOfSight) {
        tellOutOfSight(); // the line broke after the agent had listed
      }
    }
  }

  private boolean hasEnded(TaskId id) {
    LocalTask task = tasks.get(id);
    return task != null && !task.isLive();
  }

  /// What had ended before the record's part that was read anew: its end is durable.
  private void forgetWhatWasDurable() {
    List<AgentTask> names = new ArrayList<>();
    for (String ended : endedBefore) {
      AgentTask.parse(ended).filter(name -> !tasks.containsKey(name.task())).ifPresent(names::add);
    }
    endedBefore = List.of();
    if (!names.isEmpty()) {
      later.accept(new InstructionThread.EndsDurable(names));
    }
  }

  /// What the agent had and has no more, without a word of its end in the record: the record was
  /// lost.
  private void loseWhatIsMissing(Set<TaskId> living, long position) {
    for (LocalTask task : List.copyOf(tasks.values())) {
      if (task.phase == LocalTask.Phase.CLAIMED
          && task.claimedPosition <= position
          && !living.contains(task.name.task())) {
        notStarted(task, TaskEnd.LOST, "the agent does not know it any more");
      }
    }
  }

  // Telling.

  private void tell(List<Command.Report> told) {
    tell(told, List.of(), null);
  }

  private void tell(
      List<Command.Report> told, List<LocalTask> ended, SentPositions.@Nullable Mark mark) {
    SentPositions positions = sent;
    List<AgentTask> names = ended.stream().map(task -> task.name).toList();
    reports.send(
        told,
        () -> {
          if (mark != null) {
            positions.confirmed(mark);
          }
          if (!names.isEmpty()) {
            later.accept(new InstructionThread.EndsDurable(names));
          }
        });
  }

  /// The agent's name, and how far its record is safe with the engine.
  synchronized RememberedPosition durable() {
    return new RememberedPosition(agent, sent.durable());
  }
}
