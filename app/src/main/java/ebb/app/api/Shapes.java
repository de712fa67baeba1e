package ebb.app.api;

import ebb.app.journal.PastJob;
import ebb.app.journal.Usage;
import ebb.app.view.ClusterSeen;
import ebb.app.view.JobSeen;
import ebb.app.view.NodeSeen;
import ebb.app.view.Rules;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.money.Charges;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.Weakness;
import ebb.kernel.quota.HostUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What answers look like: records that become JSON as they stand. Times are ISO 8601 in UTC,
/// durations ISO 8601, amounts in the price book's currency.
final class Shapes {
  private static final int DECIMALS = 6;

  private Shapes() {}

  /// A page of a list; `next` is the value of `after` that asks for the following page.
  record Page(List<?> value, @Nullable String next) {}

  record WorkspaceShown(
      String id, String subscription, String group, String name, String location, String state) {
    static WorkspaceShown of(Workspace workspace) {
      Scope scope = workspace.scope();
      return new WorkspaceShown(
          workspace.id().toString(),
          scope.subscription(),
          scope.group(),
          scope.workspace(),
          workspace.location(),
          workspace.deleting() ? "deleting" : "ready");
    }
  }

  record ChargesShown(
      String list,
      String internal,
      String invoice,
      String booted,
      String ran,
      String idled,
      String left,
      @Nullable String unpriced) {
    static ChargesShown of(Charges charges) {
      return new ChargesShown(
          charges.list().rounded(DECIMALS).toPlainString(),
          charges.internal().rounded(DECIMALS).toPlainString(),
          charges.invoice().rounded(DECIMALS).toPlainString(),
          duration(charges.bootMillis()),
          duration(charges.runMillis()),
          duration(charges.idleMillis()),
          duration(charges.leaveMillis()),
          charges.unpricedMillis() == 0 ? null : duration(charges.unpricedMillis()));
    }
  }

  /// What an hour of a node costs, by kind of price; null where nobody has named it.
  record HourlyShown(
      @Nullable String list, @Nullable String internal, @Nullable String invoice, String currency) {
    static HourlyShown of(Rates rates, String currency) {
      return new HourlyShown(
          rate(rates.list()), rate(rates.internal()), rate(rates.invoice()), currency);
    }
  }

  /// A rate in units of the currency for an hour; null if it is unknown.
  static @Nullable String rate(long micros) {
    return micros == Rates.UNPRICED ? null : BigDecimal.valueOf(micros, 6).toPlainString();
  }

  /// @param virtual the machine has less than a node of the size needs: none is real
  /// @param lacks what it has less of; null if of nothing
  /// @param isolationGiven what its new nodes have of `isolation`, which is what was asked for
  /// @param weaknesses what that lacks
  /// @param nodeStart how long its newest nodes took to come; shown of one cluster
  record ClusterShown(
      String id,
      String name,
      String size,
      String priority,
      int min,
      int max,
      String idle,
      String location,
      boolean internodeCommunication,
      Map<String, String> tags,
      boolean virtual,
      HostUsage.@Nullable Lacks lacks,
      String isolation,
      String isolationGiven,
      List<String> weaknesses,
      boolean network,
      String state,
      boolean priced,
      HourlyShown hourly,
      ClusterSeen.Counts counts,
      @Nullable String nodeStart,
      ChargesShown charges) {
    static ClusterShown of(ClusterSeen seen, Rules rules, @Nullable String nodeStart, long now) {
      Cluster cluster = seen.cluster();
      ClusterSpec spec = cluster.spec();
      Map<String, String> tags = new LinkedHashMap<>();
      for (Tag tag : spec.tags()) {
        tags.put(tag.name(), tag.value());
      }
      HostUsage.Lacks lacks = HostUsage.Lacks.of(rules.host(), cluster.size());
      return new ClusterShown(
          cluster.id().toString(),
          cluster.name(),
          spec.size(),
          Shapes.priority(spec.priority()),
          spec.min(),
          spec.max(),
          duration(spec.idleMillis()),
          spec.location(),
          spec.internodeCommunication(),
          tags,
          lacks != null && rules.host().virtualNodes(),
          lacks,
          Reason.lower(spec.isolation()),
          Reason.lower(rules.host().isolation().given(spec.isolation())),
          words(rules.host().isolation().weaknesses(spec.network())),
          spec.network(),
          cluster.deleting() ? "deleting" : "ready",
          cluster.rates().list() != Rates.UNPRICED,
          HourlyShown.of(cluster.rates(), rules.prices().currency()),
          seen.counts(),
          nodeStart,
          ChargesShown.of(seen.charges(now)));
    }
  }

  /// @param code of the command that ended by itself; absent if none did
  record EndShown(String cause, @Nullable Integer code, @Nullable String detail, String at) {
    static EndShown of(EndCause cause, int code, String detail, long at) {
      return new EndShown(
          Reason.lower(cause),
          Reason.isExit(cause, code) ? code : null,
          detail.isEmpty() ? null : detail,
          time(at));
    }
  }

  /// What the tasks of an ended job have used. What is not known is absent, and so is nothing.
  ///
  /// @param cpu processor time of all of them
  /// @param peakMemoryMebibytes the most that one of them had at a time
  /// @param bytesRead from disks
  /// @param bytesWritten to disks
  /// @param checkpoint the newest that it has left in its outputs
  record UsedShown(
      @Nullable String cpu,
      @Nullable Long peakMemoryMebibytes,
      @Nullable Long bytesRead,
      @Nullable Long bytesWritten,
      @Nullable String checkpoint) {
    static @Nullable UsedShown of(@Nullable Usage usage) {
      return usage == null
          ? null
          : new UsedShown(
              usage.cpuMillis() == 0 ? null : duration(usage.cpuMillis()),
              known((usage.peakMemoryKibibytes() + 1023) / 1024),
              known(usage.bytesRead()),
              known(usage.bytesWritten()),
              usage.checkpoint().isEmpty() ? null : usage.checkpoint());
    }

    private static @Nullable Long known(long amount) {
      return amount == 0 ? null : amount;
    }
  }

  record JobShown(
      String id,
      String name,
      String cluster,
      String account,
      int priority,
      int nodes,
      String limit,
      String specification,
      String phase,
      String since,
      String queuedAt,
      int attempts,
      @Nullable Boolean virtual,
      @Nullable String isolation,
      @Nullable List<String> weaknesses,
      @Nullable UsedShown used,
      @Nullable EndShown end,
      @Nullable ChargesShown charges,
      @Nullable Boolean archived) {

    static JobShown of(JobSeen seen, @Nullable Attempt attempt, JobFacts facts) {
      Job job = seen.job();
      JobSpec spec = job.spec();
      return new JobShown(
          job.id().toString(),
          job.name(),
          spec.cluster(),
          spec.account(),
          spec.priority(),
          spec.nodes(),
          duration(job.limitMillis()),
          spec.specHash(),
          Shapes.phase(job, attempt),
          time(sinceOf(job, attempt)),
          time(job.queuedAt()),
          job.attempts(),
          facts.virtual(),
          facts.isolationShown(),
          facts.weaknessesShown(),
          UsedShown.of(facts.used()),
          job.phase() instanceof Job.Ended ended
              ? EndShown.of(ended.cause(), ended.code(), ended.detail(), ended.at())
              : null,
          facts.charges() == null ? null : ChargesShown.of(facts.charges()),
          archived(job.description()));
    }

    static JobShown of(PastJob job, JobFacts facts) {
      JobSpec spec = job.spec();
      return new JobShown(
          job.id().toString(),
          job.name(),
          spec.cluster(),
          spec.account(),
          spec.priority(),
          spec.nodes(),
          duration(job.limitMillis()),
          spec.specHash(),
          "ended",
          time(job.endedAt()),
          time(job.submittedAt()),
          job.attempts(),
          facts.virtual(),
          facts.isolationShown(),
          facts.weaknessesShown(),
          UsedShown.of(facts.used()),
          job.cause() == null
              ? null
              : EndShown.of(job.cause(), job.code(), job.detail(), job.endedAt()),
          facts.charges() == null ? null : ChargesShown.of(facts.charges()),
          archived(job.description()));
    }

    private static @Nullable Boolean archived(Description description) {
      return description.hidden() ? true : null;
    }
  }

  record NodeShown(
      String id,
      String workspace,
      String cluster,
      String phase,
      String since,
      boolean virtual,
      String isolation,
      List<String> weaknesses,
      boolean reachable,
      @Nullable String askedFor,
      @Nullable String task,
      @Nullable Integer releaseOverdue) {
    static NodeShown of(NodeSeen seen) {
      Node node = seen.node();
      return new NodeShown(
          node.id().toString(),
          seen.workspace().path(),
          seen.cluster(),
          Reason.lower(node.phase().getClass().getSimpleName()),
          time(node.phase().at()),
          node.virtual(),
          Reason.lower(node.isolation()),
          words(node.weaknesses()),
          node.unreachableUntil() == 0,
          node.askedFor().equals(JobId.NONE) ? null : node.askedFor().toString(),
          node.task().attempt().value() == 0 ? null : node.task().toString(),
          node.phase() instanceof Node.Leaving leaving && leaving.overdue() > 0
              ? leaving.overdue()
              : null);
    }
  }

  /// What an isolation lacks.
  static List<String> words(List<Weakness> weaknesses) {
    return weaknesses.stream().map(Weakness::words).toList();
  }

  /// The phase as people see it: an active job is starting, running or stopping.
  static String phase(Job job, @Nullable Attempt attempt) {
    return switch (job.phase()) {
      case Job.Queued _ -> "queued";
      case Job.BackingOff _ -> "backing off";
      case Job.Assembling _ -> "assembling";
      case Job.Active _ ->
          attempt == null ? "active" : Reason.lower(attempt.phase().getClass().getSimpleName());
      case Job.Local local ->
          job.cancelRequested() ? "stopping" : local.startedAt() == 0 ? "starting" : "running";
      case Job.Ended _ -> "ended";
    };
  }

  private static long sinceOf(Job job, @Nullable Attempt attempt) {
    return switch (job.phase()) {
      case Job.Queued queued -> queued.at();
      case Job.BackingOff backingOff -> backingOff.at();
      case Job.Assembling assembling -> assembling.at();
      case Job.Active active ->
          attempt == null
              ? active.at()
              : switch (attempt.phase()) {
                case Attempt.Starting _ -> active.at();
                case Attempt.Running running -> running.at();
                case Attempt.Stopping stopping -> stopping.at();
              };
      case Job.Local local -> Math.max(local.at(), local.startedAt());
      case Job.Ended ended -> ended.at();
    };
  }

  static String priority(Priority priority) {
    return switch (priority) {
      case DEDICATED -> "dedicated";
      case LOW -> "low";
    };
  }

  static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  static String duration(long millis) {
    return Duration.ofMillis(millis).toString();
  }
}
