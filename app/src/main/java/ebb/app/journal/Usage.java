package ebb.app.journal;

import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Weakness;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the tasks of all attempts of a job have used, and how they were kept apart.
///
/// @param peakMemoryKibibytes the most that one task had at a time
/// @param checkpoint the newest, of the first node that has left one; empty if none is known
/// @param isolation of its weakest node; null if it had none
/// @param weaknesses of any of its nodes
/// @param virtual whether one of its nodes shares the machine
/// @param isWhole whether history has heard of the job's end; until then tasks are missing
public record Usage(
    long cpuMillis,
    long peakMemoryKibibytes,
    long bytesRead,
    long bytesWritten,
    String checkpoint,
    @Nullable Isolation isolation,
    List<Weakness> weaknesses,
    boolean virtual,
    boolean isWhole) {
  static final Usage NONE = new Usage(0, 0, 0, 0, "", null, List.of(), false, false);

  /// A row for each task, the newest attempt first.
  static final String OF_JOB =
      "SELECT t.cpu_millis, t.peak_memory_kibibytes, t.bytes_read, t.bytes_written,"
          + " t.checkpoint, n.isolation, n.weaknesses, n.virtual, j.ended FROM attempts a"
          + " JOIN jobs j ON j.id = a.job JOIN tasks t ON t.attempt = a.id"
          + " JOIN nodes n ON n.id = t.node"
          + " WHERE a.job = ? ORDER BY a.number DESC, t.rank";

  static Usage of(ResultSet task) throws SQLException {
    return new Usage(
        task.getLong(1),
        task.getLong(2),
        task.getLong(3),
        task.getLong(4),
        task.getString(5),
        Isolation.valueOf(task.getString(6)),
        weaknesses(task.getString(7)),
        task.getInt(8) != 0,
        task.getLong(9) != 0);
  }

  /// Weaknesses as the column has them.
  static String text(List<Weakness> weaknesses) {
    return weaknesses.stream().map(Weakness::name).collect(Collectors.joining(","));
  }

  private static List<Weakness> weaknesses(String text) {
    return text.isEmpty()
        ? List.of()
        : Stream.of(text.split(",", -1)).map(Weakness::valueOf).toList();
  }

  /// With what a task has used that comes after those of this.
  Usage plus(Usage task) {
    return new Usage(
        cpuMillis + task.cpuMillis,
        Math.max(peakMemoryKibibytes, task.peakMemoryKibibytes),
        bytesRead + task.bytesRead,
        bytesWritten + task.bytesWritten,
        checkpoint.isEmpty() ? task.checkpoint : checkpoint,
        isolation == Isolation.NONE ? isolation : task.isolation,
        Weakness.sorted(Stream.concat(weaknesses.stream(), task.weaknesses.stream()).toList()),
        virtual || task.virtual,
        task.isWhole);
  }
}
