package ebb.app.api;

import ebb.app.asset.AssetRefused;
import ebb.app.asset.Likely;
import ebb.app.asset.VersionedAssets;
import ebb.app.asset.VersionedAssets.Version;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.journal.Listed;
import ebb.app.wire.Page;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Azure's versioned assets of one kind: names, and versions that stay what they are. What is said
/// about a version may change, and so may whether lists leave it out.
///
/// A name has nothing of its own: what is asked of it is asked of its versions.
final class ArmAssets {
  private final Reads reads;
  private final Kind kind;
  private final VersionedAssets assets;

  /// How many names that a list does not show it looks at for one page: each costs as many files as
  /// it has versions.
  private static final int PASSED_AT_MOST = 100;

  ArmAssets(Reads reads, Kind kind, VersionedAssets assets) {
    this.reads = reads;
    this.kind = kind;
    this.assets = assets;
  }

  /// What is particular to a kind.
  interface Kind {
    /// Its name in paths.
    String path();

    /// Which properties say what a version is.
    List<String> fixed();

    /// Reads the properties that are its own; what cannot be done is refused.
    void check(ArmBody properties) throws Bodies.Unfit;

    /// Puts what can be said in several ways into one.
    void settle(ObjectNode properties, Scope workspace);

    /// Where the files of a new version are, as they are now.
    Found find(Request request, Actor actor, ObjectNode properties)
        throws IOException, Bodies.Unfit;

    /// Adds what is shown of each version.
    void show(ObjectNode properties);

    /// The properties of what a name means though nobody has sent a version of it; empty if it
    /// means nothing.
    Optional<ObjectNode> known(String name);

    /// Adds what is shown of a name, whose newest version has these properties.
    void showName(ObjectNode shown, ObjectNode newest);
  }

  /// @param address empty if there are none
  /// @param refusal why no job could read them; null if one can
  record Found(String address, @Nullable Response refusal) {}

  void addTo(Arm arm) {
    String list = Arm.WORKSPACE + "/" + kind.path();
    String named = list + "/{name}";
    String versions = named + "/versions";
    String version = versions + "/{version}";
    arm.on("GET", list, this::list)
        .on("GET", named, this::name)
        .on("PUT", named, this::archive)
        .on("DELETE", named, this::deleteAll)
        .on("GET", versions, this::versions)
        .on("GET", version, this::get)
        .on("PUT", version, this::put)
        .on("DELETE", version, this::delete);
  }

  private interface Use {
    Response of(Scope workspace) throws IOException, Bodies.Unfit;
  }

  private Response with(Request request, Actor actor, Use use) {
    return reads.inWorkspace(
        request,
        actor,
        seen -> {
          try {
            return use.of(seen.workspace().scope()); // in its own spelling, whatever was asked
          } catch (IOException failure) {
            return Reads.unavailable(
                "StorageUnavailable",
                "The server cannot keep or read %s.".formatted(kind.path()),
                failure);
          }
        });
  }

  /// Why nothing may be written; null if it may.
  private @Nullable Response refusal(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, Action.WRITE, Reads.workspaceScope(request));
    return refusal == null ? reads.storageRefusal() : refusal;
  }

  /// With the names that there are.
  private Response absent(Scope workspace, String name) throws IOException {
    return absent(
        name,
        "There is no %s '%s' in this workspace: %s."
            .formatted(word(), name, Likely.among(assets.someNames(workspace), name)));
  }

  /// With the versions that there are of the name, if it is there.
  private Response absent(Scope workspace, String name, String version) throws IOException {
    List<String> sent = assets.someVersions(workspace, name);
    List<String> versions =
        sent.isEmpty() ? known(name, OURS).stream().map(Version::version).toList() : sent;
    return versions.isEmpty()
        ? absent(workspace, name)
        : absent(
            name + ":" + version,
            "The %s '%s' has no version %s: %s."
                .formatted(word(), name, version, Likely.among(versions, version)));
  }

  private static Response absent(String what, String message) {
    return Json.refusal(Reason.of(404, "ResourceNotFound", what, message));
  }

  /// What one of them is called.
  private String word() {
    return kind.path().replaceFirst("s$", "");
  }

  private interface Saying {
    Response of(ArmBody properties, boolean isArchived) throws Bodies.Unfit;
  }

  private static Response said(Request request, Saying saying) {
    return ArmBody.read(
        request,
        body -> {
          body.harmless("id", "name", "type", "systemData");
          ArmBody properties = body.object("properties");
          body.end();
          return saying.of(properties, Boolean.TRUE.equals(properties.truth("isArchived")));
        });
  }

  private Response put(Request request, Actor actor) {
    Response refusal = refusal(request, actor);
    if (refusal != null) {
      return refusal;
    }
    String unfit = VersionedAssets.unfit(request.parameter("name"), request.parameter("version"));
    if (unfit != null) {
      return Json.refusal(400, "InvalidResourceName", unfit);
    }
    return said(
        request,
        (properties, isArchived) -> {
          kind.check(properties);
          properties
              .harmless("description", "tags", "properties", "isAnonymous", "stage")
              .harmless("provisioningState")
              .refused("autoDeleteSetting", "delete the version when it is not needed any more")
              .refused("intellectualProperty", "leave it out")
              .end();
          ObjectNode content = content(properties);
          return with(
              request, actor, workspace -> put(request, actor, workspace, content, isArchived));
        });
  }

  /// What was sent; what says what a version is by the names that Azure writes.
  private ObjectNode content(ArmBody properties) throws Bodies.Unfit {
    ObjectNode content = Json.object(properties.source());
    for (String name : List.copyOf(content.propertyNames())) {
      for (String words : List.of("tags", "properties")) {
        if (name.equalsIgnoreCase(words)) {
          properties.texts(words); // refuses what is none
          content.set(words, ArmSpelling.texts(content.remove(name)));
        }
      }
      if (name.equalsIgnoreCase("isArchived")
          || kind.fixed().stream().anyMatch(name::equalsIgnoreCase)) {
        content.remove(name);
      }
    }
    for (String name : kind.fixed()) {
      String text = properties.text(name);
      if (text != null) {
        content.put(name, text);
      }
    }
    return content;
  }

  /// What the address means now is what the version is from now on.
  private Response put(
      Request request, Actor actor, Scope workspace, ObjectNode content, boolean isArchived)
      throws IOException, Bodies.Unfit {
    String name = request.parameter("name");
    String version = request.parameter("version");
    kind.settle(content, workspace);
    ObjectNode fixed = Json.object();
    for (String property : kind.fixed()) {
      fixed.put(property, content.path(property).asString(""));
    }
    try {
      if (assets.check(workspace, name, version, fixed.toString()).isPresent()) {
        Optional<Version> said =
            assets.say(workspace, name, version, content.toString(), isArchived);
        if (said.isPresent()) {
          return Json.answer(200, shown(workspace, said.get()));
        }
      }
      Found found = kind.find(request, actor, content);
      if (found.refusal() != null) {
        return found.refusal();
      }
      Version sent =
          new Version(
              name, version, 0, fixed.toString(), found.address(), content.toString(), isArchived);
      return Json.answer(201, shown(workspace, assets.put(workspace, sent)));
    } catch (AssetRefused refused) {
      return refused.isConflict()
          ? Json.refusal(409, "Conflict", refused.why())
          : Reads.badRequest(refused.why());
    }
  }

  /// Archives all versions that were sent of a name, or restores them; nothing else can be said of
  /// a name.
  private Response archive(Request request, Actor actor) {
    Response refusal = refusal(request, actor);
    if (refusal != null) {
      return refusal;
    }
    String remedy = "it is said of a version";
    return said(
        request,
        (properties, isArchived) -> {
          properties
              .harmless("latestVersion", "nextVersion", "provisioningState", "dataType")
              .refused("description", remedy)
              .refused("tags", remedy)
              .refused("properties", remedy)
              .end();
          return with(request, actor, workspace -> archive(request, workspace, isArchived));
        });
  }

  private Response archive(Request request, Scope workspace, boolean isArchived)
      throws IOException {
    String name = request.parameter("name");
    List<Version> versions = assets.versions(workspace, name);
    if (versions.isEmpty()) {
      return absent(workspace, name);
    }
    try {
      for (Version each : versions) {
        if (each.archived() != isArchived) {
          assets.say(workspace, each.name(), each.version(), each.content(), isArchived);
        }
      }
    } catch (AssetRefused changed) {
      return Json.refusal(409, "Conflict", changed.why());
    }
    return name(name, workspace);
  }

  private Response delete(Request request, Actor actor) {
    return delete(request, actor, _ -> List.of(request.parameter("version")));
  }

  private Response deleteAll(Request request, Actor actor) {
    String name = request.parameter("name");
    return delete(
        request,
        actor,
        workspace -> assets.versions(workspace, name).stream().map(Version::version).toList());
  }

  private interface Chosen {
    List<String> versions(Scope workspace) throws IOException;
  }

  private Response delete(Request request, Actor actor, Chosen chosen) {
    Response refusal = reads.refusal(actor, Action.WRITE, Reads.workspaceScope(request));
    if (refusal != null) {
      return refusal;
    }
    return with(
        request,
        actor,
        workspace -> {
          boolean some = false;
          for (String version : chosen.versions(workspace)) {
            some |= assets.remove(workspace, request.parameter("name"), version);
          }
          return Response.empty(some ? 200 : 204);
        });
  }

  // Looking.

  private String path(Scope workspace, String name) {
    return workspace.path() + "/" + kind.path() + "/" + name;
  }

  private ObjectNode resource(String id, String name, String type) {
    String all = "Microsoft.MachineLearningServices/workspaces/" + kind.path() + type;
    return Json.object().put("id", id).put("name", name).put("type", all);
  }

  private ObjectNode shown(Scope workspace, Version version) {
    String id = path(workspace, version.name()) + "/versions/" + version.version();
    ObjectNode shown = resource(id, version.version(), "/versions");
    ObjectNode properties = Json.object(version.content());
    kind.show(properties);
    shown.set("properties", properties.put("isArchived", version.archived()));
    if (version.madeMillis() > 0) {
      shown.putObject("systemData").put("createdAt", Shapes.time(version.madeMillis()));
    }
    return shown;
  }

  /// What comes with the server has one version as long as nobody has sent another; it means the
  /// same as any other, as jobs read it.
  private static final String OURS = "1";

  private Optional<Version> known(String name, String version) {
    return kind.known(name)
        .map(properties -> new Version(name, version, 0, "", "", properties.toString(), false));
  }

  /// The newest first.
  private List<Version> versions(Scope workspace, String name) throws IOException {
    List<Version> sent = assets.versions(workspace, name);
    return sent.isEmpty() ? known(name, OURS).stream().toList() : sent;
  }

  private Response get(Request request, Actor actor) {
    String name = request.parameter("name");
    String version = request.parameter("version");
    return with(
        request,
        actor,
        workspace -> {
          Optional<Version> found =
              assets.find(workspace, name, version).or(() -> known(name, version));
          return found.isPresent()
              ? Json.answer(200, shown(workspace, found.get()))
              : absent(workspace, name, version);
        });
  }

  /// The newest first.
  private Response versions(Request request, Actor actor) {
    String name = request.parameter("name");
    return with(
        request,
        actor,
        workspace -> {
          List<Version> versions = versions(workspace, name);
          if (versions.isEmpty()) {
            return absent(workspace, name);
          }
          Listed listed = Arm.listed(request);
          TreeMap<String, Version> rows = new TreeMap<>();
          for (Version each : versions) {
            if (listed.has(each.archived())) {
              String age = "%019d".formatted(Long.MAX_VALUE - each.madeMillis());
              rows.put(age + " " + each.version(), each);
            }
          }
          // The address of a next page says from where on by itself.
          boolean begins = Arm.skip(request).isEmpty();
          long offset = Query.number(request, "offset", 0, 0, Long.MAX_VALUE);
          for (long i = 0; begins && i < offset && !rows.isEmpty(); i++) {
            rows.pollFirstEntry();
          }
          return Arm.paged(request, rows, each -> shown(workspace, each));
        });
  }

  private Response name(Request request, Actor actor) {
    return with(request, actor, workspace -> name(request.parameter("name"), workspace));
  }

  private Response name(String name, Scope workspace) throws IOException {
    List<Version> versions = versions(workspace, name);
    return versions.isEmpty()
        ? absent(workspace, name)
        : Json.answer(200, name(workspace, versions));
  }

  private static boolean isArchived(List<Version> versions) {
    return versions.stream().allMatch(Version::archived);
  }

  /// @param versions the newest first
  private ObjectNode name(Scope workspace, List<Version> versions) {
    Version newest =
        versions.stream()
            .filter(each -> !each.archived())
            .findFirst()
            .orElseGet(versions::getFirst);
    ObjectNode shown = resource(path(workspace, newest.name()), newest.name(), "");
    int highest =
        versions.stream()
            .map(Version::version)
            .filter(version -> version.matches("[0-9]{1,8}"))
            .mapToInt(Integer::parseInt)
            .max()
            .orElse(0);
    ObjectNode properties =
        shown
            .putObject("properties")
            .put("latestVersion", newest.version())
            .put("nextVersion", String.valueOf(highest + 1))
            .put("isArchived", isArchived(versions));
    kind.showName(properties, Json.object(newest.content()));
    return shown;
  }

  private Response list(Request request, Actor actor) {
    return with(
        request,
        actor,
        workspace -> {
          Listed listed = Arm.listed(request);
          int size = Arm.pageSize(request);
          List<ObjectNode> rows = new ArrayList<>();
          String last = "";
          int passed = 0;
          for (String name : assets.names(workspace, Arm.skip(request))) {
            if (rows.size() == size || passed == PASSED_AT_MOST) {
              return Json.answer(200, Arm.page(request, rows, last));
            }
            List<Version> versions = assets.versions(workspace, name);
            if (!versions.isEmpty() && listed.has(isArchived(versions))) {
              rows.add(name(workspace, versions));
            } else {
              passed++;
            }
            last = name;
          }
          return Json.answer(200, new Page(rows, null));
        });
  }
}
