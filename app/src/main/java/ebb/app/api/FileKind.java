package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.specification.Specification;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// Assets that are files or folders: a type, and an address.
///
/// @param word how the properties begin that say so
/// @param types that there are
record FileKind(String path, String word, List<String> types, InputAddresses addresses, Assets jobs)
    implements ArmAssets.Kind {
  static FileKind data(InputAddresses addresses, Assets jobs) {
    return new FileKind("data", "data", List.of("uri_file", "uri_folder"), addresses, jobs);
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
    String type = properties.required(type());
    properties.required(uri());
    properties.harmless("referencedUris");
    if (!types.contains(type)) {
      throw new Bodies.Unfit(
          "'%s' is no %s that Ebb has: there are %s.".formatted(type, type(), types));
    }
  }

  /// As a job would read it that names it now.
  @Override
  public ArmAssets.Found find(Request request, Actor actor, ObjectNode properties)
      throws IOException, Bodies.Unfit {
    Scope workspace = Reads.workspaceScope(request);
    String type = properties.path(type()).asString();
    String address = addresses.resolve(properties.path(uri()).asString(), workspace);
    TreeMap<String, Specification.Input> input = new TreeMap<>();
    input.put("asset", new Specification.InputFiles(type, "ro_mount", address));
    Specification reading = Specification.ofArguments(List.of("true"), Map.of());
    return new ArmAssets.Found(address, jobs.refusal(reading.withInputs(input), workspace));
  }

  @Override
  public void show(ObjectNode properties) {
    // It is what was sent.
  }

  @Override
  public void showName(ObjectNode shown, ObjectNode newest) {
    shown.set(type(), newest.path(type()));
  }
}
