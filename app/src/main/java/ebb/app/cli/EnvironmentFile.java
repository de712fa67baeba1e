package ebb.app.cli;

import java.nio.file.Path;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An `environment` file of Azure ML's second command line, or the part of a job's that says the
/// same, as the body that its REST paths take.
final class EnvironmentFile {
  private static final Set<String> KNOWN =
      Set.of("$schema", "name", "version", "image", "conda_file", "description", "tags", "os_type");

  private EnvironmentFile() {}

  /// @param folder what relative paths start from
  static ObjectNode properties(Path folder, ObjectNode file) {
    for (String name : file.propertyNames()) {
      if (!KNOWN.contains(name) && file.hasNonNull(name)) {
        throw Failed.unreadable(
            "the property '%s' of an environment asks for something that is not done so far: name an image or a conda_file."
                .formatted(name));
      }
    }
    ObjectNode properties = JsonNodeFactory.instance.objectNode();
    if (file.hasNonNull("image")) {
      properties.put("image", file.get("image").asString(""));
    }
    JsonNode conda = file.path("conda_file");
    if (conda.isString()) {
      properties.put("condaFile", Yaml.write(Yaml.read(folder.resolve(conda.asString()))));
    } else if (conda.isObject()) {
      properties.put("condaFile", Yaml.write(conda));
    }
    return properties;
  }
}
