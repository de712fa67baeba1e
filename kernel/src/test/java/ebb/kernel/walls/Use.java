package ebb.kernel.walls;

/// One thing that a compiled class mentions: a method, a field or a type.
///
/// @param place the class that mentions it, with the method and line where they are known
/// @param inMethod the method that mentions it, empty when unknown
/// @param owner binary name with dots, such as `java.time.Instant`
/// @param name of the method or field; empty when only the type is mentioned
/// @param descriptor as in the class file; empty when only the type is mentioned
public record Use(String place, String inMethod, String owner, String name, String descriptor) {

  static Use ofType(String place, String owner) {
    return new Use(place, "", owner, "", "");
  }

  boolean isType() {
    return name.isEmpty();
  }

  String target() {
    return isType() ? owner : owner + "." + name + descriptor;
  }
}
