package ebb.app.api;

import ebb.app.secrets.Mask;
import ebb.app.view.JobSeen;
import ebb.app.view.View;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One stream of what one task wrote, or writes, without the secrets that it was given.
record TaskLog(View view, Path file, JobId job, int attempt, Mask mask) {
  /// The bytes from an offset on, `most` at most; none if nothing is there yet, or any more.
  byte[] read(long offset, int most, boolean mayGrow) throws IOException {
    try (SeekableByteChannel channel = open()) {
      return channel == null ? new byte[0] : mask.read(channel, offset, most, mayGrow);
    }
  }

  /// Null if the file is not there yet, or was removed. A link at its end is not followed: a job
  /// must not make the server read something for it.
  private @Nullable SeekableByteChannel open() throws IOException {
    try {
      return Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException absent) {
      return null;
    }
  }

  /// Whether nothing is written any more. To be asked before it is read for the last time: what was
  /// written before the end is there.
  boolean isOver() {
    JobSeen seen = view.job(job);
    if (seen == null || seen.job().isEnded() || seen.job().attempts() > attempt) {
      return true;
    }
    if (seen.job().phase() instanceof Job.Local) {
      return false;
    }
    if (!(seen.job().phase() instanceof Job.Active active)) {
      // Over, and the next not ordered; or not yet begun, and then it is waited for.
      return seen.job().attempts() >= attempt;
    }
    Attempt running = view.attempt(active.attempt());
    return running == null || running.number() != attempt;
  }
}
