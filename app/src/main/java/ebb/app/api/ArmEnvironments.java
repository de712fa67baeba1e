package ebb.app.api;

import ebb.app.environment.EnvironmentRefused;
import ebb.app.environment.Environments;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Environments as Azure's assets: a name, and versions that never change.
final class ArmEnvironments {
  private static final String LIST = Arm.WORKSPACE + "/environments";
  private static final String VERSIONS = LIST + "/{name}/versions";
  private static final String PATH = VERSIONS + "/{version}";
  private static final String TYPE = "Microsoft.MachineLearningServices/workspaces/environments";

  private final Reads reads;
  private final Environments environments;

  ArmEnvironments(Reads reads, Environments environments) {
    this.reads = reads;
    this.environments = environments;
  }

  void addTo(Arm arm) {
    arm.on("GET", LIST, this::list)
        .on("GET", LIST + "/{name}", this::container)
        .on("GET", VERSIONS, this::versions)
        .on("GET", PATH, this::get)
        .on("PUT", PATH, this::put);
  }

  private interface Use {
    Response of(Scope workspace) throws IOException;
  }

  private Response with(Request request, Actor actor, Use use) {
    return reads.inWorkspace(
        request,
        actor,
        _ -> {
          try {
            return use.of(Reads.workspaceScope(request));
          } catch (IOException failure) {
            return Reads.unavailable(
                "StorageUnavailable", "Environments cannot be read or kept.", failure);
          }
        });
  }

  private Response put(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, Action.WRITE, Reads.workspaceScope(request));
    if (refusal != null) {
      return refusal;
    }
    return ArmBody.read(
        request,
        body -> {
          body.harmless("id", "name", "type", "systemData");
          ArmBody properties = body.object("properties");
          body.end();
          check(properties);
          return with(request, actor, workspace -> put(request, workspace, properties));
        });
  }

  /// What an environment can be made of; what else is sent is refused by its name.
  private static void check(ArmBody properties) throws Bodies.Unfit {
    String image = properties.text("image");
    String conda = properties.text("condaFile");
    properties
        .harmless("description", "tags", "properties", "isAnonymous", "isArchived", "osType")
        .harmless("provisioningState", "environmentType", "autoRebuild", "stage")
        .refused("build", "images are not built here: name one, or a conda file")
        .refused("inferenceConfig", "nothing is served from it")
        .end();
    if (image == null && conda == null) {
      throw new Bodies.Unfit("An environment names an 'image', a 'condaFile', or both.");
    }
  }

  private Response put(Request request, Scope workspace, ArmBody properties) throws IOException {
    Environments.Version sent =
        new Environments.Version(
            request.parameter("name"), request.parameter("version"), properties.source());
    try {
      boolean isNew = environments.put(workspace, sent);
      return Json.answer(isNew ? 201 : 200, shape(workspace, sent));
    } catch (EnvironmentRefused refused) {
      return Json.refusal(409, "Conflict", refused.why());
    }
  }

  private static ObjectNode shape(Scope workspace, Environments.Version version) {
    ObjectNode shown = Json.object();
    shown.put("id", path(workspace, version.name()) + "/versions/" + version.version());
    shown.put("name", version.version());
    shown.put("type", TYPE + "/versions");
    ObjectNode properties = Json.object(version.content());
    properties.put("environmentType", "UserCreated");
    properties.put("osType", "Linux");
    shown.set("properties", properties);
    return shown;
  }

  private static String path(Scope workspace, String name) {
    return workspace.path() + "/environments/" + name;
  }

  private Response get(Request request, Actor actor) {
    String name = request.parameter("name");
    String version = request.parameter("version");
    return with(
        request,
        actor,
        workspace -> {
          Optional<Environments.Version> found = environments.find(workspace, name, version);
          return found.isPresent()
              ? Json.answer(200, shape(workspace, found.get()))
              : Reads.notFound("environment", name + ":" + version);
        });
  }

  private Response versions(Request request, Actor actor) {
    String name = request.parameter("name");
    return with(
        request,
        actor,
        workspace -> {
          List<ObjectNode> rows = new ArrayList<>();
          for (String version : environments.versions(workspace, name)) {
            environments
                .find(workspace, name, version)
                .ifPresent(found -> rows.add(shape(workspace, found)));
          }
          return rows.isEmpty()
              ? Reads.notFound("environment", name)
              : Json.answer(200, Arm.page(request, rows, null));
        });
  }

  private Response container(Request request, Actor actor) {
    String name = request.parameter("name");
    return with(
        request,
        actor,
        workspace -> {
          Optional<String> latest = environments.latest(workspace, name);
          return latest.isPresent()
              ? Json.answer(200, container(workspace, name, latest.get()))
              : Reads.notFound("environment", name);
        });
  }

  private static ObjectNode container(Scope workspace, String name, String latest) {
    ObjectNode shown = Json.object();
    shown.put("id", path(workspace, name)).put("name", name).put("type", TYPE);
    shown.putObject("properties").put("latestVersion", latest);
    return shown;
  }

  private Response list(Request request, Actor actor) {
    return with(
        request,
        actor,
        workspace -> {
          List<ObjectNode> rows = new ArrayList<>();
          for (String name : environments.names(workspace, Arm.skip(request))) {
            if (rows.size() == Arm.pageSize()) {
              String last = rows.getLast().path("name").asString();
              return Json.answer(200, Arm.page(request, rows, last));
            }
            environments
                .latest(workspace, name)
                .ifPresent(latest -> rows.add(container(workspace, name, latest)));
          }
          return Json.answer(200, Arm.page(request, rows, null));
        });
  }
}
