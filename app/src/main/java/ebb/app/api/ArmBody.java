package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.kernel.protocol.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An object of an Azure request, read property by property: each is read, or known to ask for
/// nothing that matters here, or refused by its name. Nothing that asks for something is passed
/// over in silence. Names are compared without case.
final class ArmBody {
  private final String path;
  private final JsonNode node;
  private final TreeMap<String, JsonNode> properties;
  private final TreeSet<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  private ArmBody(String path, JsonNode node) {
    this.path = path;
    this.node = node;
    this.properties = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    node.properties().forEach(each -> properties.put(each.getKey(), each.getValue()));
  }

  /// An object of our own making.
  static ArmBody of(ObjectNode node) {
    return new ArmBody("", node);
  }

  interface Use {
    Response of(ArmBody body) throws Bodies.Unfit;
  }

  /// Reads the body of a request. azureml-core sends some bodies as one JSON text that holds the
  /// object's text.
  static Response read(Request request, Use use) {
    return Bounded.body(
        request,
        JsonNode.class,
        sent -> {
          JsonNode node = sent;
          if (sent.isString()) {
            node =
                switch (Json.read(
                    sent.asString().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    JsonNode.class)) {
                  case Json.Good<JsonNode>(JsonNode inner) -> inner;
                  case Json.Bad<JsonNode>(String message) -> throw new Bodies.Unfit(message);
                };
          }
          if (!node.isObject()) {
            throw new Bodies.Unfit("The body must be a JSON object.");
          }
          return use.of(new ArmBody("", node));
        });
  }

  /// The object as it was sent.
  String source() {
    return node.toString();
  }

  private @Nullable JsonNode take(String name) {
    seen.add(name);
    JsonNode value = properties.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private Bodies.Unfit unfit(String name, String expected) {
    return new Bodies.Unfit("The property '" + path + name + "' must be " + expected + ".");
  }

  /// The object of this name; one without properties if it is absent.
  ArmBody object(String name) throws Bodies.Unfit {
    JsonNode value = take(name);
    if (value != null && !value.isObject()) {
      throw unfit(name, "an object");
    }
    return new ArmBody(
        path + name + ".", value == null ? JsonNodeFactory.instance.objectNode() : value);
  }

  boolean has(String name) {
    JsonNode value = properties.get(name);
    return value != null && !value.isNull();
  }

  /// A text; null if it is absent or empty.
  @Nullable String text(String name) throws Bodies.Unfit {
    JsonNode value = take(name);
    if (value == null) {
      return null;
    }
    if (!value.isString()) {
      throw unfit(name, "a text");
    }
    return value.asString().isEmpty() ? null : value.asString();
  }

  String required(String name) throws Bodies.Unfit {
    String text = text(name);
    if (text == null) {
      throw new Bodies.Unfit("The property '" + path + name + "' is missing.");
    }
    return text;
  }

  /// A whole number, which some clients send as a text.
  @Nullable Integer number(String name) throws Bodies.Unfit {
    JsonNode value = take(name);
    if (value == null) {
      return null;
    }
    String text = value.isString() || value.isIntegralNumber() ? value.asString() : "";
    try {
      return Integer.valueOf(text.strip());
    } catch (NumberFormatException unreadable) {
      throw unfit(name, "a whole number");
    }
  }

  /// A whole number that is not negative.
  @Nullable Integer count(String name) throws Bodies.Unfit {
    Integer count = number(name);
    if (count != null && count < 0) {
      throw new Bodies.Unfit(
          "The property '%s%s' cannot be %d: allowed is 0 or more.".formatted(path, name, count));
    }
    return count;
  }

  /// A duration in milliseconds; `absent` if it is absent or empty, as clients send it that leave
  /// the choice to the server.
  long millis(String name, long absent) throws Bodies.Unfit {
    String text = text(name);
    return text == null
        ? absent
        : Bodies.millis(JsonNodeFactory.instance.stringNode(text), path + name, absent);
  }

  /// Whether it is true; null if it is absent.
  @Nullable Boolean truth(String name) throws Bodies.Unfit {
    JsonNode value = take(name);
    if (value != null && !value.isBoolean()) {
      throw unfit(name, "true or false");
    }
    return value == null ? null : value.asBoolean();
  }

  /// Texts by name; numbers and truth values become texts.
  TreeMap<String, String> texts(String name) throws Bodies.Unfit {
    TreeMap<String, String> texts = new TreeMap<>();
    ArmBody object = object(name);
    for (Map.Entry<String, JsonNode> each : object.properties.entrySet()) {
      if (each.getValue().isContainer()) {
        throw object.unfit(each.getKey(), "a text");
      }
      texts.put(each.getKey(), each.getValue().isNull() ? "" : each.getValue().asString());
    }
    return texts;
  }

  /// The tags, by their names.
  List<Tag> tags() throws Bodies.Unfit {
    List<Tag> tags = new ArrayList<>();
    texts("tags").forEach((name, value) -> tags.add(new Tag(name, value)));
    return tags;
  }

  /// The objects of this name, by theirs.
  TreeMap<String, ArmBody> objects(String name) throws Bodies.Unfit {
    TreeMap<String, ArmBody> objects = new TreeMap<>();
    ArmBody object = object(name);
    for (String each : object.properties.keySet()) {
      objects.put(each, object.object(each));
    }
    return objects;
  }

  /// These may say what they like: they are told by the server, or make no difference here.
  ArmBody harmless(String... names) {
    seen.addAll(List.of(names));
    return this;
  }

  /// Refuses the property if it asks for something.
  ArmBody refused(String name, String remedy) throws Bodies.Unfit {
    JsonNode value = take(name);
    if (value != null && asksForSomething(value)) {
      throw new Bodies.Unfit(
          "The property '%s%s' asks for something that Ebb does not do: %s."
              .formatted(path, name, remedy));
    }
    return this;
  }

  /// Whatever was not read is refused if it asks for something.
  void end() throws Bodies.Unfit {
    List<String> unknown = new ArrayList<>(properties.keySet());
    unknown.removeIf(name -> seen.contains(name) || !asksForSomething(properties.get(name)));
    if (!unknown.isEmpty()) {
      throw new Bodies.Unfit(
          "The property '%s%s' is not known here: leave it out."
              .formatted(path, unknown.getFirst()));
    }
  }

  private static boolean asksForSomething(@Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return false;
    }
    if (value.isContainer()) {
      for (JsonNode part : value) {
        if (asksForSomething(part)) {
          return true;
        }
      }
      return false;
    }
    String text = value.asString().toLowerCase(Locale.ROOT);
    return switch (text) {
      case "", "false", "none", "disabled", "notspecified" -> false;
      default -> true; // any other value means something
    };
  }
}
