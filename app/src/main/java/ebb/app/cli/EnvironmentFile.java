package ebb.app.cli;

import java.nio.file.Path;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An `environment` file of Azure ML's second command line, or the part of a job's that says the
/// same, as the body that its REST paths take.
final class EnvironmentFile {
  private static final Set<String> KNOWN =
      Set.of("$schema", "name", "version", "image", "conda_file", "description", "tags", "os_type");

  private EnvironmentFile() {}

  /// @param folder what relative paths start from
  static ObjectNode properties(Path folder, Section file) {
    for (String name : file.names()) {
      if (!KNOWN.contains(name) && file.has(name)) {
        throw Failed.unreadable(
            "the property '%s' of an environment asks for something that is not done so far: name an image or a conda_file."
                .formatted(name));
      }
    }
    if (!file.text("os_type", "linux").equalsIgnoreCase("linux")) {
      throw Failed.unreadable("nodes run Linux: leave 'os_type' of the environment out.");
    }
    ObjectNode properties = JsonNodeFactory.instance.objectNode();
    String image = file.text("image");
    if (image != null) {
      properties.put("image", image);
    }
    if (file.hasObject("conda_file")) {
      properties.put("condaFile", Yaml.write(file.whole("conda_file")));
    } else if (file.has("conda_file")) {
      Path conda = folder.resolve(file.required("conda_file"));
      properties.put("condaFile", Yaml.write(Yaml.read(conda)));
    }
    return properties;
  }
}
