package ebb.app.journal;

import ebb.kernel.money.Charges;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.SegmentKind;
import ebb.kernel.protocol.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All segments of all nodes, and what they add up to.
///
/// Sums are exact: the tables add whole milliseconds by rate, which 64 bits hold for longer than
/// any fleet lives, and the products are 128 bits wide.
public final class Ledger {
  /// Parameters in all statements: 1 and 2 the period, 3 whose, 4 up to which event, 5 from where,
  /// 6 how many.
  private static final String WITHIN = " to_at > ?1 AND from_at < ?2 AND sequence <= ?4 AND ";

  private static final String SEGMENTS =
      "SELECT sequence, node, cluster, payer, account, kind, from_at, to_at, list_rate,"
          + " internal_rate, invoice_rate, virtual FROM segments WHERE"
          + WITHIN
          + "%s AND sequence > ?5 ORDER BY sequence LIMIT ?6";

  /// %1$s: what it is added up by, %2$s: whose.
  private static final String SUMS =
      "SELECT %1$s, kind, list_rate, internal_rate, invoice_rate,"
          + " SUM(min(to_at, ?2) - max(from_at, ?1)),"
          + " SUM(virtual * (min(to_at, ?2) - max(from_at, ?1))) FROM segments WHERE"
          + WITHIN
          + "%2$s AND %1$s IN (SELECT DISTINCT %1$s FROM segments WHERE"
          + WITHIN
          + "%2$s AND %1$s >= ?5 ORDER BY %1$s LIMIT ?6)"
          + " GROUP BY %1$s, kind, list_rate, internal_rate, invoice_rate";

  private static final String SUM =
      "SELECT '', kind, list_rate, internal_rate, invoice_rate,"
          + " SUM(min(to_at, ?2) - max(from_at, ?1)) FROM segments WHERE"
          + WITHIN
          + "%s GROUP BY kind, list_rate, internal_rate, invoice_rate";

  /// How many jobs are looked up at once.
  private static final int JOBS = 100;

  private static final String SUMS_OF_JOBS =
      "SELECT payer, kind, list_rate, internal_rate, invoice_rate, SUM(to_at - from_at)"
          + " FROM segments WHERE payer <> 0 AND payer IN (?"
          + ", ?".repeat(JOBS - 1)
          + ") GROUP BY payer, kind, list_rate, internal_rate, invoice_rate";

  private final Readers readers;
  private final long until;

  /// @param until the event after which it knows nothing: so that all that is asked of it is one
  ///   moment's, whatever is metered meanwhile
  Ledger(Readers readers, long until) {
    this.readers = readers;
    this.until = until;
  }

  /// Half-open: `from` belongs to it, `to` does not. A segment counts with the part that lies
  /// within.
  public record Period(long from, long to) {
    public static final Period ALL = new Period(0, Long.MAX_VALUE);
  }

  /// Whose segments.
  public sealed interface Of {}

  public record Everything() implements Of {}

  public record OfWorkspace(WorkspaceId workspace) implements Of {}

  public record OfJob(JobId job) implements Of {}

  public record OfCluster(ClusterId cluster) implements Of {}

  /// `payer` is [JobId#NONE] and the account empty where the cluster itself pays.
  public record Segment(
      long sequence,
      NodeId node,
      ClusterId cluster,
      JobId payer,
      String account,
      SegmentKind kind,
      long from,
      long to,
      Rates rates,
      boolean virtual) {}

  /// What a row comes to.
  ///
  /// @param virtualMillis of nodes that share the machine: what Azure's would cost, and none is
  ///   real
  public record Sum(Charges charges, long virtualMillis) {
    public static final Sum NONE = new Sum(Charges.NONE, 0);

    /// With as much time more, of which so much was virtual.
    public Sum plus(SegmentKind kind, long millis, Rates rates, long virtual) {
      return new Sum(charges.plus(kind, millis, rates), virtualMillis + virtual);
    }
  }

  /// Time of one kind at one price.
  private record Group(SegmentKind kind, Rates rates, long millis) {}

  /// Segments in the order in which they were closed, after the one with that sequence; 0 begins.
  /// Whole ones, also where only a part lies within the period.
  public List<Segment> segments(Of of, Period period, long after, int most)
      throws HistoryUnavailable {
    return readers.list(
        SEGMENTS.formatted(clause(of)),
        row ->
            new Segment(
                row.getLong(1),
                new NodeId(row.getLong(2)),
                new ClusterId(row.getLong(3)),
                new JobId(row.getLong(4)),
                row.getString(5),
                SegmentKind.valueOf(row.getString(6)),
                row.getLong(7),
                row.getLong(8),
                new Rates(row.getLong(9), row.getLong(10), row.getLong(11)),
                row.getInt(12) != 0),
        period.from(),
        period.to(),
        value(of),
        until,
        after,
        most);
  }

  /// What they add up to.
  public Charges sum(Of of, Period period) throws HistoryUnavailable {
    List<Group> groups =
        readers.list(
            SUM.formatted(clause(of)), Ledger::group, period.from(), period.to(), value(of), until);
    Charges sum = Charges.NONE;
    for (Group group : groups) {
      sum = sum.plus(group.kind(), group.millis(), group.rates());
    }
    return sum;
  }

  /// What each of these jobs has come to; [Charges#NONE] for what has no segment.
  public TreeMap<JobId, Charges> sums(List<JobId> jobs) throws HistoryUnavailable {
    TreeMap<JobId, Charges> sums = new TreeMap<>();
    jobs.forEach(job -> sums.put(job, Charges.NONE));
    for (int from = 0; from < jobs.size(); from += JOBS) {
      Object[] ids = new Object[JOBS]; // no job has the id 0
      for (int i = 0; i < JOBS; i++) {
        ids[i] = from + i < jobs.size() ? jobs.get(from + i).value() : 0L;
      }
      readers.list(
          SUMS_OF_JOBS,
          row -> {
            Group group = group(row);
            return sums.computeIfPresent(
                new JobId(row.getLong(1)),
                (_, sum) -> sum.plus(group.kind(), group.millis(), group.rates()));
          },
          ids);
    }
    return sums;
  }

  /// By job, in the order of ids, those after `after`; null begins, with [JobId#NONE] for what
  /// clusters pay themselves.
  public TreeMap<JobId, Sum> sumsByJob(Of of, Period period, @Nullable JobId after, int most)
      throws HistoryUnavailable {
    long first = after == null ? 0 : after.value() + 1;
    return sums("payer", of, period, first, most, row -> new JobId(row.getLong(1)));
  }

  public TreeMap<ClusterId, Sum> sumsByCluster(
      Of of, Period period, @Nullable ClusterId after, int most) throws HistoryUnavailable {
    long first = after == null ? 0 : after.value() + 1;
    return sums("cluster", of, period, first, most, row -> new ClusterId(row.getLong(1)));
  }

  /// By account, in the order of names, those after `after`; null begins, with the empty name for
  /// what clusters pay themselves.
  public TreeMap<String, Sum> sumsByAccount(Of of, Period period, @Nullable String after, int most)
      throws HistoryUnavailable {
    String first = after == null ? "" : after + '\u0001';
    return sums("account", of, period, first, most, row -> row.getString(1));
  }

  private <K extends Comparable<K>> TreeMap<K, Sum> sums(
      String column, Of of, Period period, Object first, int most, Readers.RowReader<K> keys)
      throws HistoryUnavailable {
    TreeMap<K, Sum> sums = new TreeMap<>();
    readers.list(
        SUMS.formatted(column, clause(of)),
        row -> {
          Group group = group(row);
          Sum before = sums.getOrDefault(keys.read(row), Sum.NONE);
          sums.put(
              keys.read(row),
              before.plus(group.kind(), group.millis(), group.rates(), row.getLong(7)));
          return group;
        },
        period.from(),
        period.to(),
        value(of),
        until,
        first,
        most);
    return sums;
  }

  private static Group group(ResultSet row) throws SQLException {
    return new Group(
        SegmentKind.valueOf(row.getString(2)),
        new Rates(row.getLong(3), row.getLong(4), row.getLong(5)),
        row.getLong(6));
  }

  private static String clause(Of of) {
    return switch (of) {
      case Everything _ -> "?3 = 0";
      case OfJob _ -> "payer = ?3 AND payer <> 0";
      case OfWorkspace _ -> "workspace = ?3";
      case OfCluster _ -> "cluster = ?3";
    };
  }

  private static Object value(Of of) {
    return switch (of) {
      case Everything _ -> 0L;
      case OfWorkspace workspace -> workspace.workspace().value();
      case OfJob job -> job.job().value();
      case OfCluster cluster -> cluster.cluster().value();
    };
  }
}
