package ebb.app.api;

import ebb.app.environment.EnvironmentRefused;
import ebb.app.environment.Environments;
import ebb.app.http.Request;
import ebb.app.specification.ImageName;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Scope;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Environments as Azure's assets: an image, a conda file, or both.
record EnvironmentKind() implements ArmAssets.Kind {
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
    properties
        .harmless("osType", "environmentType", "autoRebuild")
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
    // There is but one way.
  }

  @Override
  public ArmAssets.Found find(Request request, Actor actor, ObjectNode properties) {
    return new ArmAssets.Found("", null);
  }

  @Override
  public void show(ObjectNode properties) {
    properties.put("environmentType", "UserCreated").put("osType", "Linux");
  }

  @Override
  public void showName(ObjectNode shown, ObjectNode newest) {
    // Azure has nothing of it there.
  }
}
