package ebb.simulator.invariants;

import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;

/// Once the faults have ceased, every job that was ever accepted ends, and it ends once.
final class EveryJobEnds implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (event instanceof Event.JobEvent about && !(about instanceof Event.JobsArchived)) {
      JobId job =
          switch (about) {
            case Event.JobQueued queued -> queued.job();
            case Event.JobAssembling assembling -> assembling.job();
            case Event.JobBackedOff backedOff -> backedOff.job();
            case Event.BackOffEnded ended -> ended.job();
            case Event.ClaimGivenBack back -> back.job();
            case Event.CancelRequested requested -> requested.job();
            case Event.JobDeleted deleted -> {
              History.Job its = history.jobs.get(deleted.job());
              check(its == null || its.ends == 1, "before its end: ", event);
              yield JobId.NONE;
            }
            case Event.JobEnded ended -> ended.job();
            case Event.LocalJobTaken taken -> taken.job();
            case Event.LocalJobStarted started -> started.job();
            case Event.LocalJobAwaited awaited -> awaited.job();
            case Event.JobDescribed _, Event.JobsArchived _ -> JobId.NONE;
          };
      History.Job known = history.jobs.get(job);
      check(known == null || known.ends == 0, "after its end: ", event);
    }
  }

  @Override
  public void healed(Healed healed) {
    healed
        .history()
        .jobs
        .values()
        .forEach(job -> check(job.ends == 1, job.queued, " is ", job.stand));
    healed
        .history()
        .attempts
        .values()
        .forEach(attempt -> check(attempt.over && attempt.live.isEmpty(), attempt.ordered));
  }
}
