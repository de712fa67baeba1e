package ebb.app.journal;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A job as it was submitted and, if `ended` is set, as it ended.
///
/// @param limitMillis the run time limit in force; the spec has the one that was asked for
/// @param deletedAt since when nobody is shown it
public record PastJob(
    JobId id,
    WorkspaceId workspace,
    String name,
    ClusterId cluster,
    JobSpec spec,
    Retries retries,
    long limitMillis,
    long submittedAt,
    String principal,
    String behalfOf,
    long cancelRequestedAt,
    int attempts,
    int backOffs,
    long endedAt,
    @Nullable EndCause cause,
    int code,
    String detail,
    long deletedAt,
    Description description) {
  static final String SELECT =
      "SELECT id, workspace, name, cluster, cluster_name, account, priority, nodes,"
          + " asked_limit_millis, asked_retries_preempted, asked_retries_infrastructure,"
          + " asked_retries_failed, spec_hash, limit_millis, retries_preempted,"
          + " retries_infrastructure, retries_failed, submitted, principal, behalf_of,"
          + " cancel_requested, attempts, back_offs, ended, cause, code, detail, deleted,"
          + " words_hash, hidden"
          + " FROM jobs";

  public boolean isDeleted() {
    return deletedAt != 0;
  }

  static PastJob of(ResultSet row) throws SQLException {
    Retries asked = new Retries(row.getInt(10), row.getInt(11), row.getInt(12));
    JobSpec spec =
        new JobSpec(
            row.getString(5),
            row.getString(6),
            row.getInt(7),
            row.getInt(8),
            row.getLong(9),
            asked,
            row.getString(13));
    return new PastJob(
        new JobId(row.getLong(1)),
        new WorkspaceId(row.getLong(2)),
        row.getString(3),
        new ClusterId(row.getLong(4)),
        spec,
        new Retries(row.getInt(15), row.getInt(16), row.getInt(17)),
        row.getLong(14),
        row.getLong(18),
        row.getString(19),
        row.getString(20),
        row.getLong(21),
        row.getInt(22),
        row.getInt(23),
        row.getLong(24),
        History.endCause(row.getString(25)),
        row.getInt(26),
        row.getString(27),
        row.getLong(28),
        new Description(row.getString(29), row.getInt(30) != 0));
  }
}
