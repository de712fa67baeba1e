package ebb.app;

import ebb.app.Sweep.Position;
import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Removes the files of deleted jobs that were not removed with them: the server ended in between,
/// or it failed.
final class DeletedFiles {
  private static final System.Logger LOG = System.getLogger(DeletedFiles.class.getName());

  /// What is newer is looked at again the next time: history may still be told of a job that was
  /// deleted in the same millisecond and comes before it in the order.
  private static final long SETTLED_MILLIS = Duration.ofMinutes(1).toMillis();

  private final Path memory;
  private final Deleted deleted;
  private final Removal removal;

  /// The deleted jobs after one of them, in order; none if it was the last.
  interface Deleted {
    List<Position> after(Position position) throws IOException;
  }

  /// Removes what a job has left. Does nothing if nothing is there.
  interface Removal {
    void of(JobId job) throws IOException;
  }

  /// @param memory the file that says up to which job all files are removed
  DeletedFiles(Path memory, Deleted deleted, Removal removal) {
    this.memory = memory;
    this.deleted = deleted;
    this.removal = removal;
  }

  /// Goes on after the last job before which none has failed: what failed is tried again each time,
  /// with what comes after it, for which it is found that nothing is left to do.
  void remove(long now) throws IOException {
    Position looked = Position.read(memory);
    Position begun = looked;
    Position done = looked;
    boolean isSettled = true;
    for (List<Position> page = deleted.after(looked);
        !page.isEmpty();
        page = deleted.after(looked)) {
      for (Position job : page) {
        isSettled &= isRemoved(job.job()) && job.at() <= now - SETTLED_MILLIS;
        done = isSettled ? job : done;
        looked = job;
      }
      if (!done.equals(begun)) {
        done.write(memory);
      }
    }
  }

  private boolean isRemoved(JobId job) {
    try {
      removal.of(job);
      return true;
    } catch (IOException failure) {
      LOG.log(
          Level.WARNING,
          "the files of the deleted job {0} are not removed, and will be tried again: {1}",
          job.toString(),
          failure);
      return false;
    }
  }
}
