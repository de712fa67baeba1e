package ebb.app.door;

import ebb.app.door.ServedHome.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Azure's specification files as an oracle: what an answer may look like.
///
/// Checked are the status, the headers that the specification names, whether there is a body,
/// types, required properties, enumerations, null where it is not allowed, and the kind that a
/// discriminator names. Properties that the specification does not know are allowed: answers have
/// what all versions read.
final class Swagger {
  /// Beside a clone; a user's clone has none.
  static final Path FOLDER = Path.of("../../shared/wire/swagger/specification");

  private static final JsonMapper JSON = JsonMapper.shared();

  private final TreeMap<Path, JsonNode> files = new TreeMap<>();
  private final List<Path> roots = new ArrayList<>();
  private final TreeSet<String> checked = new TreeSet<>();

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
  List<String> faults(String method, String path, Answer answer) {
    for (Path root : roots) {
      for (var template : file(root).path("paths").properties()) {
        if (matches(template.getKey(), path)) {
          JsonNode operation = template.getValue().path(method.toLowerCase(Locale.ROOT));
          if (!operation.isMissingNode()) {
            checked.add(operation.path("operationId").asString() + " " + answer.status());
            return faults(new Place(root, operation.path("responses")), answer);
          }
        }
      }
    }
    return List.of("no operation " + method + " " + path);
  }

  /// The operations that were answered, and how: `Jobs_Get 200`.
  Set<String> checked() {
    return checked;
  }

  /// What is wrong with a body that is to be of a definition, as `FILE#/definitions/NAME`.
  List<String> faultsAs(String definition, String body) throws IOException {
    int hash = definition.indexOf('#');
    Path file = FOLDER.resolve(definition.substring(0, hash)).toRealPath();
    List<String> faults = new ArrayList<>();
    Place schema = new Place(file, file(file).at(definition.substring(hash + 1)));
    check(schema, JSON.readTree(body), "$", faults);
    return faults;
  }

  private static boolean matches(String template, String path) {
    String pattern = template.replaceAll("\\{[^/]*}", "[^/]+");
    String plain = path.replaceFirst("\\?.*", "").replace("//", "/");
    return plain.matches("(?i)" + pattern);
  }

  private List<String> faults(Place responses, Answer answer) {
    JsonNode response = responses.node().path(String.valueOf(answer.status()));
    if (response.isMissingNode() && answer.status() >= 400) {
      response = responses.node().path("default");
    }
    if (response.isMissingNode()) {
      return List.of("the specification has no answer " + answer.status());
    }
    List<String> faults = new ArrayList<>();
    for (var header : response.path("headers").properties()) {
      if (answer.headers().firstValue(header.getKey()).isEmpty()) {
        faults.add("there is no header " + header.getKey());
      }
    }
    if (response.path("schema").isMissingNode()) {
      if (!answer.body().isEmpty()) {
        faults.add("there is a body");
      }
    } else {
      Place schema = new Place(responses.file(), response.path("schema"));
      check(schema, JSON.readTree(answer.body()), "$", faults);
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
    try {
      switch (schema.path("format").asString("")) {
        case "date-time" -> OffsetDateTime.parse(value.asString());
        case "duration" -> Duration.parse(value.asString());
        default -> {} // any text
      }
    } catch (DateTimeParseException unreadable) {
      faults.add(where + " is no " + schema.path("format").asString());
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

  /// Whether a definition is one of the kinds of another: several families use the same names.
  private boolean isOf(Place schema, JsonNode definition) {
    for (JsonNode base : definition.path("allOf")) {
      if (resolved(new Place(schema.file(), base)).node() == schema.node()) {
        return true;
      }
    }
    return false;
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
      if (named.equals(kind) && isOf(schema, node) && node.path("discriminator").isMissingNode()) {
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
