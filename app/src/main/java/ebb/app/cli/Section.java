package ebb.app.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An object of a file, read property by property: one that has not the shape that its schema gives
/// it is refused by its name, as the server refuses it of a body. Nothing that asks for something
/// is passed over in silence.
final class Section {
  private final String path;
  private final ObjectNode node;

  private Section(String path, ObjectNode node) {
    this.path = path;
    this.node = node;
  }

  /// A whole file.
  static Section of(ObjectNode file) {
    return new Section("", file);
  }

  private @Nullable JsonNode take(String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private Failed unfit(String name, String expected, JsonNode value) {
    String is =
        value.isArray() ? "a list" : value.isObject() ? "an object" : "'" + value.asString() + "'";
    return Failed.unreadable(
        "the property '%s%s' must be %s, and is %s.".formatted(path, name, expected, is));
  }

  boolean has(String name) {
    return take(name) != null;
  }

  /// Whether it is an object or a list.
  boolean hasParts(String name) {
    return node.path(name).isContainer();
  }

  boolean hasObject(String name) {
    return node.path(name).isObject();
  }

  /// The names of what is in it, also of what is empty.
  List<String> names() {
    return new ArrayList<>(node.propertyNames());
  }

  /// The object of this name; one without properties if it is absent.
  Section section(String name) {
    JsonNode value = take(name);
    if (value == null) {
      return new Section(path + name + ".", JsonNodeFactory.instance.objectNode());
    }
    if (value instanceof ObjectNode object) {
      return new Section(path + name + ".", object);
    }
    throw unfit(name, "an object", value);
  }

  /// A text, as which a number or a truth value counts too; null if it is absent or empty.
  @Nullable String text(String name) {
    JsonNode value = take(name);
    if (value == null) {
      return null;
    }
    if (value.isContainer()) {
      throw unfit(name, "a text", value);
    }
    return value.asString().isEmpty() ? null : value.asString();
  }

  String text(String name, String absent) {
    String text = text(name);
    return text == null ? absent : text;
  }

  /// A text, or a list of one: of several, one would be chosen that nobody named.
  @Nullable String oneText(String name) {
    if (node.path(name) instanceof ArrayNode list && list.size() == 1 && list.get(0).isString()) {
      return list.get(0).asString();
    }
    return text(name);
  }

  String required(String name) {
    String text = text(name);
    if (text == null) {
      throw Failed.unreadable("the property '" + path + name + "' is missing.");
    }
    return text;
  }

  /// A whole number; null if it is absent.
  @Nullable Integer number(String name, int least) {
    return number(name, least, "a whole number");
  }

  /// A time in whole seconds; null if it is absent.
  @Nullable Integer seconds(String name, int least) {
    return number(name, least, "a whole number of seconds");
  }

  private @Nullable Integer number(String name, int least, String expected) {
    JsonNode value = take(name);
    if (value == null) {
      return null;
    }
    Failed unfit = unfit(name, expected + ", " + least + " or more", value);
    try {
      int number = Integer.parseInt(value.isContainer() ? "" : value.asString());
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException unreadable) {
      throw unfit;
    }
    throw unfit;
  }

  /// Values by name, none of which has parts.
  ObjectNode values(String name) {
    Section values = section(name);
    values.names().forEach(values::text);
    return values.node;
  }

  /// An object of which whoever uses it knows the shape.
  ObjectNode whole(String name) {
    return section(name).node;
  }

  /// Whatever is in it beside these names asks for something.
  void end(Collection<String> known) {
    for (String name : names()) {
      if (!known.contains(name) && take(name) != null) {
        throw NotHere.property(path, name, known);
      }
    }
  }
}
