package ebb.agent.serve;

import ebb.agent.protocol.Cause;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.Listing;
import ebb.agent.protocol.StartVerdict;
import ebb.agent.protocol.StopVerdict;
import ebb.agent.protocol.TaskOrder;
import ebb.agent.protocol.Usage;
import ebb.agent.record.Bookkeeping;
import ebb.agent.record.Draft;
import ebb.agent.record.RecordFile;
import ebb.agent.record.RecordedTasks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Every task that this agent knows, and what servers may do to them.
///
/// One lock guards it and all that is said to be guarded by it. Entries are appended under that
/// lock, so that the record's order is the order in which things became true here.
final class TaskTable {
  /// Tasks that wait for a process: some seconds of spawning.
  private static final int WAITING_MAX = 20_000;

  /// Bytes that their orders may take of a heap of 192 MB.
  private static final long WAITING_WEIGHT_MAX = 24_000_000;

  /// Ids that are kept until a server forgets them; each costs some 200 bytes of a small heap.
  private static final int KNOWN_MAX = 100_000;

  final ReentrantLock lock = new ReentrantLock();
  final Condition wardenWork = lock.newCondition();
  final Condition spawnerWork = lock.newCondition();
  final Condition spawned = lock.newCondition();
  final AgentTime time;
  final RecordFile record;

  final Map<String, Task> living = new LinkedHashMap<>();
  final Map<Integer, Task> mains = new HashMap<>();
  final ArrayDeque<Task> waiting = new ArrayDeque<>();

  /// Tasks whose trees have to be looked at: to be stopped, or maybe gone.
  final Set<Task> watched = new LinkedHashSet<>();

  /// When running tasks reach their limit, the earliest first.
  final TreeSet<LimitAt> limits = new TreeSet<>();

  /// `nanos` are compared by difference, for they may run over.
  record LimitAt(long nanos, Task task) implements Comparable<LimitAt> {
    @Override
    public int compareTo(LimitAt other) {
      int order = Long.signum(nanos - other.nanos);
      return order != 0 ? order : task.id.compareTo(other.task.id);
    }
  }

  private final Map<String, Long> ended = new LinkedHashMap<>();
  private final Map<String, Long> tombstones = new LinkedHashMap<>();
  private long waitingWeight;
  private long acknowledged;
  private boolean closing;

  TaskTable(RecordFile record, RecordedTasks tasks, AgentTime time) {
    this.record = record;
    this.time = time;
    this.ended.putAll(tasks.ended());
    this.tombstones.putAll(tasks.tombstones());
    this.acknowledged = tasks.acknowledged();
  }

  List<StartVerdict> start(List<TaskOrder> orders) {
    lock.lock();
    try {
      Map<String, Task> fresh = new LinkedHashMap<>();
      List<StartVerdict> verdicts = new ArrayList<>(orders.size());
      for (TaskOrder order : orders) {
        StartVerdict verdict = judge(order, fresh);
        verdicts.add(verdict);
        if (verdict.kind() == StartVerdict.Kind.CLAIMED) {
          fresh.put(order.task(), new Task(order, time.now()));
        }
      }
      return claim(fresh, verdicts);
    } finally {
      lock.unlock();
    }
  }

  private StartVerdict judge(TaskOrder order, Map<String, Task> fresh) {
    String id = order.task();
    if (order.fault().isPresent()) {
      return new StartVerdict(id, StartVerdict.Kind.INVALID, order.fault().get());
    }
    if (tombstones.containsKey(id)) {
      String why = "stopped before it started";
      return new StartVerdict(id, StartVerdict.Kind.TOMBSTONED, why);
    }
    if (living.containsKey(id) || ended.containsKey(id) || fresh.containsKey(id)) {
      return new StartVerdict(id, StartVerdict.Kind.KNOWN, "");
    }
    if (closing) {
      return new StartVerdict(id, StartVerdict.Kind.BUSY, "the agent is ending");
    }
    if (waiting.size() + fresh.size() >= WAITING_MAX || waitingWeight > WAITING_WEIGHT_MAX) {
      String why = waiting.size() + " tasks wait for their process already";
      return new StartVerdict(id, StartVerdict.Kind.BUSY, why);
    }
    if (living.size() + ended.size() + tombstones.size() + fresh.size() >= KNOWN_MAX) {
      String why = KNOWN_MAX + " tasks are known: acknowledge and forget ended ones";
      return new StartVerdict(id, StartVerdict.Kind.BUSY, why);
    }
    return new StartVerdict(id, StartVerdict.Kind.CLAIMED, "");
  }

  /// The claims are in the record before anything is spawned, so that a new agent knows what to
  /// look for if this one dies in between.
  private List<StartVerdict> claim(Map<String, Task> fresh, List<StartVerdict> verdicts) {
    if (fresh.isEmpty()) {
      return verdicts;
    }
    List<Draft> drafts = new ArrayList<>(fresh.size());
    fresh.forEach((id, task) -> drafts.add(new Draft(id, new Fact.Claimed(task.grace))));
    try {
      record.appendOrFail(drafts);
    } catch (IOException e) {
      String why = "the record cannot be written: " + e.getMessage();
      return verdicts.stream()
          .map(verdict ->
              verdict.kind() == StartVerdict.Kind.CLAIMED
                  ? new StartVerdict(verdict.task(), StartVerdict.Kind.BUSY, why)
                  : verdict)
          .toList();
    }
    living.putAll(fresh);
    waiting.addAll(fresh.values());
    fresh.values().forEach(task -> waitingWeight += task.order().weight());
    spawnerWork.signalAll();
    return verdicts;
  }

  /// The task that waited longest leaves the queue. Call it under the lock.
  Task nextWaiting() {
    Task task = waiting.remove();
    waitingWeight -= task.order().weight();
    return task;
  }

  List<StopVerdict> stop(Collection<String> tasks, Duration grace) {
    lock.lock();
    try {
      List<StopVerdict> verdicts = new ArrayList<>(tasks.size());
      for (String id : tasks) {
        verdicts.add(new StopVerdict(id, stop(id, grace)));
      }
      return verdicts;
    } finally {
      lock.unlock();
    }
  }

  private StopVerdict.Kind stop(String id, Duration grace) {
    Task task = living.get(id);
    if (task != null) {
      end(task, new Task.Ending(Cause.STOPPED, "stopped on request", grace));
      return StopVerdict.Kind.STOPPING;
    }
    if (ended.containsKey(id)) {
      return StopVerdict.Kind.ENDED;
    }
    if (tombstones.containsKey(id)) {
      return StopVerdict.Kind.TOMBSTONED;
    }
    if (TaskOrder.faultOf(id).isPresent()) {
      return StopVerdict.Kind.INVALID;
    }
    try {
      long position = record.appendOrFail(List.of(new Draft(id, new Fact.Tombstone())));
      tombstones.put(id, position);
      return StopVerdict.Kind.TOMBSTONED;
    } catch (IOException e) {
      return StopVerdict.Kind.INVALID;
    }
  }

  /// Brings a task to its end. The first reason stands; a later, shorter grace shortens. Call it
  /// under the lock.
  void end(Task task, Task.Ending ending) {
    if (task.isOver()) {
      return;
    }
    if (task.phase == Task.Phase.WAITING) {
      waiting.remove(task);
      waitingWeight -= task.order().weight();
      neverRan(task, ending.cause());
      return;
    }
    if (task.ending.isEmpty()) {
      task.ending = Optional.of(ending);
    }
    if (task.stop.warned) {
      long killAt = time.nanoTime() + ending.grace().toNanos();
      if (killAt - task.stop.killAtNanos < 0) {
        task.stop.killAtNanos = killAt;
      }
    }
    task.stop.lookAtNanos = time.nanoTime();
    watched.add(task);
    wardenWork.signalAll();
  }

  /// The end came before the process, and says why: a refusal would look like the task's own fault.
  private void neverRan(Task task, Cause cause) {
    living.remove(task.id);
    watched.remove(task);
    Fact.Exited exited =
        new Fact.Exited(
            time.now(),
            new ExitStatus.Unknown(),
            cause,
            "stopped before it started",
            Usage.UNKNOWN);
    ended.put(task.id, record.append(task.id, exited));
    if (living.isEmpty()) {
      spawned.signalAll();
    }
  }

  /// The process could not be started. Call it under the lock.
  void refused(Task task, String why) {
    living.remove(task.id);
    watched.remove(task);
    ended.put(task.id, record.append(task.id, new Fact.Refused(why)));
  }

  /// The trees of these are gone.
  void ended(Collection<Task> tasks) {
    if (tasks.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      List<Draft> drafts = new ArrayList<>(tasks.size());
      for (Task task : tasks) {
        drafts.add(new Draft(task.id, task.exited()));
      }
      long last = record.append(drafts);
      long position = last - drafts.size();
      for (Task task : tasks) {
        living.remove(task.id);
        watched.remove(task);
        limits.remove(new LimitAt(task.limitNanos(), task));
        ended.put(task.id, ++position);
      }
      if (living.isEmpty()) {
        spawned.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether a task lives, or has come to something that no server has acknowledged.
  boolean isNeeded() {
    lock.lock();
    try {
      return !living.isEmpty()
          || ended.values().stream().anyMatch(position -> position > acknowledged)
          || tombstones.values().stream().anyMatch(position -> position > acknowledged);
    } finally {
      lock.unlock();
    }
  }

  Listing list() {
    lock.lock();
    try {
      List<Listing.Living> alive = new ArrayList<>(living.size());
      for (Task task : living.values()) {
        boolean isClosing = task.phase == Task.Phase.CLOSING || task.ending.isPresent();
        alive.add(new Listing.Living(task.id, task.pid, task.since, isClosing));
      }
      return new Listing(
          record.position(), alive, List.copyOf(ended.keySet()), List.copyOf(tombstones.keySet()));
    } finally {
      lock.unlock();
    }
  }

  void acknowledge(long position) {
    lock.lock();
    try {
      long known = Math.min(position, record.position());
      if (known > acknowledged) {
        acknowledged = known;
        record.bookkeep(Bookkeeping.Kind.ACKNOWLEDGED, "", known);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Drops ids whose end or tombstone is acknowledged; returns those that are kept because it is
  /// not.
  List<String> forget(Collection<String> tasks) {
    lock.lock();
    try {
      Set<String> kept = new LinkedHashSet<>();
      for (String id : tasks) {
        Long end = ended.getOrDefault(id, tombstones.get(id));
        if (living.containsKey(id) || (end != null && end > acknowledged)) {
          kept.add(id);
        } else if (end != null) {
          ended.remove(id);
          tombstones.remove(id);
          record.bookkeep(Bookkeeping.Kind.FORGOTTEN, id, 0);
        }
      }
      return List.copyOf(kept);
    } finally {
      lock.unlock();
    }
  }

  /// Takes no more starts if nothing lives, or if whatever lives is to be stopped; false if
  /// something lives that may not be.
  boolean close(boolean stopTasks) {
    lock.lock();
    try {
      if (!living.isEmpty() && !stopTasks) {
        return false;
      }
      closing = true;
      for (Task task : List.copyOf(living.values())) {
        end(task, new Task.Ending(Cause.LOST, "the agent was told to end", task.grace));
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until nothing lives; false if something still does after that time.
  boolean awaitNoneLiving(Duration patience) throws InterruptedException {
    lock.lock();
    try {
      long nanos = patience.toNanos();
      while (!living.isEmpty() && nanos > 0) {
        nanos = spawned.awaitNanos(nanos);
      }
      return living.isEmpty();
    } finally {
      lock.unlock();
    }
  }
}
