package ebb.agent.serve;

import ebb.agent.protocol.Cause;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The thread that keeps what needs time: limits, graces, whole-tree stops, output bounds, and the
/// record's upkeep. It needs no server for any of it.
final class Warden implements Runnable {
  private static final long MILLI = 1_000_000;

  /// How often the sizes of all outputs are looked at; each look is one `stat`.
  private static final long OUTPUT_NANOS = 250 * MILLI;

  /// The same while some output is above its bound or grew by an eighth of it since the last look.
  private static final long OUTPUT_SOON_NANOS = 20 * MILLI;

  private static final long CHORES_NANOS = 1_000 * MILLI;

  /// A record of this size is read in some 50 ms.
  private static final long COMPACT_BYTES = 8L * 1024 * 1024;

  private final TaskTable table;
  private final TreeStop trees;
  private final Endings endings;
  private final AgentLog log;
  private long outputAtNanos;
  private long choresAtNanos;
  private long compactedLength;

  Warden(TaskTable table, TreeStop trees, Endings endings, AgentLog log) {
    this.table = table;
    this.trees = trees;
    this.endings = endings;
    this.log = log;
    this.outputAtNanos = table.time.nanoTime();
    this.choresAtNanos = outputAtNanos;
  }

  @Override
  public void run() {
    try {
      while (true) {
        List<Task> due = awaitDue();
        if (!due.isEmpty() || trees.hasStraysDue()) {
          endings.of(trees.attend(due));
        }
        holdBounds();
        doChores();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits until a tree has to be looked at or another duty is due.
  private List<Task> awaitDue() throws InterruptedException {
    table.lock.lock();
    try {
      while (true) {
        long now = table.time.nanoTime();
        endOverdue(now);
        List<Task> due = dueAt(now);
        long nanos = nextAt(now) - now;
        if (!due.isEmpty() || nanos <= 0) {
          return due;
        }
        table.wardenWork.awaitNanos(nanos);
      }
    } finally {
      table.lock.unlock();
    }
  }

  private void endOverdue(long now) {
    while (!table.limits.isEmpty() && table.limits.first().nanos() - now <= 0) {
      Task task = table.limits.pollFirst().task();
      if (task.phase == Task.Phase.RUNNING && task.ending.isEmpty()) {
        // How long that is, says whoever has set it.
        table.end(task, new Task.Ending(Cause.LIMIT, "ran longer than its limit", task.grace));
      }
    }
  }

  private List<Task> dueAt(long now) {
    List<Task> due = new ArrayList<>();
    for (Task task : table.watched) {
      if (isAttended(task) && task.stop.lookAtNanos - now <= 0) {
        due.add(task);
      }
    }
    return due;
  }

  private static boolean isAttended(Task task) {
    boolean hasRun = task.phase == Task.Phase.RUNNING || task.phase == Task.Phase.CLOSING;
    return hasRun && !task.isOver();
  }

  private long nextAt(long now) {
    long next = earlier(outputAtNanos, choresAtNanos);
    if (!table.limits.isEmpty()) {
      next = earlier(next, table.limits.first().nanos());
    }
    for (Task task : table.watched) {
      if (isAttended(task)) {
        next = earlier(next, task.stop.lookAtNanos);
      }
    }
    return trees.hasStraysDue() ? now : next;
  }

  private static long earlier(long a, long b) {
    return a - b <= 0 ? a : b;
  }

  private void holdBounds() throws InterruptedException {
    long now = table.time.nanoTime();
    if (outputAtNanos - now > 0) {
      return;
    }
    List<Task> running = running();
    boolean soon = trees.findInner(running);
    for (Task task : running) {
      soon |= endings.holdBounds(task);
    }
    outputAtNanos = table.time.nanoTime() + (soon ? OUTPUT_SOON_NANOS : OUTPUT_NANOS);
  }

  /// Those whose outputs nobody else touches: a task that is over is in the hands of its end.
  private List<Task> running() {
    table.lock.lock();
    try {
      List<Task> running = new ArrayList<>(table.living.size());
      for (Task task : table.living.values()) {
        if (isAttended(task)) {
          running.add(task);
        }
      }
      return running;
    } finally {
      table.lock.unlock();
    }
  }

  private void doChores() {
    long now = table.time.nanoTime();
    if (choresAtNanos - now > 0) {
      return;
    }
    choresAtNanos = now + CHORES_NANOS;
    if (!table.record.retry()) {
      log.say("the record cannot be written; trying again every second");
    }
    try {
      table.record.sync();
      if (table.record.length() > Math.max(COMPACT_BYTES, 2 * compactedLength)) {
        table.record.compact();
        compactedLength = table.record.length();
      }
    } catch (IOException e) {
      log.say("the record cannot be kept: " + e.getMessage());
    }
  }
}
