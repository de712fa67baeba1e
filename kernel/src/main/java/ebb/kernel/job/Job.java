package ebb.kernel.job;

import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.WorkspaceId;

/// One submitted piece of work.
///
/// @param submitter on whose behalf it runs
/// @param sequence the order of submission, for the queue
/// @param retries the budget in force, `used` what is used of it
/// @param limitMillis the run time limit in force
/// @param attempts how many attempts were ordered
/// @param failures how often in a row it went back to the queue
public record Job(
    JobId id,
    WorkspaceId workspace,
    ClusterId cluster,
    String name,
    String submitter,
    JobSpec spec,
    long sequence,
    long queuedAt,
    Retries retries,
    Retries used,
    long limitMillis,
    int attempts,
    int failures,
    boolean cancelRequested,
    Phase phase,
    Description description) {

  /// Where a job is in its life.
  public sealed interface Phase {}

  public record Queued(long at, long deadline) implements Phase {}

  /// Waits after a failure, then is queued again in its old place: until `queueDeadline` if it has
  /// not run since it was queued, else that is 0.
  public record BackingOff(long at, EndCause cause, long until, long queueDeadline)
      implements Phase {}

  /// Has a claim on nodes that are not all there yet. `queueDeadline` holds if it comes to nothing.
  public record Assembling(long at, long deadline, long queueDeadline) implements Phase {}

  public record Active(long at, AttemptId attempt) implements Phase {}

  /// Runs, or is to run, on the machine of whoever submitted it, which says what becomes of it.
  /// `startedAt` is 0 until it says that the command runs.
  public record Local(long at, long startedAt, long deadline) implements Phase {}

  /// `sequence`: the journal's sequence of the end, or of the deletion or description that came
  /// after it, by which history says that it has it.
  public record Ended(
      long at, EndCause cause, int code, String detail, long sequence, boolean deleted)
      implements Phase {
    public Ended asDeleted(long since) {
      return new Ended(at, cause, code, detail, since, true);
    }

    private Ended asOf(long since) {
      return new Ended(at, cause, code, detail, since, deleted);
    }
  }

  public Job with(Phase next) {
    return changed(used, attempts, failures, cancelRequested, next, description);
  }

  public Job backedOff(Retries nowUsed, int nowFailures, BackingOff next) {
    return changed(nowUsed, attempts, nowFailures, cancelRequested, next, description);
  }

  /// With an attempt: an active one, or a local one, of whose machine the kernel knows nothing.
  public Job attempted(int number, Phase next) {
    return changed(used, number, failures, cancelRequested, next, description);
  }

  public Job asCancelRequested() {
    return changed(used, attempts, failures, true, phase, description);
  }

  /// `since`: the journal's sequence of the change.
  public Job described(Description next, long since) {
    Phase same = phase instanceof Ended ended ? ended.asOf(since) : phase;
    return changed(used, attempts, failures, cancelRequested, same, next);
  }

  /// The job with all that can change in its life.
  private Job changed(
      Retries nowUsed,
      int nowAttempts,
      int nowFailures,
      boolean isCancelRequested,
      Phase next,
      Description nowDescription) {
    return new Job(
        id,
        workspace,
        cluster,
        name,
        submitter,
        spec,
        sequence,
        queuedAt,
        retries,
        nowUsed,
        limitMillis,
        nowAttempts,
        nowFailures,
        isCancelRequested,
        next,
        nowDescription);
  }

  /// Until when the wait may last that is under way, whatever claims come to nothing meanwhile; 0
  /// if none is.
  public long queueDeadline() {
    return switch (phase) {
      case Queued queued -> queued.deadline();
      case BackingOff backingOff -> backingOff.queueDeadline();
      case Assembling assembling -> assembling.queueDeadline();
      case Active _, Local _, Ended _ -> 0;
    };
  }

  /// Whether nobody is to be shown it any more.
  public boolean isDeleted() {
    return phase instanceof Ended ended && ended.deleted();
  }

  public boolean isEnded() {
    return phase instanceof Ended;
  }
}
