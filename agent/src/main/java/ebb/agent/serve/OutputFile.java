package ebb.agent.serve;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// One file that a task writes to, and the bound on what is kept of it.
///
/// The task writes to the file itself, and what is past the bound is cut off afterwards, again and
/// again while it goes on writing. The other ways are worse: through a pipe, each byte passes the
/// agent, and the agent's death is a SIGPIPE to every task; RLIMIT_FSIZE kills, and counts the
/// task's own files too. The price: between two looks a file may stand above its bound by what the
/// task writes in that time (20 ms for one that grows fast). At rest and at the end the bound is
/// exact. Since the descriptor is in append mode, cutting moves where the task writes next, and
/// what is cut soon after is mostly never written to the disk.
final class OutputFile {
  private final Path path;
  private final File file;
  private final long bound;
  private long seen;
  private boolean cut;

  OutputFile(Path path, long boundBytes) {
    this.path = path;
    this.file = path.toFile();
    this.bound = boundBytes;
  }

  /// Looks once, cuts if needed; true if the next look should be soon.
  boolean holdBound() throws IOException {
    long size = file.length();
    long grown = size - seen;
    seen = size;
    if (size <= bound || (cut && size <= bound + notice().length)) {
      return cut || grown > bound / 8;
    }
    cutAway();
    return true;
  }

  /// The notice first, then the cut: a reader sees the head, or the head and the notice, never
  /// less. Links are not followed: the task may have put one where its file was.
  private void cutAway() throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer notice = ByteBuffer.wrap(notice());
      while (notice.hasRemaining()) {
        channel.write(notice, bound + notice.position());
      }
      seen = bound + notice.limit();
      channel.truncate(seen);
      cut = true;
    }
  }

  private byte[] notice() {
    return ("\n[ebb: the output is longer than " + bound + " bytes; the rest was discarded]\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
