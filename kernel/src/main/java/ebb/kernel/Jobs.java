package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Serverless;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.VmSize;
import ebb.kernel.quota.HostUsage;
import java.util.ArrayList;
import java.util.List;

/// Decisions about jobs: submitting, cancelling, and what the end of an attempt means.
final class Jobs {
  private Jobs() {}

  static Verdict submit(State state, Order order, Command.SubmitJob submit) {
    Workspace workspace = state.workspace(submit.workspace());
    if (workspace == null || workspace.deleting()) {
      return Verdict.refused(Clusters.noWorkspace(workspace, submit.workspace()));
    }
    Job existing = state.job(workspace.id(), submit.name());
    if (existing != null && existing.isDeleted()) {
      return Verdict.refused(new Rejection.Deleted("job", submit.name()));
    }
    if (existing != null) {
      return existing.spec().equals(submit.spec())
          ? Verdict.NOTHING_NEW
          : Verdict.refused(new Rejection.NameTaken("job", submit.name()));
    }
    if (submit.spec().isLocal()) {
      return LocalJobs.submit(state, order, submit, workspace);
    }
    Serverless serverless = submit.serverless();
    if (serverless != null && !serverless.cluster().equals(submit.spec().cluster())) {
      return Verdict.refused(
          new Rejection.InvalidValue("cluster", submit.spec().cluster(), serverless.cluster()));
    }
    Cluster cluster = state.cluster(workspace.id(), submit.spec().cluster());
    NewIds ids = state.ids();
    if (cluster != null) {
      return submitTo(state, ids, order, submit, workspace, cluster, List.of());
    }
    if (serverless == null) {
      return Verdict.refused(new Rejection.NotFound("cluster", submit.spec().cluster()));
    }
    return switch (createServerless(state, ids, workspace, serverless)) {
      case Verdict.Refused refused -> refused;
      case Verdict.Accepted(List<Event> events) -> {
        Event.ClusterCreated created = (Event.ClusterCreated) events.getFirst();
        Cluster kept = Cluster.of(created, order.at());
        yield submitTo(state, ids, order, submit, workspace, kept, events);
      }
    };
  }

  /// The cluster comes to be in the same decision as its first job, under the same limits as any,
  /// and costs nothing while no job wants it.
  private static Verdict createServerless(
      State state, NewIds ids, Workspace workspace, Serverless serverless) {
    VmSize size = state.size(serverless.size());
    ClusterSpec spec =
        new ClusterSpec(
            size == null ? serverless.size() : size.name(),
            serverless.priority(),
            0,
            Rules.NODES_WITH_COMMUNICATION,
            state.settings.defaultIdleMillis(),
            workspace.location(),
            true,
            List.of());
    return Clusters.create(
        state, ids, workspace, serverless.cluster(), spec.isolated(Serverless.ISOLATION, true));
  }

  /// `before`: what has to be true first.
  private static Verdict submitTo(
      State state,
      NewIds ids,
      Order order,
      Command.SubmitJob submit,
      Workspace workspace,
      Cluster cluster,
      List<Event> before) {
    Rejection refusal = submitRefusal(state, order, submit, workspace, cluster);
    if (refusal != null) {
      return Verdict.refused(refusal);
    }
    List<Event> events = new ArrayList<>(before);
    events.add(queued(state, ids, order, submit, workspace, cluster));
    return new Verdict.Accepted(events);
  }

  private static @Nullable Rejection submitRefusal(
      State state, Order order, Command.SubmitJob submit, Workspace workspace, Cluster cluster) {
    if (cluster.deleting()) {
      return new Rejection.BeingDeleted("cluster", cluster.name());
    }
    int nodes = submit.spec().nodes();
    if (nodes > cluster.spec().max()) {
      return new Rejection.NodesExceedMax(cluster.name(), cluster.spec().max(), nodes);
    }
    Rejection never = HostUsage.neverFit(state.host, cluster.size(), nodes);
    if (never != null) {
      return never;
    }
    return anywhereRefusal(state, order, submit, workspace);
  }

  /// What stands in a job's way wherever it is to run. Local jobs are counted with the waiting ones
  /// until they end: no node bounds them.
  static @Nullable Rejection anywhereRefusal(
      State state, Order order, Command.SubmitJob submit, Workspace workspace) {
    int waiting = state.waitingJobs.getOrDefault(workspace.id(), 0);
    if (waiting >= state.settings.queuedJobs()) {
      return new Rejection.TooMany(
          "jobs in the workspace that wait or are local", state.settings.queuedJobs());
    }
    if (!Rules.isJobName(submit.name())) {
      return new Rejection.InvalidName("job", submit.name(), Rules.JOB_NAME);
    }
    Rejection invalid = Rules.job(submit.spec());
    if (invalid != null) {
      return invalid;
    }
    if (order.at() - submit.nameCheckedAt() > state.settings.archiveMillis()) {
      return new Rejection.NameCheckTooOld(submit.name());
    }
    return Guards.start(state);
  }

  private static Event queued(
      State state,
      NewIds ids,
      Order order,
      Command.SubmitJob submit,
      Workspace workspace,
      Cluster cluster) {
    JobSpec spec = submit.spec();
    long lifetime =
        cluster.spec().priority() == Priority.LOW
            ? state.settings.lifetimeLowMillis()
            : state.settings.lifetimeMillis();
    long limit = spec.limitMillis() == 0 ? lifetime : Math.min(spec.limitMillis(), lifetime);
    return new Event.JobQueued(
        new JobId(ids.next()),
        workspace.id(),
        cluster.id(),
        submit.name(),
        order.actor().person(),
        spec,
        withDefaults(spec.retries(), state.settings.retries()),
        limit,
        queuedUntil(state, order.at()));
  }

  /// Until when a job that is queued again may wait: as before if it has not run since it was
  /// queued, for a claim that came to nothing is no end of its wait.
  static long queueDeadline(State state, Job job, long now) {
    long open = job.queueDeadline();
    return open == 0 ? queuedUntil(state, now) : open;
  }

  private static long queuedUntil(State state, long now) {
    return now + state.settings.queueMillis();
  }

  private static Retries withDefaults(Retries asked, Retries defaults) {
    return new Retries(
        asked.preempted() < 0 ? defaults.preempted() : asked.preempted(),
        asked.infrastructure() < 0 ? defaults.infrastructure() : asked.infrastructure(),
        asked.failed() < 0 ? defaults.failed() : asked.failed());
  }

  static Verdict cancel(State state, Order order, Command.CancelJob cancel) {
    Workspace workspace = state.workspace(cancel.workspace());
    Job job = workspace == null ? null : state.job(workspace.id(), cancel.name());
    if (job == null) {
      return Verdict.refused(new Rejection.NotFound("job", cancel.name()));
    }
    return switch (job.phase()) {
      case Job.Queued _, Job.BackingOff _, Job.Assembling _ ->
          Verdict.accepted(
              new Event.CancelHit(job.id(), Why.phase(job)),
              new Event.JobEnded(job.id(), EndCause.CANCELED, 0, "canceled before it started"));
      case Job.Active active -> {
        Attempt attempt = State.require(state.attempts.get(active.attempt()), "attempt of", job);
        yield cancelActive(state, order, job, attempt);
      }
      case Job.Local local -> LocalJobs.cancel(state, order, job, local);
      case Job.Ended ended ->
          Verdict.refused(new Rejection.AlreadyEnded(job.name(), ended.cause()));
    };
  }

  /// A lock on what the job is in forbids it, as with Azure. Of a job that has left memory the
  /// kernel knows no more than the shell says: that history has it.
  static Verdict delete(State state, Command.DeleteJob delete) {
    Workspace workspace = state.workspace(delete.workspace());
    Job job = workspace == null ? null : state.job(workspace.id(), delete.name());
    JobId id = job == null ? delete.past() : job.id();
    if (workspace == null || id.equals(JobId.NONE)) {
      return Verdict.refused(new Rejection.NotFound("job", delete.name()));
    }
    if (job != null && !job.isEnded()) {
      return Verdict.refused(new Rejection.NotEnded(job.name(), Why.phase(job)));
    }
    Rejection lock = Guards.scaling(state, delete.workspace());
    if (lock != null) {
      return Verdict.refused(lock);
    }
    return job != null && job.isDeleted()
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.JobDeleted(id));
  }

  /// Whatever has become of it: nothing is decided by what is said about a job. Of one that has
  /// left memory the kernel knows no more than the shell says, as when it is deleted.
  static Verdict describe(State state, Command.DescribeJob describe) {
    Workspace workspace = state.workspace(describe.workspace());
    Job job = workspace == null ? null : state.job(workspace.id(), describe.name());
    JobId id = job == null ? describe.past() : job.id();
    if (workspace == null || id.equals(JobId.NONE)) {
      return Verdict.refused(new Rejection.NotFound("job", describe.name()));
    }
    if (job != null && job.isDeleted()) {
      return Verdict.refused(new Rejection.Deleted("job", describe.name()));
    }
    if (job != null && job.description().equals(describe.description())) {
      return Verdict.NOTHING_NEW;
    }
    Rejection refusal = Guards.start(state); // it takes room on the disk, as a submission does
    return refusal == null
        ? Verdict.accepted(new Event.JobDescribed(id, describe.description()))
        : Verdict.refused(refusal);
  }

  /// Also while a start is in flight: the stop overtakes it, and a backend that never saw the start
  /// refuses it.
  private static Verdict cancelActive(State state, Order order, Job job, Attempt attempt) {
    if (job.cancelRequested()) {
      return Verdict.NOTHING_NEW;
    }
    List<Event> events = new ArrayList<>();
    events.add(new Event.CancelHit(job.id(), Why.phase(attempt)));
    events.add(new Event.CancelRequested(job.id()));
    if (!attempt.isStopping()) {
      events.add(stopping(state, attempt, EndCause.CANCELED, 0, "canceled", order.at()));
    }
    return new Verdict.Accepted(events);
  }

  static Event.AttemptStopping stopping(
      State state, Attempt attempt, EndCause cause, int code, String detail, long at) {
    long deadline = at + state.settings.graceMillis() + state.settings.stopMillis();
    return new Event.AttemptStopping(attempt.id(), cause, code, detail, deadline);
  }

  /// The attempt is over: its job ends, or goes back to the queue if its budget for this cause
  /// allows.
  static void attemptEnded(
      State state,
      Attempt attempt,
      EndCause cause,
      int code,
      String detail,
      long at,
      List<Event> events) {
    events.add(new Event.AttemptEnded(attempt.id(), cause, code, detail));
    Job job = State.require(state.jobs.get(attempt.job()), "job", attempt.job());
    if (cause == EndCause.SUCCEEDED) {
      events.add(new Event.JobEnded(job.id(), cause, code, detail));
    } else if (job.cancelRequested()) {
      events.add(new Event.JobEnded(job.id(), EndCause.CANCELED, code, "canceled"));
    } else if (state.clusterOf(job).deleting()) {
      events.add(
          new Event.JobEnded(job.id(), EndCause.CLUSTER_DELETED, code, "its cluster is deleted"));
    } else if (job.used().of(cause) < job.retries().of(cause)) {
      events.add(backedOff(state, job, cause, at));
    } else {
      events.add(new Event.JobEnded(job.id(), cause, code, detail));
    }
  }

  /// A preempted job is as good as before and waits no longer than it must; after a fault each wait
  /// doubles.
  private static Event backedOff(State state, Job job, EndCause cause, long at) {
    int failures = cause == EndCause.PREEMPTED ? 0 : job.failures() + 1;
    long until = failures == 0 ? at : at + backOff(state, failures);
    return new Event.JobBackedOff(job.id(), cause, job.used().plusOne(cause), failures, until);
  }

  static long backOff(State state, int failures) {
    int doublings = Math.clamp(failures - 1L, 0, 30);
    return Math.min(state.settings.backOffMillis() << doublings, state.settings.backOffMaxMillis());
  }
}
