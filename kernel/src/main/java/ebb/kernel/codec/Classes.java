package ebb.kernel.codec;

import java.util.List;
import java.util.TreeMap;

/// The records and enums that can be reached from a table's roots, by the names the table has for
/// them.
final class Classes {
  private final List<Class<?>> roots;
  private final TreeMap<String, Class<?>> byName = new TreeMap<>();
  private final TreeMap<String, Shape> shapes = new TreeMap<>();

  Classes(List<Class<?>> roots) {
    this.roots = roots;
    roots.forEach(this::discover);
  }

  void discover(Class<?> type) {
    if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        discover(permitted);
      }
    } else if (type.isEnum()) {
      put(nameOf(type), type);
    } else if (type.isRecord()) {
      add(nameOf(type), type);
    }
  }

  /// A record, under a name that need not be its own.
  void add(String name, Class<?> record) {
    if (!put(name, record)) {
      return;
    }
    Shape shape = Shape.of(record);
    shapes.put(name, shape);
    for (Shape.Component component : shape.components()) {
      Class<?> part = component.element();
      if (part.isSealed()) {
        put(nameOf(part), part);
      }
      discover(part);
    }
  }

  /// False if it was there before.
  private boolean put(String name, Class<?> type) {
    Class<?> known = byName.put(name, type);
    if (known != null && known != type) {
      throw new IllegalStateException("Two classes go by the name of " + name);
    }
    return known == null;
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  Class<?> get(String name, TableLine user) {
    Class<?> type = byName.get(name);
    if (type == null) {
      throw user.wrong("names the type " + name + ", which nothing it holds has");
    }
    return type;
  }

  Shape shape(String name) {
    Shape shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalStateException(name + " is no record");
    }
    return shape;
  }

  /// As tables name a class: with the classes around it, but without a root.
  String nameOf(Class<?> type) {
    Class<?> around = type.getEnclosingClass();
    boolean isRoot = around != null && around.isSealed() && roots.contains(around);
    return around == null || isRoot
        ? type.getSimpleName()
        : nameOf(around) + "." + type.getSimpleName();
  }

  String typeName(Shape.Component component) {
    String element = nameOf(component.element());
    return component.isList() ? "List<" + element + ">" : element;
  }
}
