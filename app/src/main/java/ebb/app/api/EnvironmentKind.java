package ebb.app.api;

import ebb.app.environment.EnvironmentRefused;
import ebb.app.environment.Environments;
import ebb.app.http.Request;
import ebb.app.specification.ImageName;
import ebb.app.specification.Specification;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Scope;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Environments as Azure's assets: an image, a conda file, or both.
record EnvironmentKind(Environments environments) implements ArmAssets.Kind {
  private static final String TYPE = "environmentType";

  /// Azure's word for environments that come with the service.
  private static final String OURS = "Curated";

  @Override
  public String path() {
    return "environments";
  }

  @Override
  public List<String> fixed() {
    return List.of("image", "condaFile");
  }

  @Override
  public void check(ArmBody properties) throws Bodies.Unfit {
    String image = properties.text("image");
    String conda = properties.text("condaFile");
    String os = properties.text("osType");
    if (os != null && !os.equalsIgnoreCase("Linux")) {
      throw new Bodies.Unfit("'" + os + "' is no osType that Ebb has: its nodes run Linux.");
    }
    properties
        .harmless("environmentType", "autoRebuild")
        .refused("build", "images are not built here: name one, or a conda file")
        .refused("inferenceConfig", "nothing is served from it");
    if (image == null && conda == null) {
      throw new Bodies.Unfit("An environment names an 'image', a 'condaFile', or both.");
    }
    Optional<String> fault = image == null ? Optional.empty() : ImageName.fault(image);
    if (fault.isPresent()) {
      throw new Bodies.Unfit(fault.get() + ".");
    }
    if (conda != null) {
      try {
        Environments.checkConda(conda);
      } catch (EnvironmentRefused refused) {
        throw new Bodies.Unfit(String.valueOf(refused.getMessage()));
      }
    }
  }

  @Override
  public void settle(ObjectNode properties, Scope workspace) {
    properties.remove(TYPE); // it follows from whose it is, whatever was sent
  }

  @Override
  public ArmAssets.Found find(Request request, Actor actor, ObjectNode properties)
      throws Bodies.Unfit {
    if (request.parameter("name").equalsIgnoreCase(Environments.HOST)) {
      throw new Bodies.Unfit(
          "'%s' means the machine's own programs: choose another name."
              .formatted(Environments.HOST));
    }
    return new ArmAssets.Found("", null);
  }

  @Override
  public void show(ObjectNode properties) {
    boolean isOurs = properties.path(TYPE).asString("").equals(OURS);
    properties.put(TYPE, isOurs ? OURS : "UserCreated").put("osType", "Linux");
  }

  /// As Azure shows what it has curated. The packages are shown as a conda file, which is how users
  /// of Azure read and write them.
  @Override
  public Optional<ObjectNode> known(String name) {
    return environments
        .known(name)
        .map(known -> {
          ObjectNode properties = Json.object().put(TYPE, OURS);
          switch (known) {
            case Specification.HostEnvironment _ ->
                properties.put("description", "The machine's own programs.");
            case Specification.Image(String image) -> properties.put("image", image);
            case Specification.ImageOr(Specification.Image image, Specification.Packages _) ->
                properties.put("image", image.name());
            case Specification.Packages packages -> properties.put("condaFile", conda(packages));
            case Specification.ImageWith(var image, var packages, var _) ->
                properties.put("image", image.name()).put("condaFile", conda(packages));
          }
          return properties;
        });
  }

  private static String conda(Specification.Packages packages) {
    String python = packages.python().isEmpty() ? "" : "=" + packages.python();
    StringBuilder file = new StringBuilder("dependencies:\n- python" + python + "\n- pip:\n");
    packages
        .requirements()
        .forEach(each -> {
          boolean isNote = each.startsWith("#"); // which installs nothing
          file.append(isNote ? "  " + each : "  - '" + each.replace("'", "''") + "'").append('\n');
        });
    return file.toString();
  }

  @Override
  public void showName(ObjectNode shown, ObjectNode newest) {
    // Azure has nothing of it there.
  }
}
