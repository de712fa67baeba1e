package ebb.kernel.walls;

import java.lang.classfile.ClassModel;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Something that compiled code may not mention.
///
/// @param what in a few words, for the head of the message
/// @param why it stands, and what to do instead
/// @param refuses the uses it refuses
public record Wall(String what, String why, Predicate<Use> refuses) {

  /// What `classes` do against this wall, one line each.
  public List<String> breaches(List<ClassModel> classes) {
    return classes.stream()
        .flatMap(type ->
            ByteCode.usesOf(type).stream()
                .filter(refuses)
                .map(use -> use.place() + " uses " + use.target()))
        .distinct()
        .toList();
  }

  /// Fails with the breaches and the reason, when there are any.
  public void holdsFor(List<ClassModel> classes) {
    List<String> breaches = breaches(classes);
    if (!breaches.isEmpty()) {
      throw new AssertionError(
          breaches.stream().collect(Collectors.joining("\n  ", what + ":\n  ", "\nWhy: " + why)));
    }
  }

  /// The same wall with a gate: `allowed` may pass.
  public Wall except(Predicate<Use> allowed) {
    return new Wall(what, why, refuses.and(allowed.negate()));
  }

  @Override
  public String toString() {
    return what;
  }

  static Predicate<Use> types(String... names) {
    return use -> Stream.of(names).anyMatch(use.owner()::equals);
  }

  static Predicate<Use> packages(String... names) {
    return use -> Stream.of(names).anyMatch(name -> use.owner().startsWith(name + "."));
  }

  static Predicate<Use> calls(String owner, String... names) {
    return use -> use.owner().equals(owner) && Stream.of(names).anyMatch(use.name()::equals);
  }

  static Predicate<Use> callsWith(String owner, String name, String descriptorStart) {
    return use ->
        use.owner().equals(owner)
            && use.name().equals(name)
            && use.descriptor().startsWith(descriptorStart);
  }

  @SafeVarargs
  static Predicate<Use> anyOf(Predicate<Use>... uses) {
    Predicate<Use> any = use -> false;
    for (Predicate<Use> one : uses) {
      any = any.or(one);
    }
    return any;
  }
}
