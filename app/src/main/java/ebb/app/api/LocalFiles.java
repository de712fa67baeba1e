package ebb.app.api;

import ebb.app.files.PathRefused;
import ebb.app.files.Room;
import ebb.app.files.Tree;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a local job has left, as its machine sends it: pieces of files, each in its place, which
/// then lie where those of other jobs do and are bounded as they are.
final class LocalFiles {
  /// Jobs whose files are counted without a look at all of them: as many may well send at once.
  private static final int TALLIES_MAX = 256;

  private final LocalEndpoints local;
  private final Reads reads;
  private final Surface.Outputs outputs;
  private final Map<JobId, Tally> tallies = new LinkedHashMap<>(16, 0.75f, true);

  /// What has come of one job. Its pieces come one after the other.
  private static final class Tally {
    long bytes = -1;
    int files;

    void count(Path folder) throws IOException {
      bytes = 0;
      files = 0;
      new Tree(folder)
          .visit(
              "",
              file -> {
                bytes += file.bytes();
                files++;
                return true;
              });
    }
  }

  private record Piece(String path, long offset, ByteBuffer bytes) {
    long end() {
      return offset + bytes.limit();
    }
  }

  LocalFiles(LocalEndpoints local, Reads reads, Surface.Outputs outputs) {
    this.local = local;
    this.reads = reads;
    this.outputs = outputs;
  }

  void addTo(Router<Endpoint> router) {
    router.on("PUT", LocalEndpoints.PATH + "/files/{path...}?offset", this::take);
  }

  private Response take(Request request, Actor actor) {
    byte[] bytes = request.body(Bounded.BODY_BYTES); // meanwhile the job may end
    return local.withLocal(
        request,
        actor,
        job -> {
          Response refusal = refusal(actor, Reads.workspaceScope(request));
          return refusal == null ? take(request, job.id(), bytes) : refusal;
        });
  }

  private Response take(Request request, JobId job, byte @Nullable [] bytes) throws Bodies.Unfit {
    long offset = Query.number(request, "offset", -1, 0, Long.MAX_VALUE);
    if (bytes == null || offset < 0) {
      return Reads.badRequest("A piece has at most 1 MiB, and offset says where it begins.");
    }
    String path = request.parameter("path");
    if (FileEndpoints.SHOWN.stream().noneMatch(shown -> path.startsWith(shown + "/"))) {
      return Reads.badRequest(
          "'%s' is not kept: what lies below outputs/ and logs/ is.".formatted(path));
    }
    return take(job, new Piece(path, offset, ByteBuffer.wrap(bytes)));
  }

  /// Whoever may not write any more sends no files, and can still tell how the job ended. A lock
  /// does not stand in the way: what a job leaves has happened.
  private @Nullable Response refusal(Actor actor, Scope workspace) {
    Rejection rejection = reads.view().rules().access().refusal(actor, Action.WRITE, workspace);
    return rejection instanceof Rejection.NotAuthorized
        ? Json.refusal(Reason.of(rejection))
        : reads.storageRefusal();
  }

  private Response take(JobId job, Piece piece) {
    Tally tally = tally(job);
    synchronized (tally) {
      try {
        Path folder = outputs.folder(job, 1, 0);
        Files.createDirectories(folder, Room.PRIVATE_FOLDER);
        if (tally.bytes < 0) {
          tally.count(folder);
        }
        return take(folder, tally, piece);
      } catch (PathRefused refused) {
        return Reads.badRequest(refused.getMessage() + ".");
      } catch (IOException failure) {
        tally.bytes = -1; // what is there is to be seen again
        return Reads.unavailable("StorageUnavailable", "The file was not kept.", failure);
      }
    }
  }

  private Tally tally(JobId job) {
    synchronized (tallies) {
      Tally tally = tallies.computeIfAbsent(job, _ -> new Tally());
      if (tallies.size() > TALLIES_MAX) {
        tallies.remove(tallies.keySet().iterator().next());
      }
      return tally;
    }
  }

  private Response take(Path folder, Tally tally, Piece piece) throws IOException {
    Tree tree = new Tree(folder);
    long there = size(tree, piece.path());
    if (piece.offset() > Math.max(0, there)) {
      return Json.refusal(
          409, "FileGap", "There are %d bytes: go on there.".formatted(Math.max(0, there)));
    }
    long more = Math.max(0, piece.end() - Math.max(0, there));
    long most = (long) outputs.diskMebibytes() << 20;
    if (most > 0 && tally.bytes + more > most) {
      return Json.refusal(
          413,
          "OutputsTooLarge",
          "The files of a job may take %d MiB (tasks.disk-mebibytes), and there are %d MiB without the rest of '%s'."
              .formatted(outputs.diskMebibytes(), tally.bytes >> 20, piece.path()));
    }
    if (there < 0 && tally.files >= FileEndpoints.FILES_MAX) {
      return Json.refusal(
          413,
          "TooManyFiles",
          "A job may leave %d files: pack them into one.".formatted(FileEndpoints.FILES_MAX));
    }
    try (SeekableByteChannel file = tree.openToWrite(piece.path())) {
      file.position(piece.offset());
      while (piece.bytes().hasRemaining()) {
        file.write(piece.bytes());
      }
    }
    tally.bytes += more;
    tally.files += there < 0 ? 1 : 0;
    return Response.empty(200);
  }

  /// How long a file is so far; less than 0 if it is not there.
  private static long size(Tree tree, String path) throws IOException {
    try (SeekableByteChannel file = tree.open(path)) {
      return file.size();
    } catch (NoSuchFileException absent) {
      return -1;
    }
  }
}
