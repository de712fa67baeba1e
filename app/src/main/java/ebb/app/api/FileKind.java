package ebb.app.api;

import ebb.app.data.DataAddress;
import ebb.app.data.DataRefused;
import ebb.app.data.Datastores;
import ebb.app.http.Request;
import ebb.app.specification.Specification;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// Assets that are files or folders: a type, and an address. What a job has left under it becomes a
/// snapshot, which stays as it is when the job is deleted.
///
/// @param path in Azure's paths
/// @param word how the properties begin that say so
/// @param types that there are; the first if none is said
record FileKind(String path, String word, List<String> types, Places places)
    implements ArmAssets.Kind {
  /// Where files may be.
  record Places(InputAddresses addresses, JobBlobs jobs, Assets assets) {}

  static FileKind data(Places places) {
    return new FileKind("data", "data", List.of("uri_folder", "uri_file"), places);
  }

  static FileKind models(Places places) {
    return new FileKind("models", "model", InputAddresses.MODELS, places);
  }

  private String type() {
    return word + "Type";
  }

  private String uri() {
    return word + "Uri";
  }

  @Override
  public List<String> fixed() {
    return List.of(type(), uri());
  }

  @Override
  public void check(ArmBody properties) throws Bodies.Unfit {
    String type = Bodies.or(properties.text(type()), types.getFirst()).toLowerCase(Locale.ROOT);
    properties.required(uri());
    properties.harmless("referencedUris", "flavors", "jobName", "datastoreId");
    if (!types.contains(type)) {
      throw new Bodies.Unfit(
          "'%s' is no %s that Ebb has: there are %s.".formatted(type, type(), types));
    }
  }

  @Override
  public void settle(ObjectNode properties, Scope workspace) {
    String type = properties.path(type()).asString(types.getFirst());
    properties.put(type(), type.toLowerCase(Locale.ROOT));
    properties.put(uri(), JobBlobs.stored(properties.path(uri()).asString(), workspace));
  }

  /// As a job would read it that names it now.
  @Override
  public ArmAssets.Found find(Request request, Actor actor, ObjectNode properties)
      throws IOException, Bodies.Unfit {
    Scope workspace = Reads.workspaceScope(request);
    String type = properties.path(type()).asString();
    String address = places.addresses().resolve(properties.path(uri()).asString(), type, workspace);
    try {
      if (DataAddress.parse(address, workspace) instanceof DataAddress.InDatastore in
          && Datastores.isOwn(in.datastore())) {
        return places.jobs().snapshot(request, actor, in);
      }
    } catch (DataRefused refused) {
      throw new Bodies.Unfit(refused.why());
    }
    TreeMap<String, Specification.Input> input = new TreeMap<>();
    input.put("asset", new Specification.InputFiles(type, "ro_mount", address));
    Specification reading = Specification.ofArguments(List.of("true"), Map.of());
    return new ArmAssets.Found(
        address, places.assets().refusal(reading.withInputs(input), workspace));
  }

  @Override
  public void show(ObjectNode properties) {
    if (word.equals("model") && !properties.path("flavors").isObject()) {
      properties.putObject("flavors"); // clients read none as a fault
    }
  }

  @Override
  public Optional<ObjectNode> known(String name) {
    return Optional.empty(); // no files come with the server
  }

  @Override
  public void showName(ObjectNode shown, ObjectNode newest) {
    if (word.equals("data")) {
      shown.set(type(), newest.path(type()));
    }
  }
}
