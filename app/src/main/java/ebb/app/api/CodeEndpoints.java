package ebb.app.api;

import ebb.app.code.CodeRefused;
import ebb.app.code.CodeStore;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.kernel.State;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Rejection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;

/// The files that jobs start in: sent once, known by the hash of their content.
///
/// `HEAD .../code/{hash}` says whether it is there, `PUT` takes it as a tar stream. Who knows the
/// hash of some code may use it from any workspace that it may write to: it names nothing else.
final class CodeEndpoints {
  private static final System.Logger LOG = System.getLogger(CodeEndpoints.class.getName());

  private static final String PATH = WorkspaceEndpoints.PATH + "/code/{hash}";

  private final Reads reads;
  private final CodeStore code;

  CodeEndpoints(Reads reads, CodeStore code) {
    this.reads = reads;
    this.code = code;
  }

  void addTo(Router<Endpoint> router) {
    router.on("HEAD", PATH, this::has).on("PUT", PATH, this::put);
  }

  private Response has(Request request, Actor actor) {
    return with(request, actor, Action.READ, hash -> Response.empty(code.has(hash) ? 200 : 404));
  }

  private Response put(Request request, Actor actor) {
    State.Storage storage = reads.view().rules().storage();
    if (storage.freeBytes() < storage.markBytes()) {
      return Json.refusal(
          Reason.of(new Rejection.StorageLow(storage.freeBytes(), storage.markBytes())));
    }
    return with(
        request,
        actor,
        Action.WRITE,
        hash -> {
          try {
            boolean isNew = code.put(hash, request.stream(), storage.markBytes());
            return Response.empty(isNew ? 201 : 200);
          } catch (CodeRefused refused) {
            return refused(refused);
          }
        });
  }

  private interface Use {
    Response of(String hash) throws IOException;
  }

  private Response with(Request request, Actor actor, Action action, Use use) {
    Response refusal = reads.refusal(actor, action, Reads.workspaceScope(request));
    if (refusal != null) {
      return refusal;
    }
    String hash = request.parameter("hash");
    if (!CodeStore.isHash(hash)) {
      return Reads.badRequest("'" + hash + "' is no hash of code: it has 64 hexadecimal digits.");
    }
    return reads.inWorkspace(
        request,
        actor,
        _ -> {
          try {
            return use.of(hash);
          } catch (IOException | UncheckedIOException failure) {
            LOG.log(Level.WARNING, "code {0} cannot be kept or found: {1}", hash, failure);
            return Json.busy(
                503, "StorageUnavailable", "The code was not taken: " + failure.getMessage(), 5);
          }
        });
  }

  static Response refused(CodeRefused refused) {
    String message = String.valueOf(refused.getMessage());
    return switch (refused.kind()) {
      case UNFIT -> Json.refusal(400, "InvalidCode", message);
      case ANOTHER_HASH -> Json.refusal(400, "CodeHashMismatch", message);
      case TOO_LARGE -> Json.refusal(413, "CodeTooLarge", message);
      case NO_ROOM -> Json.busy(507, "InsufficientStorage", message, 60);
    };
  }
}
