package ebb.app.door;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Azure's specification files as an oracle: what an answer may look like.
///
/// Checked are types, required properties, enumerations, null where it is not allowed, and the kind
/// that a discriminator names. Properties that the specification does not know are allowed: answers
/// have what all versions read.
final class Swagger {
  /// Beside a clone; a user's clone has none.
  static final Path FOLDER = Path.of("../../shared/wire/swagger/specification");

  private static final JsonMapper JSON = JsonMapper.shared();

  private final TreeMap<Path, JsonNode> files = new TreeMap<>();
  private final List<Path> roots = new ArrayList<>();

  /// The operations of these files, by their paths below [#FOLDER].
  Swagger(String... paths) throws IOException {
    for (String path : paths) {
      Path file = FOLDER.resolve(path).toRealPath();
      roots.add(file);
      file(file);
    }
  }

  static boolean isThere() {
    return Files.isDirectory(FOLDER);
  }

  private JsonNode file(Path file) {
    return files.computeIfAbsent(
        file,
        each -> {
          try {
            return JSON.readTree(Files.readAllBytes(each));
          } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
          }
        });
  }

  private record Place(Path file, JsonNode node) {}

  /// What is wrong with the answer to a request; empty if nothing is.
  List<String> faults(String method, String path, int status, String body) {
    for (Path root : roots) {
      for (var template : file(root).path("paths").properties()) {
        if (matches(template.getKey(), path)) {
          JsonNode operation = template.getValue().path(method.toLowerCase(Locale.ROOT));
          if (!operation.isMissingNode()) {
            return faults(new Place(root, operation.path("responses")), status, body);
          }
        }
      }
    }
    return List.of("no operation " + method + " " + path);
  }

  private static boolean matches(String template, String path) {
    String pattern = template.replaceAll("\\{[^/]*}", "[^/]+");
    return path.replaceFirst("\\?.*", "").matches("(?i)" + pattern);
  }

  private List<String> faults(Place responses, int status, String body) {
    JsonNode response = responses.node().path(String.valueOf(status));
    if (response.isMissingNode() && status >= 400) {
      response = responses.node().path("default");
    }
    if (response.isMissingNode()) {
      return List.of("the specification has no answer " + status);
    }
    List<String> faults = new ArrayList<>();
    if (!response.path("schema").isMissingNode()) {
      check(new Place(responses.file(), response.path("schema")), JSON.readTree(body), "$", faults);
    }
    return faults;
  }

  private Place resolved(Place place) {
    Place at = place;
    while (at.node().has("$ref")) {
      String reference = at.node().path("$ref").asString();
      int hash = reference.indexOf('#');
      Path file =
          hash == 0
              ? at.file()
              : at.file().resolveSibling(reference.substring(0, hash)).normalize();
      at = new Place(file, file(file).at(reference.substring(hash + 1)));
    }
    return at;
  }

  private void check(Place schema, JsonNode value, String where, List<String> faults) {
    boolean nullable = schema.node().path("x-nullable").asBoolean(false);
    Place at = resolved(schema);
    nullable |= at.node().path("x-nullable").asBoolean(false);
    if (value.isNull()) {
      if (!nullable) {
        faults.add(where + " is null");
      }
      return;
    }
    checkType(at.node(), value, where, faults);
    if (value.isObject()) {
      checkObject(at, value, where, faults);
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        check(
            new Place(at.file(), at.node().path("items")),
            value.get(i),
            where + "[" + i + "]",
            faults);
      }
    }
  }

  private static void checkType(
      JsonNode schema, JsonNode value, String where, List<String> faults) {
    boolean fits =
        switch (schema.path("type").asString("")) {
          case "string" -> value.isString();
          case "integer" -> value.isIntegralNumber();
          case "number" -> value.isNumber();
          case "boolean" -> value.isBoolean();
          case "array" -> value.isArray();
          case "object" -> value.isObject();
          default -> true; // the specification says nothing
        };
    if (!fits) {
      faults.add(where + " is no " + schema.path("type").asString());
    }
    if (schema.has("enum")
        && schema.path("enum").valueStream().noneMatch(each -> each.equals(value))) {
      faults.add(where + " is " + value + ", none of " + schema.path("enum"));
    }
    if (schema.path("format").asString("").equals("date-time")) {
      try {
        java.time.OffsetDateTime.parse(value.asString());
      } catch (java.time.format.DateTimeParseException unreadable) {
        faults.add(where + " is no time");
      }
    }
  }

  private void checkObject(Place schema, JsonNode value, String where, List<String> faults) {
    for (JsonNode part : schema.node().path("allOf")) {
      checkObject(resolved(new Place(schema.file(), part)), value, where, faults);
    }
    for (JsonNode required : schema.node().path("required")) {
      if (!value.has(required.asString())) {
        faults.add(where + " has no " + required.asString());
      }
    }
    for (var property : schema.node().path("properties").properties()) {
      JsonNode part = value.path(property.getKey());
      if (!part.isMissingNode()) {
        check(
            new Place(schema.file(), property.getValue()),
            part,
            where + "." + property.getKey(),
            faults);
      }
    }
    JsonNode others = schema.node().path("additionalProperties");
    if (others.isObject() && schema.node().path("properties").isMissingNode()) {
      value
          .properties()
          .forEach(each ->
              check(
                  new Place(schema.file(), others),
                  each.getValue(),
                  where + "." + each.getKey(),
                  faults));
    }
    checkKind(schema, value, where, faults);
  }

  /// The definition that the discriminator's value names holds too.
  private void checkKind(Place schema, JsonNode value, String where, List<String> faults) {
    String discriminator = schema.node().path("discriminator").asString("");
    if (discriminator.isEmpty()) {
      return;
    }
    String kind = value.path(discriminator).asString("");
    for (var definition : file(schema.file()).path("definitions").properties()) {
      JsonNode node = definition.getValue();
      String named = node.path("x-ms-discriminator-value").asString(definition.getKey());
      if (named.equals(kind)
          && node != schema.node()
          && node.path("discriminator").isMissingNode()) {
        JsonNode own = node.deepCopy();
        ((tools.jackson.databind.node.ObjectNode) own).remove("allOf");
        checkObject(new Place(schema.file(), own), value, where, faults);
        for (JsonNode base : node.path("allOf")) {
          Place other = resolved(new Place(schema.file(), base));
          if (other.node() != schema.node()) {
            checkObject(other, value, where, faults);
          }
        }
        return;
      }
    }
    faults.add(where + "." + discriminator + " is '" + kind + "', which names no kind");
  }
}
