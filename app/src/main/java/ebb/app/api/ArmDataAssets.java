package ebb.app.api;

import ebb.app.data.DataAssets;
import ebb.app.data.DataRefused;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.specification.Specification;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Data as Azure's assets: names and versions of files and folders.
final class ArmDataAssets {
  private static final String LIST = Arm.WORKSPACE + "/data";
  private static final String NAMED = LIST + "/{name}";
  private static final String VERSIONS = NAMED + "/versions";
  private static final String PATH = VERSIONS + "/{version}";
  private static final String TYPE = "Microsoft.MachineLearningServices/workspaces/data";
  private static final List<String> TYPES = List.of("uri_file", "uri_folder");

  private final Reads reads;
  private final DataAssets data;
  private final InputAddresses addresses;
  private final Assets assets;

  ArmDataAssets(Reads reads, DataAssets data, InputAddresses addresses, Assets assets) {
    this.reads = reads;
    this.data = data;
    this.addresses = addresses;
    this.assets = assets;
  }

  void addTo(Arm arm) {
    arm.on("GET", LIST, this::list)
        .on("GET", NAMED, this::container)
        .on("GET", VERSIONS, this::versions)
        .on("GET", PATH, this::get)
        .on("PUT", PATH, this::put)
        .on("DELETE", PATH, this::delete);
  }

  private interface Use {
    Response of(Scope workspace) throws IOException, Bodies.Unfit;
  }

  private Response with(Request request, Actor actor, Action action, Use use) {
    Scope workspace = Reads.workspaceScope(request);
    Response refusal = reads.refusal(actor, action, workspace);
    if (refusal != null) {
      return refusal;
    }
    return reads.inWorkspace(
        request,
        actor,
        _ -> {
          try {
            return use.of(workspace);
          } catch (Bodies.Unfit unfit) {
            return Reads.badRequest(unfit.getMessage());
          } catch (IOException failure) {
            return Reads.unavailable(
                "StorageUnavailable", "The server cannot keep or read data assets.", failure);
          }
        });
  }

  private Response put(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, Action.WRITE, Reads.workspaceScope(request));
    if (refusal != null) {
      return refusal;
    }
    Response full = reads.storageRefusal();
    if (full != null) {
      return full;
    }
    return ArmBody.read(
        request,
        body -> {
          body.harmless("id", "name", "type", "systemData");
          ArmBody properties = body.object("properties");
          body.end();
          String type = properties.required("dataType");
          String uri = properties.required("dataUri");
          properties
              .harmless("description", "tags", "properties", "isAnonymous", "referencedUris")
              .refused("isArchived", "delete the version")
              .refused("autoDeleteSetting", "delete the version when it is not needed any more")
              .refused("intellectualProperty", "leave it out")
              .refused("stage", "leave it out")
              .end();
          if (!TYPES.contains(type)) {
            throw new Bodies.Unfit(
                "'%s' is no dataType that Ebb has: there are %s.".formatted(type, TYPES));
          }
          return with(
              request,
              actor,
              Action.WRITE,
              workspace -> put(request, workspace, type, uri, properties.source()));
        });
  }

  /// What the address means now is what the version is from now on.
  private Response put(Request request, Scope workspace, String type, String uri, String content)
      throws IOException, Bodies.Unfit {
    String name = request.parameter("name");
    String version = request.parameter("version");
    Optional<DataAssets.Version> there = data.find(workspace, name, version);
    boolean isSame =
        there.isPresent()
            && there.get().type().equals(type)
            && Json.object(there.get().content()).path("dataUri").asString("").equals(uri);
    String address = isSame ? there.get().address() : addresses.resolve(uri, workspace);
    if (!isSame) {
      Response missing = missing(type, address, workspace);
      if (missing != null) {
        return missing;
      }
    }
    DataAssets.Version sent =
        new DataAssets.Version(name, version, System.currentTimeMillis(), type, address, content);
    try {
      boolean isNew = data.put(workspace, sent);
      return Json.answer(
          isNew ? 201 : 200, shown(workspace, data.find(workspace, name, version).orElse(sent)));
    } catch (DataRefused refused) {
      return Json.refusal(there.isPresent() ? 409 : 400, "InvalidData", refused.why());
    }
  }

  /// Why a job could not read it; null if one can.
  private @Nullable Response missing(String type, String address, Scope workspace) {
    TreeMap<String, Specification.Input> input = new TreeMap<>();
    input.put("data", new Specification.InputFiles(type, "ro_mount", address));
    Specification reading = Specification.ofArguments(List.of("true"), Map.of());
    return assets.refusal(reading.withInputs(input), workspace);
  }

  private Response delete(Request request, Actor actor) {
    return with(
        request,
        actor,
        Action.WRITE,
        workspace ->
            Response.empty(
                data.remove(workspace, request.parameter("name"), request.parameter("version"))
                    ? 200
                    : 204));
  }

  // Looking.

  private static ObjectNode shown(Scope workspace, DataAssets.Version version) {
    ObjectNode shown = Json.object();
    shown.put("id", path(workspace, version.name()) + "/versions/" + version.version());
    shown.put("name", version.version()).put("type", TYPE + "/versions");
    ObjectNode properties = Json.object(version.content());
    properties.put("dataType", version.type());
    shown.set("properties", properties);
    return shown;
  }

  private static String path(Scope workspace, String name) {
    return workspace.path() + "/data/" + name;
  }

  private Response get(Request request, Actor actor) {
    String name = request.parameter("name");
    String version = request.parameter("version");
    return with(
        request,
        actor,
        Action.READ,
        workspace -> {
          Optional<DataAssets.Version> found = data.find(workspace, name, version);
          return found.isPresent()
              ? Json.answer(200, shown(workspace, found.get()))
              : Reads.notFound("data", name + ":" + version);
        });
  }

  private Response versions(Request request, Actor actor) {
    String name = request.parameter("name");
    return with(
        request,
        actor,
        Action.READ,
        workspace -> {
          List<ObjectNode> rows = new ArrayList<>();
          data.versions(workspace, name).forEach(each -> rows.add(shown(workspace, each)));
          return rows.isEmpty()
              ? Reads.notFound("data", name)
              : Json.answer(200, Arm.page(request, rows, null));
        });
  }

  private Response container(Request request, Actor actor) {
    String name = request.parameter("name");
    return with(
        request,
        actor,
        Action.READ,
        workspace -> {
          List<DataAssets.Version> versions = data.versions(workspace, name);
          return versions.isEmpty()
              ? Reads.notFound("data", name)
              : Json.answer(200, container(workspace, versions));
        });
  }

  /// @param versions the newest first
  private static ObjectNode container(Scope workspace, List<DataAssets.Version> versions) {
    ObjectNode shown = Json.object();
    String name = versions.getFirst().name();
    shown.put("id", path(workspace, name)).put("name", name).put("type", TYPE);
    int highest =
        versions.stream()
            .map(DataAssets.Version::version)
            .filter(version -> version.matches("[0-9]{1,8}"))
            .mapToInt(Integer::parseInt)
            .max()
            .orElse(0);
    shown
        .putObject("properties")
        .put("dataType", versions.getFirst().type())
        .put("latestVersion", versions.getFirst().version())
        .put("nextVersion", String.valueOf(highest + 1));
    return shown;
  }

  private Response list(Request request, Actor actor) {
    return with(
        request,
        actor,
        Action.READ,
        workspace -> {
          List<ObjectNode> rows = new ArrayList<>();
          for (String name : data.names(workspace, Arm.skip(request))) {
            if (rows.size() == Arm.pageSize()) {
              String last = rows.getLast().path("name").asString();
              return Json.answer(200, Arm.page(request, rows, last));
            }
            List<DataAssets.Version> versions = data.versions(workspace, name);
            if (!versions.isEmpty()) {
              rows.add(container(workspace, versions));
            }
          }
          return Json.answer(200, Arm.page(request, rows, null));
        });
  }
}
