package ebb.app.journal;

import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.TaskReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// What each event means for the read tables.
final class Projection {
  private final Statements statements;

  /// The envelope and the event at hand.
  private long at;

  private long sequence;
  private Actor actor = Actor.KERNEL;
  private String request = "";

  Projection(Connection connection) {
    this.statements = new Statements(connection);
  }

  void batch(Batch batch) throws SQLException {
    sequence = batch.firstSequence();
    for (Envelope envelope : batch.envelopes()) {
      at = envelope.at();
      actor = envelope.actor();
      request = envelope.requestId();
      for (Event event : envelope.events()) {
        project(event);
        sequence++;
      }
    }
  }

  void reached(long reached, Hash hash) throws SQLException {
    statements.run("UPDATE position SET sequence = ?, hash = ?", reached, hash.bytes());
  }

  private void project(Event event) throws SQLException {
    switch (event) {
      case Event.AttemptEvent attempt -> attempt(attempt);
      case Event.NodeEvent node -> node(node);
      case Event.JobEvent job -> job(job);
      case Event.ClusterEvent cluster -> cluster(cluster);
      case Event.ScopeEvent scope -> scope(scope);
      case Event.SystemEvent system -> system(system);
    }
  }

  private void system(Event.SystemEvent event) throws SQLException {
    switch (event) {
      case Event.ServerStarted started ->
          statements.run(
              "INSERT INTO starts VALUES (?, ?, ?, ?, ?)",
              sequence,
              at,
              started.epoch(),
              started.lastAlive(),
              started.safeMode());
      case Event.CommandRefused refused ->
          statements.run(
              "INSERT INTO refusals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              sequence,
              at,
              actor.principal(),
              actor.behalfOf(),
              request,
              refused.command(),
              refused.scope(),
              refused.name(),
              refused.rejection(),
              refused.numbers());
      case Event.CancelHit hit ->
          statements.run(
              "INSERT INTO cancels VALUES (?, ?, ?, ?, ?)",
              sequence,
              at,
              actor.principal(),
              hit.job().value(),
              hit.phase());
      case Event.SettingsChanged _,
          Event.SizesChanged _,
          Event.PricesChanged _,
          Event.QuotaChanged _,
          Event.HostChanged _,
          Event.StorageChanged _,
          Event.ClockJumped _,
          Event.Quarantined _,
          Event.QuarantineEnded _,
          Event.StrayNodeFound _,
          Event.StrayNodeGone _,
          Event.StrayTaskFound _,
          Event.StrayTaskGone _ ->
          change(event);
      case Event.BackendObserved _ -> {}
    }
  }

  private void change(Event event) throws SQLException {
    statements.run(
        "INSERT INTO changes VALUES (?, ?, ?, ?, ?)",
        sequence,
        at,
        actor.principal(),
        event.getClass().getSimpleName(),
        event.toString());
  }

  private void scope(Event.ScopeEvent event) throws SQLException {
    switch (event) {
      case Event.WorkspaceCreated created ->
          statements.run(
              "INSERT INTO workspaces VALUES (?, ?, ?, ?, ?, ?, 0)",
              created.id().value(),
              created.scope().subscription(),
              created.scope().group(),
              created.scope().workspace(),
              created.location(),
              at);
      case Event.WorkspaceDeleted deleted ->
          statements.run(
              "UPDATE workspaces SET deleted = ? WHERE id = ?", at, deleted.id().value());
      case Event.WorkspaceDeleting _,
          Event.WorkspaceTagged _,
          Event.GroupPut _,
          Event.GroupDeleted _,
          Event.RoleAssigned _,
          Event.RoleRemoved _,
          Event.LockPut _,
          Event.LockDeleted _ ->
          change(event);
    }
  }

  private void cluster(Event.ClusterEvent event) throws SQLException {
    switch (event) {
      case Event.ClusterCreated created -> {
        statements.run(
            "INSERT INTO clusters VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            created.id().value(),
            created.workspace().value(),
            created.name(),
            created.size().name(),
            created.size().family(),
            created.size().vcpus(),
            created.spec().location(),
            created.spec().priority().name(),
            created.spec().min(),
            created.spec().max(),
            created.spec().idleMillis(),
            at);
        change(event);
      }
      case Event.ClusterChanged changed -> {
        statements.run(
            "UPDATE clusters SET min_nodes = ?, max_nodes = ?, idle_millis = ? WHERE id = ?",
            changed.spec().min(),
            changed.spec().max(),
            changed.spec().idleMillis(),
            changed.id().value());
        change(event);
      }
      case Event.ClusterDeleted deleted -> {
        statements.run("UPDATE clusters SET deleted = ? WHERE id = ?", at, deleted.id().value());
        change(event);
      }
      case Event.ClusterRepriced _, Event.ClusterDeleting _ -> change(event);
      case Event.GrowthBackOffEnded _ -> {}
    }
  }

  private void node(Event.NodeEvent event) throws SQLException {
    long id = event.node().value();
    switch (event) {
      case Event.NodeRequested requested -> {
        Rates rates = requested.rates();
        statements.run(
            "INSERT INTO nodes (id, cluster, asked_for, list_rate, internal_rate, invoice_rate,"
                + " virtual, isolation, weaknesses, asked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            id,
            requested.cluster().value(),
            requested.askedFor().value(),
            rates.list(),
            rates.internal(),
            rates.invoice(),
            requested.virtual(),
            requested.isolation().name(),
            Usage.text(requested.weaknesses()),
            at);
      }
      case Event.NodeAccepted accepted ->
          statements.run("UPDATE nodes SET accepted = ? WHERE id = ?", accepted.from(), id);
      case Event.NodeReady ready ->
          statements.run("UPDATE nodes SET ready = ? WHERE id = ?", ready.at(), id);
      case Event.GrowthFailed failed ->
          statements.run("UPDATE nodes SET failure = ? WHERE id = ?", failed.detail(), id);
      case Event.NodeKept kept ->
          statements.run(
              "UPDATE nodes SET kept_cause = ?, kept_until = ? WHERE id = ?",
              kept.cause().name(),
              kept.until(),
              id);
      case Event.NodeReleased released ->
          statements.run(
              "UPDATE nodes SET release_asked = ?, release_cause = ?, release_detail = ?,"
                  + " eviction_notice = ? WHERE id = ?",
              released.at(),
              released.cause().name(),
              released.detail(),
              released.cause() == ReleaseCause.PREEMPTED ? released.at() : 0,
              id);
      case Event.ReleaseOverdue overdue ->
          statements.run("UPDATE nodes SET release_overdue = ? WHERE id = ?", overdue.times(), id);
      case Event.NodeGone gone ->
          statements.run("UPDATE nodes SET gone = ? WHERE id = ?", gone.at(), id);
      case Event.SegmentClosed closed -> segment(closed);
      case Event.NodeUnreachable _, Event.NodeReachable _ -> change(event);
    }
  }

  private void segment(Event.SegmentClosed closed) throws SQLException {
    statements.run(
        "INSERT INTO segments SELECT ?1, ?2, ?3,"
            + " coalesce((SELECT workspace FROM clusters WHERE id = ?3), 0), ?4,"
            + " coalesce((SELECT account FROM jobs WHERE id = ?4), ''),"
            + " ?5, ?6, ?7, ?8, ?9, ?10, ?11",
        sequence,
        closed.node().value(),
        closed.cluster().value(),
        closed.payer().value(),
        closed.kind().name(),
        closed.from(),
        closed.to(),
        closed.rates().list(),
        closed.rates().internal(),
        closed.rates().invoice(),
        closed.virtual());
  }

  private void job(Event.JobEvent event) throws SQLException {
    switch (event) {
      case Event.JobQueued queued -> queued(queued);
      case Event.JobBackedOff backedOff ->
          statements.run(
              "UPDATE jobs SET back_offs = back_offs + 1 WHERE id = ?", backedOff.job().value());
      case Event.CancelRequested requested ->
          statements.run(
              "UPDATE jobs SET cancel_requested = ? WHERE id = ?", at, requested.job().value());
      case Event.JobEnded ended ->
          statements.run(
              "UPDATE jobs SET ended = ?, cause = ?, code = ?, detail = ? WHERE id = ?",
              at,
              ended.cause().name(),
              ended.code(),
              ended.detail(),
              ended.job().value());
      case Event.JobDeleted deleted ->
          statements.run("UPDATE jobs SET deleted = ? WHERE id = ?", at, deleted.job().value());
      case Event.JobDescribed described ->
          statements.run(
              "UPDATE jobs SET words_hash = ?, hidden = ? WHERE id = ?",
              described.description().wordsHash(),
              described.description().hidden(),
              described.job().value());
      case Event.LocalJobTaken taken ->
          statements.run("UPDATE jobs SET attempts = 1 WHERE id = ?", taken.job().value());
      case Event.ClaimGivenBack _ -> change(event);
      case Event.JobAssembling _, Event.BackOffEnded _, Event.JobsArchived _ -> {}
      case Event.LocalJobStarted _, Event.LocalJobAwaited _ -> {}
    }
  }

  private void queued(Event.JobQueued queued) throws SQLException {
    JobSpec spec = queued.spec();
    Retries asked = spec.retries();
    Retries retries = queued.retries();
    statements.run(
        "INSERT INTO jobs (id, workspace, name, cluster, cluster_name, account, priority, nodes,"
            + " asked_limit_millis, limit_millis, asked_retries_preempted,"
            + " asked_retries_infrastructure, asked_retries_failed, retries_preempted,"
            + " retries_infrastructure, retries_failed, spec_hash, submitted, sequence, principal,"
            + " behalf_of, request)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        queued.job().value(),
        queued.workspace().value(),
        queued.name(),
        queued.cluster().value(),
        spec.cluster(),
        spec.account(),
        spec.priority(),
        spec.nodes(),
        spec.limitMillis(),
        queued.limitMillis(),
        asked.preempted(),
        asked.infrastructure(),
        asked.failed(),
        retries.preempted(),
        retries.infrastructure(),
        retries.failed(),
        spec.specHash(),
        at,
        sequence,
        actor.principal(),
        actor.behalfOf(),
        request);
  }

  private void attempt(Event.AttemptEvent event) throws SQLException {
    switch (event) {
      case Event.AttemptOrdered ordered -> ordered(ordered);
      case Event.TaskStarted started -> {
        long attempt = started.task().attempt().value();
        statements.run(
            "UPDATE tasks SET accepted = ?, prepared = ?, started = ?"
                + " WHERE attempt = ? AND rank = ?",
            started.acceptedAt(),
            started.preparedAt(),
            started.at(),
            attempt,
            started.task().rank());
        statements.run(
            "UPDATE attempts SET started = ? WHERE id = ? AND started = 0", started.at(), attempt);
      }
      case Event.TaskEnded ended -> ended(ended);
      case Event.AttemptStopping stopping ->
          statements.run(
              "UPDATE attempts SET stop_asked = ? WHERE id = ? AND stop_asked = 0",
              at,
              stopping.attempt().value());
      case Event.AttemptEnded ended ->
          statements.run(
              "UPDATE attempts SET ended = ?, cause = ?, code = ?, detail = ?, censored = ?"
                  + " WHERE id = ?",
              at,
              ended.cause().name(),
              ended.code(),
              ended.detail(),
              isCensored(ended.cause()),
              ended.attempt().value());
    }
  }

  /// Whether the attempt was ended from outside: then its duration is only a bound on how long it
  /// would have run.
  private static boolean isCensored(EndCause cause) {
    return switch (cause) {
      case SUCCEEDED, FAILED -> false;
      case CANCELED, TIME_LIMIT, PREEMPTED, INFRASTRUCTURE, QUEUE_LIMIT, CLUSTER_DELETED -> true;
    };
  }

  private void ordered(Event.AttemptOrdered ordered) throws SQLException {
    List<NodeId> nodes = ordered.nodes();
    statements.run(
        "INSERT INTO attempts (id, job, number, nodes, ordered) VALUES (?, ?, ?, ?, ?)",
        ordered.attempt().value(),
        ordered.job().value(),
        ordered.number(),
        nodes.size(),
        at);
    for (int rank = 0; rank < nodes.size(); rank++) {
      statements.run(
          "INSERT INTO tasks (attempt, rank, node) VALUES (?, ?, ?)",
          ordered.attempt().value(),
          rank,
          nodes.get(rank).value());
    }
    statements.run(
        "UPDATE jobs SET attempts = ? WHERE id = ?", ordered.number(), ordered.job().value());
  }

  private void ended(Event.TaskEnded ended) throws SQLException {
    TaskReport report = ended.report();
    statements.run(
        "UPDATE tasks SET exit_observed = ?, exit_reported = ?, task_end = ?, code = ?,"
            + " cpu_millis = ?, peak_memory_kibibytes = ?, bytes_read = ?, bytes_written = ?,"
            + " checkpoint = ?, detail = ?"
            + " WHERE attempt = ? AND rank = ?",
        ended.at(),
        at,
        report.end().name(),
        report.code(),
        report.cpuMillis(),
        report.peakMemoryKibibytes(),
        report.bytesRead(),
        report.bytesWritten(),
        report.checkpoint(),
        report.detail(),
        ended.task().attempt().value(),
        ended.task().rank());
  }
}
