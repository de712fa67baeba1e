package ebb.app.journal;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What was: jobs, nodes and clusters, read from the tables that the projector writes. Lists come
/// in pages by key, each a short transaction of its own. Costs the kernel nothing; may be asked
/// from any thread.
///
/// Times are milliseconds, 0 for what has not happened.
public final class History {
  /// Enough for one in the middle, few enough to be of today's machine.
  private static final int STARTS_LOOKED_AT = 11;

  /// Twice what history is behind under full load, and less than clients wait for an answer.
  private static final long WHOLE_WITHIN_MILLIS = 5_000;

  private final Readers readers;
  private final Projector projector;
  private final Ledger ledger;

  /// What the journal held when the server started: jobs that left memory before are all in it.
  private final long heldAtStart;

  History(Readers readers, Projector projector, long heldAtStart) {
    this.readers = readers;
    this.projector = projector;
    this.heldAtStart = heldAtStart;
    this.ledger = new Ledger(readers, Long.MAX_VALUE);
  }

  public record PastNode(
      NodeId id,
      ClusterId cluster,
      JobId askedFor,
      Rates rates,
      boolean virtual,
      long askedAt,
      long acceptedAt,
      long readyAt,
      String failure,
      long releaseAskedAt,
      @Nullable ReleaseCause releaseCause,
      String releaseDetail,
      long goneAt) {}

  /// The sequence up to which the tables hold everything.
  public long reached() {
    return projector.reached();
  }

  /// Whether everything that left memory is here. Not so while the tables are being rebuilt.
  public boolean isComplete() {
    return projector.reached() >= heldAtStart;
  }

  /// What keeps history from following the journal; null if nothing does.
  public @Nullable String trouble() {
    return projector.trouble();
  }

  /// What is metered, a moment behind what is published. For jobs that have left memory, which are
  /// in it whole.
  public Ledger ledger() {
    return ledger;
  }

  /// The same, with every segment that was closed before this was asked and none that is closed
  /// later: a sum that lacks one is a wrong bill. Waits for the tables if it must.
  ///
  /// @throws HistoryUnavailable if they do not come so far
  public Ledger wholeLedger() throws HistoryUnavailable {
    long wanted = projector.durable();
    try {
      if (projector.await(wanted, projector.trouble() == null ? WHOLE_WITHIN_MILLIS : 0)) {
        return new Ledger(readers, wanted);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String trouble = projector.trouble();
    String behind = "history has come to event %d of %d".formatted(reached(), wanted);
    throw new HistoryUnavailable(
        trouble == null
            ? "Sums would not be whole: %s. Try again in a moment.".formatted(behind)
            : "Sums would not be whole: %s. %s".formatted(behind, trouble),
        trouble == null);
  }

  /// The job of that name in the workspace, whatever the case of its letters, deleted or not.
  ///
  /// @throws HistoryUnavailable also while history is incomplete and does not have it: the name may
  ///   be taken
  public Optional<PastJob> job(WorkspaceId workspace, String name) throws HistoryUnavailable {
    // Most names that are asked for are new, and a statement costs as much as it has columns even
    // if it finds nothing: the driver asks for the name of each.
    Optional<JobId> newest =
        one(
            "SELECT id FROM jobs WHERE workspace = ? AND name = ? ORDER BY id DESC LIMIT 1",
            row -> new JobId(row.getLong(1)),
            workspace.value(),
            name);
    return newest.isPresent() ? job(newest.get()) : Optional.empty();
  }

  public Optional<PastJob> job(JobId id) throws HistoryUnavailable {
    return one(PastJob.SELECT + " WHERE id = ?", PastJob::of, id.value());
  }

  private <T> Optional<T> one(String sql, Readers.RowReader<T> row, Object... values)
      throws HistoryUnavailable {
    boolean complete = isComplete();
    List<T> found = readers.list(sql, row, values);
    if (found.isEmpty() && !complete) {
      throw new HistoryUnavailable(
          "History is being rebuilt: it has come to event "
              + reached()
              + " of "
              + heldAtStart
              + ". Try again in a moment.",
          true);
    }
    return found.stream().findFirst();
  }

  /// Jobs of a workspace that are not deleted, newest first, older than `before`; [#NEWEST] begins.
  public List<PastJob> jobs(WorkspaceId workspace, Listed which, JobId before, int most)
      throws HistoryUnavailable {
    return readers.list(
        PastJob.SELECT
            + " WHERE workspace = ? AND id < ? AND deleted = 0"
            + which.condition()
            + " ORDER BY id DESC LIMIT ?",
        PastJob::of,
        workspace.value(),
        before.value(),
        most);
  }

  /// Jobs that ended after that one, up to a time, in the order in which they ended.
  public List<PastJob> endedAfter(long endedAt, JobId job, long until, int most)
      throws HistoryUnavailable {
    return readers.list(
        PastJob.SELECT
            + " WHERE ended <> 0 AND (ended, id) > (?, ?) AND ended <= ? ORDER BY ended, id LIMIT ?",
        PastJob::of,
        endedAt,
        job.value(),
        until,
        most);
  }

  /// Jobs that were deleted after that one, in the order in which they were.
  public List<PastJob> deletedAfter(long deletedAt, JobId job, int most) throws HistoryUnavailable {
    return readers.list(
        PastJob.SELECT
            + " WHERE deleted <> 0 AND (deleted, id) > (?, ?) ORDER BY deleted, id LIMIT ?",
        PastJob::of,
        deletedAt,
        job.value(),
        most);
  }

  /// Whether a job is in the tables that is not deleted and names this, as what it runs or what is
  /// said of it.
  ///
  /// @throws HistoryUnavailable also while history is incomplete and has none: there may be one
  public boolean hasJobOf(String hash) throws HistoryUnavailable {
    return hasJob("spec_hash = ?", hash) || hasJob("words_hash = ? AND words_hash <> ''", hash);
  }

  private boolean hasJob(String condition, String hash) throws HistoryUnavailable {
    return one(
            "SELECT id FROM jobs WHERE " + condition + " AND deleted = 0 LIMIT 1",
            row -> row.getLong(1),
            hash)
        .isPresent();
  }

  /// Before which every job is.
  public static final JobId NEWEST = new JobId(Long.MAX_VALUE);

  /// What the tasks of all attempts of a job have used.
  public Usage usage(JobId job) throws HistoryUnavailable {
    return readers.list(Usage.OF_JOB, Usage::of, job.value()).stream()
        .reduce(Usage.NONE, Usage::plus);
  }

  /// How long the newest nodes of a cluster took from being asked for to being ready, the one in
  /// the middle; empty if none ever was.
  public OptionalLong nodeStartMillis(ClusterId cluster) throws HistoryUnavailable {
    long[] took =
        readers
            .list(
                "SELECT ready - asked FROM nodes WHERE cluster = ? AND ready > 0"
                    + " ORDER BY id DESC LIMIT "
                    + STARTS_LOOKED_AT,
                row -> row.getLong(1),
                cluster.value())
            .stream()
            .mapToLong(Long::longValue)
            .sorted()
            .toArray();
    return took.length == 0 ? OptionalLong.empty() : OptionalLong.of(took[took.length / 2]);
  }

  /// Nodes of a cluster in the order in which they were asked for, after `after`; [NodeId#NONE]
  /// begins.
  public List<PastNode> nodes(ClusterId cluster, NodeId after, int most) throws HistoryUnavailable {
    return readers.list(
        "SELECT id, cluster, asked_for, list_rate, internal_rate, invoice_rate, virtual, asked,"
            + " accepted, ready, failure, release_asked, release_cause, release_detail, gone"
            + " FROM nodes WHERE cluster = ? AND id > ? ORDER BY id LIMIT ?",
        History::pastNode,
        cluster.value(),
        after.value(),
        most);
  }

  /// A cluster that is or was, by the workspace and the name that it had.
  public record PastCluster(WorkspaceId workspace, String name) {}

  public Optional<PastCluster> cluster(ClusterId id) throws HistoryUnavailable {
    return one(
        "SELECT workspace, name FROM clusters WHERE id = ?",
        row -> new PastCluster(new WorkspaceId(row.getLong(1)), row.getString(2)),
        id.value());
  }

  /// What a cluster was called, and in which workspace; both outlive it.
  public record ClusterName(String workspace, String name) {}

  /// The names of the clusters with ids from `first` to `last`, also of those that were deleted.
  public Map<ClusterId, ClusterName> clusterNames(ClusterId first, ClusterId last)
      throws HistoryUnavailable {
    Map<ClusterId, ClusterName> names = new HashMap<>();
    readers.list(
        "SELECT c.id, w.name, c.name FROM clusters c"
            + " JOIN workspaces w ON w.id = c.workspace WHERE c.id BETWEEN ? AND ?",
        row ->
            names.put(
                new ClusterId(row.getLong(1)), new ClusterName(row.getString(2), row.getString(3))),
        first.value(),
        last.value());
    return names;
  }

  static @Nullable EndCause endCause(String name) {
    return name.isEmpty() ? null : EndCause.valueOf(name);
  }

  private static PastNode pastNode(ResultSet row) throws SQLException {
    String cause = row.getString(13);
    return new PastNode(
        new NodeId(row.getLong(1)),
        new ClusterId(row.getLong(2)),
        new JobId(row.getLong(3)),
        new Rates(row.getLong(4), row.getLong(5), row.getLong(6)),
        row.getInt(7) != 0,
        row.getLong(8),
        row.getLong(9),
        row.getLong(10),
        row.getString(11),
        row.getLong(12),
        cause.isEmpty() ? null : ReleaseCause.valueOf(cause),
        row.getString(14),
        row.getLong(15));
  }
}
