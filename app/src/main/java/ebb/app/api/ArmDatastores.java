package ebb.app.api;

import ebb.app.code.CodeRefused;
import ebb.app.code.CodeStore;
import ebb.app.code.SnapshotContents;
import ebb.app.code.Uploads;
import ebb.app.data.Datastore;
import ebb.app.data.Datastores;
import ebb.app.files.PathRefused;
import ebb.app.files.Tree;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.identity.SignedAddress;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Datastores as Azure's stores of blobs: what jobs have left, and folders that an owner registered
/// for the workspace. Clients learn here where such a store is, and read it there.
///
/// A client makes the address of a store from an account's name, `https://ACCOUNT.blob.SUFFIX`.
/// Here the account's name begins with the server's own address, so that the store is a path of it.
final class ArmDatastores {
  /// What jobs have left, by its name and its container's.
  static final String ARTIFACTS = Datastores.ARTIFACTS;

  /// The default store of a workspace.
  static final String FILES = Datastores.FILES;

  private static final String LIST = Arm.WORKSPACE + "/datastores";
  private static final String PATH = LIST + "/{name}";
  private static final String TYPE = "Microsoft.MachineLearningServices/workspaces/datastores";

  private static final String STORE = "store";
  private static final String ACCOUNT = "ebb";
  private static final String CONTAINER =
      "/" + STORE + "/{subscription}/{group}/{workspace}/{account}/{store}";
  private static final String BLOB = CONTAINER + "/{path...}";

  private static final Duration SECRETS_HOLD = Duration.ofHours(1);

  private final Reads reads;
  private final Datastores datastores;
  private final JobBlobs jobs;
  private final CodeStore code;
  private final Uploads uploads;
  private final SignedAddress signed;

  ArmDatastores(
      Reads reads, Datastores datastores, JobBlobs jobs, CodeStore code, SignedAddress signed) {
    this.reads = reads;
    this.datastores = datastores;
    this.jobs = jobs;
    this.code = code;
    this.uploads = code.uploads();
    this.signed = signed;
  }

  void addTo(Arm arm, Router<Endpoint> router) {
    arm.on("GET", LIST, this::list)
        .on("GET", PATH, this::get)
        .on("POST", PATH + "/listSecrets", this::secrets);
    router
        .on("GET", CONTAINER, this::blobs)
        .on("GET", BLOB, this::blob)
        .on("HEAD", BLOB, this::head)
        .on("PUT", BLOB, this::put);
  }

  private Response list(Request request, Actor actor) {
    return reads.inWorkspace(
        request,
        actor,
        _ -> {
          TreeMap<String, String> names = new TreeMap<>();
          names.put(FILES, FILES);
          if (!Query.truth(request, "isDefault")) {
            names.put(ARTIFACTS, ARTIFACTS);
            datastores.all().stream()
                .filter(each -> each.isFor(Reads.workspaceScope(request)))
                .forEach(each -> names.put(each.name(), each.name()));
          }
          return Arm.paged(request, names, name -> shown(request, name));
        });
  }

  private Response get(Request request, Actor actor) {
    String name = request.parameter("name");
    return reads.inWorkspace(
        request,
        actor,
        _ -> {
          String known = known(request, name);
          return known == null
              ? Reads.notFound("datastore", name)
              : Json.answer(200, shown(request, known));
        });
  }

  /// The name as it is written; null if there is none for the workspace.
  private @Nullable String known(Request request, String name) {
    if (Datastores.isOwn(name)) {
      return name.toLowerCase(Locale.ROOT);
    }
    Datastore registered = registered(request, name);
    return registered == null ? null : registered.name();
  }

  /// The folder that a name means; null if it is none, or a store that each workspace has.
  private @Nullable Datastore registered(Request request, String name) {
    return Datastores.isOwn(name)
        ? null
        : datastores
            .find(name)
            .filter(each -> each.isFor(Reads.workspaceScope(request)))
            .orElse(null);
  }

  private static String host(Request request) {
    return request.server().replaceFirst("^https?://", "");
  }

  private static ObjectNode shown(Request request, String name) {
    Scope of = Reads.workspaceScope(request);
    ObjectNode shown = Json.object();
    shown.put("id", of.path() + "/datastores/" + name).put("name", name).put("type", TYPE);
    ObjectNode properties = shown.putObject("properties");
    properties.put("datastoreType", "AzureBlob").put("isDefault", name.equals(FILES));
    properties.put(
        "accountName",
        String.join(
            "/",
            List.of(host(request), STORE, of.subscription(), of.group(), of.workspace(), ACCOUNT)));
    properties.put("containerName", name).put("endpoint", host(request));
    properties.put("protocol", request.server().startsWith("https") ? "https" : "http");
    properties
        .putObject("credentials")
        .put("credentialsType", "Sas")
        .putObject("secrets")
        .put("secretsType", "Sas");
    return shown;
  }

  /// Lets in to one store for an hour.
  private Response secrets(Request request, Actor actor) {
    Scope of = Reads.workspaceScope(request);
    Response refusal = reads.refusal(actor, Action.WRITE, of);
    if (refusal != null) {
      return refusal;
    }
    String name = request.parameter("name");
    return reads.inWorkspace(
        request,
        actor,
        _ -> {
          String known = known(request, name);
          if (known == null) {
            return Reads.notFound("datastore", name);
          }
          List<String> path =
              List.of(
                  STORE,
                  of.subscription(),
                  of.group(),
                  of.workspace(),
                  ACCOUNT + ".blob." + host(request),
                  known);
          String query = signed.query(path, Instant.now().plus(SECRETS_HOLD));
          return Json.answer(200, Json.object().put("secretsType", "Sas").put("sasToken", query));
        });
  }

  // The stores.

  private Response blobs(Request request, Actor actor) {
    if (!"list".equals(request.query("comp"))) {
      return Blobs.refused(
          400, "UnsupportedQueryParameter", "Of a store there is the list of its blobs.");
    }
    Blobs.Asked asked;
    try {
      asked =
          new Blobs.Asked(
              Bodies.or(request.query("prefix"), ""),
              Bodies.or(request.query("delimiter"), ""),
              Bodies.or(request.query("marker"), ""),
              Math.min(
                  Query.number(request, "maxresults", Blobs.PAGE, 1, Long.MAX_VALUE), Blobs.PAGE));
    } catch (Bodies.Unfit unfit) {
      return Blobs.refused(400, "OutOfRangeQueryParameterValue", unfit.getMessage());
    }
    return inStore(
        request,
        actor,
        Blobs.list(new TreeMap<>(), asked),
        folder -> folder == null ? listOwn(request, actor, asked) : list(folder, asked));
  }

  /// Of the workspace's own stores: what was sent, or what jobs have left.
  private Response listOwn(Request request, Actor actor, Blobs.Asked asked) throws IOException {
    Uploads.Name name = upload(request, asked.prefix());
    if (name == null) {
      return jobs.list(request, actor, request.parameter("store"), asked);
    }
    TreeMap<String, Blobs.Blob> found = new TreeMap<>();
    SentContent sent = sent(name);
    sent.contents()
        .files()
        .forEach((path, place) -> found.put(sent.before() + path, AssetCopies.blob(place)));
    return Blobs.list(found, asked);
  }

  /// What has been sent under a name.
  ///
  /// @param before how its blobs' names begin
  private record SentContent(String before, SnapshotContents contents) {}

  private SentContent sent(Uploads.Name name) throws IOException {
    Optional<String> hash = uploads.find(name);
    if (hash.isEmpty()) {
      throw new NoSuchFileException(name.name());
    }
    return new SentContent(InputAddresses.before(name.under()), code.contents(hash.get()));
  }

  private interface Use {
    /// @param folder that is the store; null if it is of jobs
    Response of(@Nullable Datastore folder) throws IOException;
  }

  /// Asks the store that the path names.
  ///
  /// @param absent the answer if what is asked for is not in it
  private Response inStore(Request request, Actor actor, Response absent, Use use) {
    return reads.inWorkspace(
        request,
        actor,
        _ -> {
          try {
            return use.of(registered(request, request.parameter("store")));
          } catch (NoSuchFileException none) {
            return absent;
          } catch (IOException failure) {
            return FileEndpoints.unavailable(failure);
          }
        });
  }

  private static Response list(Datastore folder, Blobs.Asked asked) throws IOException {
    TreeMap<String, Blobs.Blob> found = new TreeMap<>();
    try {
      new Tree(folder.root())
          .visitBeginning(
              asked.prefix(),
              file -> {
                found.put(file.path(), new Blobs.Blob(file.bytes(), file.modifiedMillis()));
                return found.size() <= FileEndpoints.FILES_MAX;
              });
    } catch (PathRefused none) {
      return Blobs.list(found, asked);
    }
    return found.size() > FileEndpoints.FILES_MAX
        ? FileEndpoints.tooMany()
        : Blobs.list(found, asked);
  }

  private Response blob(Request request, Actor actor) {
    return opened(
        request,
        actor,
        content -> {
          String range = request.header("x-ms-range");
          return Blobs.content(
              content, range == null ? request.header("Range") : range, request.header("If-Match"));
        });
  }

  private Response head(Request request, Actor actor) {
    Uploads.Name name = upload(request);
    if (name != null) {
      boolean mayWrite = reads.refusal(actor, Action.WRITE, Reads.workspaceScope(request)) == null;
      return reads.inWorkspace(
          request, actor, _ -> CodeEndpoints.answered(() -> sent(name, request, mayWrite)));
    }
    return opened(
        request,
        actor,
        content -> {
          content.close();
          return Blobs.there(content.blob());
        });
  }

  // What clients send.

  /// Null if the path is none where something is sent to.
  private Uploads.@Nullable Name upload(Request request) {
    return upload(request, request.parameter("path"));
  }

  private Uploads.@Nullable Name upload(Request request, String path) {
    return request.parameter("store").equals(FILES)
        ? InputAddresses.upload(reads.view().idOf(Reads.workspaceScope(request)), path)
        : null;
  }

  /// Clients ask for the first file of what they are about to send, and send nothing if it is there
  /// and says that all of it is, as each file does of what has been sent. If it is not there, they
  /// send all; the first file that comes begins the upload, for whoever asks may only ask.
  private Response sent(Uploads.Name name, Request request, boolean mayWrite)
      throws IOException, CodeRefused {
    String path = InputAddresses.inside(request.parameter("path"));
    Instant now = Instant.now();
    try {
      SnapshotContents.Place place = sent(name).contents().files().get(path);
      if (place != null) {
        return Blobs.there(AssetCopies.blob(place))
            .with("x-ms-meta-upload_status", "completed")
            .with("x-ms-meta-name", name.under())
            .with("x-ms-meta-version", "1");
      }
    } catch (NoSuchFileException absent) {
      // Nothing has been sent under the name, or it is gone: it may be about to be.
    }
    if (mayWrite) {
      uploads.forgetLost(name, now);
    }
    Optional<Long> bytes = uploads.bytes(name, path, now);
    return bytes.isPresent()
        ? Blobs.there(new Blobs.Blob(bytes.get(), 0)) // with the tag that it has when all is there
        : Blobs.absent(Blobs.NOT_FOUND);
  }

  private Response put(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, Action.WRITE, Reads.workspaceScope(request));
    if (refusal != null) {
      return refusal;
    }
    Uploads.Name name = upload(request);
    if (name == null) {
      return Blobs.refused(
          403,
          "AuthorizationPermissionMismatch",
          "Files are sent to LocalUpload/HASH/NAME of %s; what else is in a store comes from jobs."
              .formatted(FILES));
    }
    Response full = reads.storageRefusal();
    if (full != null) {
      return full;
    }
    return reads.inWorkspace(request, actor, _ -> CodeEndpoints.answered(() -> put(name, request)));
  }

  private Response put(Uploads.Name name, Request request) throws IOException, CodeRefused {
    String path = InputAddresses.inside(request.parameter("path"));
    long keepFree = reads.view().rules().storage().markBytes();
    Instant now = Instant.now();
    if ("metadata".equals(request.query("comp"))) {
      boolean isWhole = "completed".equals(request.header("x-ms-meta-upload_status"));
      boolean isThere =
          isWhole
              ? uploads.whole(name, path, keepFree, now).isPresent()
              : uploads.bytes(name, path, now).isPresent();
      return isThere
          ? Blobs.described(Response.empty(200), new Blobs.Blob(0, now.toEpochMilli()))
          : Blobs.absent(Blobs.NOT_FOUND);
    }
    InputStream content = request.stream();
    return uploads.take(
            name,
            content,
            now,
            (pending, id) -> new SentFile(pending, id, path, keepFree).takes(request, content))
        ? SentFile.answer()
        : Blobs.refused(
            404,
            "ContainerNotFound",
            "There is no such upload any more: it was begun an hour ago, or before the server's start. Ask for the first file with HEAD, and send all of them again.");
  }

  private Response opened(Request request, Actor actor, JobBlobs.Using use) {
    String path = request.parameter("path");
    Uploads.Name name = upload(request);
    return inStore(
        request,
        actor,
        Blobs.absent(Blobs.NOT_FOUND),
        folder ->
            folder != null
                ? use.of(JobBlobs.file(folder.root(), path))
                : name != null
                    ? use.of(
                        AssetCopies.content(sent(name).contents(), InputAddresses.inside(path)))
                    : jobs.open(request, actor, request.parameter("store"), path, use));
  }
}
