package ebb.app.api;

import ebb.app.code.CodeRefused;
import ebb.app.code.CodeStore;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import java.io.IOException;
import java.io.UncheckedIOException;

/// The files that jobs start in: sent once, known by the hash of their content.
///
/// `HEAD .../code/{hash}` says whether it is there, `PUT` takes it as a tar stream. Who knows the
/// hash of some code may use it from any workspace that it may write to: it names nothing else.
final class CodeEndpoints {
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
    Response full = reads.storageRefusal();
    if (full != null) {
      return full;
    }
    return with(
        request,
        actor,
        Action.WRITE,
        hash -> {
          long keepFree = reads.view().rules().storage().markBytes();
          return Response.empty(code.put(hash, request.stream(), keepFree) ? 201 : 200);
        });
  }

  private interface Use {
    Response of(String hash) throws IOException, CodeRefused;
  }

  /// What the store of code is asked for.
  interface Asked {
    Response of() throws IOException, CodeRefused;
  }

  /// Its answer, or why there is none: without the paths of this machine, which the log has.
  static Response answered(Asked asked) {
    try {
      return asked.of();
    } catch (CodeRefused refused) {
      return refused(refused);
    } catch (IOException | UncheckedIOException failure) {
      return Reads.unavailable(
          "StorageUnavailable", "The server cannot keep or find the code.", failure);
    }
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
    return reads.inWorkspace(request, actor, _ -> answered(() -> use.of(hash)));
  }

  private static Response refused(CodeRefused refused) {
    String message = String.valueOf(refused.getMessage());
    return switch (refused.kind()) {
      case UNFIT -> Json.refusal(400, "InvalidCode", message);
      case ANOTHER_HASH -> Json.refusal(400, "CodeHashMismatch", message);
      case TOO_LARGE -> Json.refusal(413, "CodeTooLarge", message);
      case NO_ROOM -> Json.busy(507, "InsufficientStorage", message, 60);
    };
  }
}
