package ebb.kernel;

import ebb.kernel.cluster.Workspace;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Thing;
import ebb.kernel.protocol.Verdict;
import java.util.List;

/// Decisions about local jobs: those that run on the machine of whoever submits them. It has no
/// node, costs nothing and is never tried again; what is known of it is what that machine says, and
/// what it does not say in time is not waited for.
final class LocalJobs {
  private LocalJobs() {}

  static Verdict submit(State state, Order order, Command.SubmitJob submit, Workspace workspace) {
    Rejection refusal = refusal(state, order, submit, workspace);
    if (refusal != null) {
      return Verdict.refused(refusal);
    }
    JobSpec spec = submit.spec();
    long lifetime = state.settings.lifetimeMillis();
    long limit = spec.limitMillis() == 0 ? lifetime : Math.min(spec.limitMillis(), lifetime);
    JobId id = new JobId(state.ids().next());
    long deadline = order.at() + state.settings.startMillis();
    return Verdict.accepted(
        new Event.JobQueued(
            id,
            workspace.id(),
            ClusterId.NONE,
            submit.name(),
            order.actor().person(),
            spec,
            Retries.NONE,
            limit,
            deadline),
        new Event.LocalJobTaken(id, deadline));
  }

  private static @Nullable Rejection refusal(
      State state, Order order, Command.SubmitJob submit, Workspace workspace) {
    if (submit.spec().nodes() > 1) {
      return new Rejection.InvalidValue(
          "nodes", String.valueOf(submit.spec().nodes()), "1, for a local job has one machine");
    }
    return Jobs.anywhereRefusal(state, order, submit, workspace);
  }

  static Verdict started(State state, Order order, Command.ReportLocalStart report) {
    Found found = find(state, order, report.workspace(), report.name());
    if (found.refusal() != null) {
      return Verdict.refused(found.refusal());
    }
    Job job = found.require();
    if (!(job.phase() instanceof Job.Local local)) {
      return notExpected(job, report);
    }
    if (local.startedAt() != 0) {
      return Verdict.NOTHING_NEW;
    }
    // A cancel that came first stays due when it was.
    long deadline =
        job.cancelRequested() ? local.deadline() : order.at() + job.limitMillis() + ending(state);
    return Verdict.accepted(new Event.LocalJobStarted(job.id(), deadline));
  }

  /// Its end is awaited on while what it has left comes, however slowly; but not for ever.
  static Verdict sending(State state, Order order, Command.ReportLocalSending report) {
    Found found = find(state, order, report.workspace(), report.name());
    if (found.refusal() != null) {
      return Verdict.refused(found.refusal());
    }
    Job job = found.require();
    if (!(job.phase() instanceof Job.Local local)) {
      return notExpected(job, report);
    }
    long latest = local.at() + job.limitMillis() + state.settings.lifetimeMillis();
    long deadline = Math.min(latest, order.at() + ending(state));
    return deadline <= local.deadline()
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.LocalJobAwaited(job.id(), deadline));
  }

  static Verdict ended(State state, Order order, Command.ReportLocalEnd report) {
    Found found = find(state, order, report.workspace(), report.name());
    if (found.refusal() != null) {
      return Verdict.refused(found.refusal());
    }
    Job job = found.require();
    if (!(job.phase() instanceof Job.Local)) {
      return notExpected(job, report);
    }
    TaskReport how = report.report();
    return Verdict.accepted(
        new Event.JobEnded(
            job.id(), cause(job, how), how.code(), Tasks.describe(how, job.limitMillis())));
  }

  /// As with other jobs, a success counts although a cancel was on its way.
  private static EndCause cause(Job job, TaskReport report) {
    if (report.end() == TaskEnd.EXITED && report.code() == 0) {
      return EndCause.SUCCEEDED;
    }
    if (job.cancelRequested()) {
      return EndCause.CANCELED;
    }
    return switch (report.end()) {
      case EXITED, REFUSED, DISK -> EndCause.FAILED;
      case LIMIT -> EndCause.TIME_LIMIT;
      case STOPPED, NEVER_STARTED, LOST -> EndCause.INFRASTRUCTURE;
    };
  }

  /// Its machine hears of it when it speaks next; one that does not speak is not waited for.
  static Verdict cancel(State state, Order order, Job job, Job.Local local) {
    if (job.cancelRequested()) {
      return Verdict.NOTHING_NEW;
    }
    long deadline = Math.min(local.deadline(), order.at() + ending(state));
    return Verdict.accepted(
        new Event.CancelHit(job.id(), Why.phase(job)),
        new Event.CancelRequested(job.id()),
        new Event.LocalJobAwaited(job.id(), deadline));
  }

  /// How long the end of a task may take to be known: its grace, and the way here.
  private static long ending(State state) {
    return state.settings.graceMillis() + state.settings.stopMillis();
  }

  /// What was due of a local job's machine has not come.
  static Event lost(Job job, Job.Local local) {
    if (job.cancelRequested()) {
      return new Event.JobEnded(
          job.id(), EndCause.CANCELED, 0, "canceled; its machine has not confirmed the end");
    }
    return new Event.JobEnded(
        job.id(),
        EndCause.INFRASTRUCTURE,
        0,
        local.startedAt() == 0
            ? "the machine that submitted it has not said that it started"
            : "unknown: the machine that runs it has not said how it ended by its time limit");
  }

  static Event workspaceDeleted(Job job) {
    return new Event.JobEnded(
        job.id(), EndCause.CANCELED, 0, "its workspace is deleted; its machine was not asked");
  }

  /// A server that was away may have missed what was said: nothing is due at once.
  static void await(State state, long now, List<Event> events) {
    long soonest = now + state.settings.observeMillis();
    for (Thing due : state.deadlines.dueBefore(soonest)) {
      Job job = due.kind() == Thing.Kind.JOB ? state.jobs.get(new JobId(due.id())) : null;
      if (job != null && job.phase() instanceof Job.Local) {
        events.add(new Event.LocalJobAwaited(job.id(), soonest));
      }
    }
  }

  /// The phase in words, for people.
  static String phase(Job job, Job.Local local) {
    String what = local.startedAt() == 0 ? "local, starting" : "local, running";
    return job.cancelRequested() ? "local, stopping" : what;
  }

  private record Found(@Nullable Job job, @Nullable Rejection refusal) {
    Job require() {
      return State.require(job, "job that was found", "");
    }
  }

  /// The job, for whoever submitted it: nobody else knows what became of it.
  private static Found find(State state, Order order, Scope scope, String name) {
    Workspace workspace = state.workspace(scope);
    Job job = workspace == null ? null : state.job(workspace.id(), name);
    if (job == null) {
      return new Found(null, new Rejection.NotFound("job", name));
    }
    return job.submitter().equals(order.actor().person())
        ? new Found(job, null)
        : new Found(
            null, new Rejection.NotAuthorized(order.actor().principal(), Action.WRITE, scope));
  }

  private static Verdict notExpected(Job job, Command.Wish report) {
    return Verdict.refused(
        job.phase() instanceof Job.Ended ended && job.spec().isLocal()
            ? new Rejection.AlreadyEnded(job.name(), ended.cause())
            : new Rejection.NotExpected(report.getClass().getSimpleName(), Why.phase(job)));
  }
}
