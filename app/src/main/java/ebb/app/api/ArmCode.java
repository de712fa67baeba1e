package ebb.app.api;

import ebb.app.code.CodeRefused;
import ebb.app.code.CodeStore;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.identity.SignedAddress;
import ebb.app.view.WorkspaceSeen;
import ebb.app.wire.Page;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Code as Azure's assets: a client asks where to send files, sends them as to a blob store, and
/// says that they are whole. The asset's name is then the hash of its content, its only version 1.
final class ArmCode {
  private static final String VERSIONS = Arm.WORKSPACE + "/codes/{name}/versions";
  private static final String PATH = VERSIONS + "/{version}";
  private static final String TYPE = "Microsoft.MachineLearningServices/workspaces/codes/versions";

  /// Where files go: the path of a blob container.
  private static final List<String> CONTAINERS = List.of("blob", "code");

  private static final String FILE = "/blob/code/{upload}/{path...}";

  /// What a blob store says where there is no such upload.
  private static final String CONTAINER_ABSENT = "ContainerNotFound";

  private static final Duration ADDRESS_HOLDS = Duration.ofHours(1);

  private final Reads reads;
  private final CodeStore code;
  private final SignedAddress signed;

  ArmCode(Reads reads, CodeStore code, SignedAddress signed) {
    this.reads = reads;
    this.code = code;
    this.signed = signed;
  }

  void addTo(Arm arm, Router<Endpoint> router) {
    arm.on("GET", VERSIONS, this::versions)
        .on("GET", PATH, this::get)
        .on("PUT", PATH, this::put)
        .on("POST", PATH + "/startPendingUpload", this::begin);
    router.on("HEAD", FILE, this::fileThere).on("PUT", FILE, this::putFile);
  }

  private Response inWorkspace(
      Request request, Actor actor, Action action, CodeEndpoints.Asked asked) {
    Response refusal = reads.refusal(actor, action, Reads.workspaceScope(request));
    if (refusal != null) {
      return refusal;
    }
    return reads.inWorkspace(request, actor, _ -> CodeEndpoints.answered(asked));
  }

  // Assets.

  /// What there is under a name. Clients look here for the same content under a hash of their own,
  /// which is not ours: then they send it, and what is there already is stored once.
  private Response versions(Request request, Actor actor) throws Bodies.Unfit {
    String name = request.parameter("name");
    Arm.rows(request); // one row is a page, however few are asked for
    return inWorkspace(
        request,
        actor,
        Action.READ,
        () ->
            Json.answer(
                200,
                new Page(
                    isThere(name) ? List.of(shown(Reads.workspaceScope(request), name)) : List.of(),
                    null)));
  }

  private Response get(Request request, Actor actor) {
    String name = request.parameter("name");
    return inWorkspace(
        request,
        actor,
        Action.READ,
        () ->
            isThere(name)
                ? Json.answer(200, shown(Reads.workspaceScope(request), name))
                : Reads.notFound("code", name));
  }

  private boolean isThere(String name) throws IOException {
    return CodeStore.isHash(name) && code.has(name);
  }

  private static ObjectNode shown(Scope workspace, String hash) {
    String id = workspace.path() + "/codes/" + hash + "/versions/1";
    ObjectNode shown = Json.object().put("id", id).put("name", "1").put("type", TYPE);
    shown.putObject("properties").put("codeUri", id).put("isAnonymous", true);
    return shown;
  }

  private Response begin(Request request, Actor actor) {
    Scope workspace = Reads.workspaceScope(request);
    return inWorkspace(
        request,
        actor,
        Action.WRITE,
        () -> {
          Response full = reads.storageRefusal();
          if (full != null) {
            return full;
          }
          String upload = code.pending().begin(owner(workspace), Instant.now());
          List<String> path = List.of(CONTAINERS.getFirst(), CONTAINERS.getLast(), upload);
          String address = request.server() + "/" + String.join("/", path);
          ObjectNode shown = Json.object();
          shown.put("pendingUploadId", upload).put("pendingUploadType", "TemporaryBlobReference");
          ObjectNode reference = shown.putObject("blobReferenceForConsumption");
          reference.put("blobUri", address);
          reference
              .putObject("credential")
              .put("credentialType", "SAS")
              .put("sasUri", address + "?" + signed.query(path, Instant.now().plus(ADDRESS_HOLDS)));
          return Json.answer(200, shown);
        });
  }

  private Response put(Request request, Actor actor) {
    return inWorkspace(
        request,
        actor,
        Action.WRITE,
        () ->
            ArmBody.read(
                request,
                body -> {
                  body.harmless("id", "name", "type", "systemData");
                  ArmBody properties = body.object("properties");
                  body.end();
                  String uri = properties.required("codeUri");
                  properties.harmless(
                      "isAnonymous", "isArchived", "properties", "description", "tags");
                  properties.end();
                  return CodeEndpoints.answered(() -> whole(Reads.workspaceScope(request), uri));
                }));
  }

  private Response whole(Scope workspace, String uri) throws IOException, CodeRefused {
    String container = "/" + String.join("/", CONTAINERS) + "/";
    int at = uri.indexOf(container);
    if (at < 0) {
      return Reads.badRequest(
          "The property 'properties.codeUri' must be below the address that startPendingUpload gave: code that lies elsewhere is not fetched.");
    }
    String[] path = uri.substring(at + container.length()).split("/", 2);
    Optional<String> hash =
        code.pending()
            .whole(
                path[0],
                owner(workspace),
                path.length < 2 ? "" : path[1].replaceFirst("(?<!/)/+$", ""),
                keepFree(),
                Instant.now());
    return hash.isPresent()
        ? Json.answer(201, shown(workspace, hash.get()))
        : Json.refusal(
            404,
            "UploadNotFound",
            "There is no such upload any more: it was begun elsewhere, an hour ago, or before the server's start. Submit again.");
  }

  /// A workspace that is made again under the same name has nothing of what was begun before.
  private String owner(Scope workspace) {
    return reads.view().idOf(workspace).toString();
  }

  private long keepFree() {
    return reads.view().rules().storage().markBytes();
  }

  // Files, as a blob store takes them.

  /// Why this actor may not do this where the upload was begun; null if they may. An upload whose
  /// workspace is gone is not there any more.
  private @Nullable Response refusal(Request request, Actor actor, Action action) {
    Optional<WorkspaceSeen> workspace =
        code.pending()
            .owner(request.parameter("upload"), Instant.now())
            .map(owner -> new WorkspaceId(Id.parse(owner)))
            .map(reads.view()::workspace);
    return workspace.isEmpty()
        ? Blobs.absent(CONTAINER_ABSENT)
        : reads.refusal(actor, action, workspace.get().workspace().scope());
  }

  private Response fileThere(Request request, Actor actor) {
    Response refusal = refusal(request, actor, Action.READ);
    if (refusal != null) {
      return refusal;
    }
    Optional<Long> bytes =
        code.pending().bytes(request.parameter("upload"), request.parameter("path"), Instant.now());
    return bytes.isEmpty()
        ? Blobs.absent(Blobs.NOT_FOUND)
        : blob(200, bytes.get()).with("Content-Length", String.valueOf(bytes.get()));
  }

  private static Response blob(int status, long bytes) {
    return Blobs.described(
            Response.empty(status), new Blobs.Blob(bytes, System.currentTimeMillis()))
        .with("x-ms-request-server-encrypted", "false");
  }

  private Response putFile(Request request, Actor actor) {
    Response refusal = refusal(request, actor, Action.WRITE);
    if (refusal != null) {
      return refusal;
    }
    String upload = request.parameter("upload");
    String path = request.parameter("path");
    if ("metadata".equals(request.query("comp"))) {
      // What clients remember there, they find only in a store that they can read.
      return code.pending()
          .bytes(upload, path, Instant.now())
          .map(bytes -> blob(200, bytes))
          .orElseGet(() -> Blobs.absent(Blobs.NOT_FOUND));
    }
    Response full = reads.storageRefusal();
    if (full != null) {
      return full;
    }
    SentFile file = new SentFile(code.pending(), upload, path, keepFree());
    return CodeEndpoints.answered(() ->
        file.takes(request, request.stream()) ? SentFile.answer() : Blobs.absent(CONTAINER_ABSENT));
  }
}
