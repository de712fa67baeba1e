package ebb.simulator.invariants;

import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Retries;
import java.util.TreeMap;

/// A job goes back to the queue only within its budget for the cause, each cause counts for itself,
/// and what was cancelled or ran out of time is not run again. None ends for a cause whose budget
/// is not used up.
final class RetryBudgetsAreKept implements Promise {
  private final TreeMap<AttemptId, EndCause> ended = new TreeMap<>();

  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.AttemptEnded over -> ended.put(over.attempt(), over.cause());
      case Event.JobBackedOff backedOff -> {
        History.Job job = history.jobs.get(backedOff.job());
        Retries budget = job.queued.retries();
        Retries used = backedOff.used();
        check(
            used.preempted() <= budget.preempted()
                && used.infrastructure() <= budget.infrastructure()
                && used.failed() <= budget.failed(),
            backedOff,
            " of ",
            budget);
        boolean assembly = job.stand == History.Stand.ASSEMBLING;
        EndCause cause = backedOff.cause();
        check(
            assembly ? used.equals(job.used) : used.equals(job.used.plusOne(cause)),
            backedOff,
            " after ",
            job.used);
        check(assembly || cause == ended.get(job.attempt), backedOff, " is not why it ended");
      }
      case Event.JobEnded over -> {
        History.Job job = history.jobs.get(over.job());
        int budget = job.queued.retries().of(over.cause());
        check(job.used.of(over.cause()) >= budget, over, " after ", job.used, " of ", budget);
      }
      default -> {} // nothing else uses a budget
    }
  }
}
