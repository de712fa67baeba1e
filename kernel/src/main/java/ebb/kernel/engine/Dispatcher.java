package ebb.kernel.engine;

import ebb.kernel.Outstanding;
import ebb.kernel.Outstanding.StartNode;
import ebb.kernel.Outstanding.StartTask;
import ebb.kernel.Outstanding.StopNode;
import ebb.kernel.Outstanding.StopTask;
import ebb.kernel.Outstanding.Work;
import ebb.kernel.State;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.VmSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Tells a backend what is outstanding, and tells it again, with growing waits, until a report
/// makes it no longer so. Never gives up: the kernel's deadlines do that. Holds nothing that the
/// state does not: after a start everything outstanding is simply told again.
public final class Dispatcher {
  private static final long FIRST_RETRY_MILLIS = 5_000;
  private static final long LAST_RETRY_MILLIS = 300_000;

  /// 5 s doubled so often is more than the last wait.
  private static final int LEVELS = 7;

  /// Something to be told again if it is still outstanding then; `times` it was told before.
  private record Retry(long at, Work work, int times) {}

  /// By how often they were told. All of one queue wait equally long, so that each is in the order
  /// of time by itself.
  private final List<ArrayDeque<Retry>> retries = new ArrayList<>();

  private final long sweepMillis;
  private long nextSweep;
  private boolean hasToldAll;

  /// @param sweepMillis how often the two sides are compared
  public Dispatcher(long sweepMillis) {
    this.sweepMillis = sweepMillis;
    for (int level = 0; level < LEVELS; level++) {
      retries.add(new ArrayDeque<>());
    }
  }

  /// What the backend is to be told now.
  public List<Backend.Instruction> due(State state, long now) {
    List<Backend.Instruction> instructions = new ArrayList<>();
    List<Work> fresh = state.outstanding().takeFresh();
    for (Work work : hasToldAll ? fresh : Outstanding.all(state)) {
      tell(state, work, 0, now, instructions);
    }
    hasToldAll = true;
    for (ArrayDeque<Retry> queue : retries) {
      while (!queue.isEmpty() && queue.getFirst().at() <= now) {
        Retry retry = queue.removeFirst();
        tell(state, retry.work(), retry.times(), now, instructions);
      }
    }
    if (now >= nextSweep) {
      nextSweep = sweepMillis == Long.MAX_VALUE ? Long.MAX_VALUE : now + sweepMillis;
      instructions.add(new Backend.ListAll());
    }
    return instructions;
  }

  private void tell(
      State state, Work work, int times, long now, List<Backend.Instruction> instructions) {
    if (!Outstanding.contains(state, work)) {
      return;
    }
    instructions.add(instruction(state, work));
    int level = Math.min(times, LEVELS - 1);
    long wait = Math.min(FIRST_RETRY_MILLIS << level, LAST_RETRY_MILLIS);
    retries.get(level).add(new Retry(now + wait, work, times + 1));
  }

  /// When there will be something to tell though nothing has changed.
  public long nextDue(State state) {
    long next = nextSweep;
    for (ArrayDeque<Retry> queue : retries) {
      while (!queue.isEmpty() && !Outstanding.contains(state, queue.getFirst().work())) {
        queue.removeFirst(); // most are done long before they would be told again
      }
      if (!queue.isEmpty()) {
        next = Math.min(next, queue.getFirst().at());
      }
    }
    return next;
  }

  private static Backend.Instruction instruction(State state, Work work) {
    return switch (work) {
      case StartNode(var id) -> {
        Node node = require(state.node(id), work);
        Cluster cluster = require(state.cluster(node.cluster()), work);
        yield new Backend.StartNode(
            id, cluster.name(), cluster.size(), cluster.spec(), node.virtual());
      }
      case StopNode(var id) -> new Backend.StopNode(id);
      case StartTask(var id) -> {
        Attempt attempt = require(state.attempt(id.attempt()), work);
        Job job = require(state.job(attempt.job()), work);
        Node node = require(state.node(attempt.task(id.rank()).node()), work);
        yield new Backend.StartTask(
            id,
            node.id(),
            confinement(state, require(state.cluster(node.cluster()), work), node),
            job.id(),
            job.name(),
            job.submitter(),
            attempt.number(),
            attempt.nodes(),
            job.spec().specHash(),
            attempt.limitMillis(),
            state.settings().graceMillis());
      }
      case StopTask(var id) -> new Backend.StopTask(id, state.settings().graceMillis());
    };
  }

  private static Backend.Confinement confinement(State state, Cluster cluster, Node node) {
    VmSize size = cluster.size();
    Host host = state.host();
    return new Backend.Confinement(
        node.isolation(),
        cluster.spec().network(),
        Math.min(size.vcpus(), host.cores()),
        Math.min(size.memoryMebibytes(), host.memoryMebibytes()));
  }

  private static <T> T require(@Nullable T value, Work work) {
    if (value == null) {
      throw new IllegalStateException("outstanding but unknown: " + work);
    }
    return value;
  }
}
