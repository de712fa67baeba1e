package ebb.app.environment;

import ebb.app.specification.Specification;
import ebb.app.specification.Specification.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// What well-known names of environments and images mean on this machine: the file that is shipped,
/// and an operator's own over it.
final class KnownNames {
  private static final YAMLMapper YAML = YAMLMapper.shared();
  private static final String SHIPPED = "environments.yaml";

  private final Map<String, Environment> byName = new TreeMap<>();

  private KnownNames() {}

  /// @param own the operator's file, which need not be there
  static KnownNames open(Path own) throws IOException {
    KnownNames names = new KnownNames();
    try (InputStream shipped = KnownNames.class.getResourceAsStream(SHIPPED)) {
      if (shipped == null) {
        throw new IllegalStateException(SHIPPED + " is not in the program");
      }
      names.read(shipped.readAllBytes(), Path.of(SHIPPED));
    }
    if (Files.exists(own)) {
      names.read(Files.readAllBytes(own), own);
    }
    return names;
  }

  private void read(byte[] bytes, Path file) throws IOException {
    try {
      YAML.readTree(bytes).forEachEntry((name, entry) -> byName.put(key(name), environment(entry)));
    } catch (JacksonException | IllegalArgumentException damaged) {
      throw new IOException(file + " cannot be read: " + damaged.getMessage(), damaged);
    }
  }

  private static Environment environment(JsonNode entry) {
    String image = entry.path("image").asString("");
    boolean hasPackages = entry.path("pip").isArray();
    List<String> requirements = new ArrayList<>();
    entry.path("pip").forEach(line -> requirements.add(line.asString()));
    Specification.Packages packages =
        new Specification.Packages(entry.path("python").asString(""), requirements);
    if (image.isEmpty()) {
      if (!hasPackages) {
        throw new IllegalArgumentException("an entry has an 'image', a list 'pip', or both");
      }
      return packages;
    }
    return hasPackages
        ? new Specification.ImageOr(new Specification.Image(image), packages)
        : new Specification.Image(image);
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /// All that are known, as they are compared.
  Set<String> all() {
    return byName.keySet();
  }

  Optional<Environment> find(String name) {
    return Optional.ofNullable(byName.get(key(name)));
  }
}
