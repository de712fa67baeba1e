package ebb.kernel.walls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads what compiled classes mention. Instructions are read for the place; the constant pool is
/// read as well, so that nothing escapes: a method reference, an annotation, the type of a field.
public final class ByteCode {
  private static final Pattern TYPE = Pattern.compile("L((?:\\w+/)+[\\w$]+)[;<]");

  private ByteCode() {}

  /// The classes compiled below `folder`, without its test classes.
  public static List<ClassModel> classesIn(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .filter(file -> !file.endsWith("module-info.class"))
          .sorted()
          .map(ByteCode::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The class file of a loaded class.
  public static ClassModel of(Class<?> type) {
    String file = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
    try (var bytes = type.getResourceAsStream(file)) {
      return ClassFile.of().parse(bytes.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Its name with dots.
  public static String nameOf(ClassModel type) {
    return type.thisClass().asInternalName().replace('/', '.');
  }

  static Class<?> loaded(ClassModel type) {
    try {
      return Class.forName(nameOf(type));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /// Everything that `type` mentions, in the order of its code.
  static Set<Use> usesOf(ClassModel type) {
    var uses = new LinkedHashSet<Use>();
    type.methods().forEach(method -> addInstructions(type, method, uses));
    Set<String> placed = uses.stream().map(Use::target).collect(Collectors.toSet());
    for (PoolEntry entry : type.constantPool()) {
      switch (entry) {
        case MemberRefEntry member -> {
          var use =
              new Use(
                  nameOf(type),
                  "",
                  dots(member.owner().asInternalName()),
                  member.name().stringValue(),
                  member.type().stringValue());
          if (!placed.contains(use.target())) {
            uses.add(use);
          }
        }
        case ClassEntry mentioned ->
            addDescriptor(type, mentioned.asSymbol().descriptorString(), uses);
        case Utf8Entry text -> addDescriptor(type, text.stringValue(), uses);
        default -> {} // numbers, strings and pairs of the above mention nothing by themselves
      }
    }
    return uses;
  }

  private static void addInstructions(ClassModel type, MethodModel method, Set<Use> uses) {
    String inMethod = method.methodName().stringValue();
    method
        .code()
        .ifPresent(code -> {
          String place = nameOf(type) + "." + inMethod;
          for (var element : code) {
            switch (element) {
              case LineNumber line ->
                  place = nameOf(type) + "." + inMethod + " (line " + line.line() + ")";
              case InvokeInstruction call ->
                  uses.add(
                      new Use(
                          place,
                          inMethod,
                          dots(call.owner().asInternalName()),
                          call.name().stringValue(),
                          call.type().stringValue()));
              case FieldInstruction field ->
                  uses.add(
                      new Use(
                          place,
                          inMethod,
                          dots(field.owner().asInternalName()),
                          field.name().stringValue(),
                          field.type().stringValue()));
              case InvokeDynamicInstruction lambda -> {
                for (ConstantDesc argument : lambda.bootstrapArgs()) {
                  if (argument instanceof DirectMethodHandleDesc handle) {
                    uses.add(
                        new Use(
                            place,
                            inMethod,
                            nameOf(handle.owner()),
                            handle.methodName(),
                            handle.lookupDescriptor()));
                  }
                }
              }
              default -> {} // every other instruction works on the stack or within the method
            }
          }
        });
  }

  /// Types in a descriptor or a generic signature: `(JLjava/lang/String;)V`,
  /// `Ljava/util/List<Lebb/Job;>;`.
  private static void addDescriptor(ClassModel type, String text, Set<Use> uses) {
    if (text.startsWith("(")
        || text.startsWith("L")
        || text.startsWith("[")
        || text.startsWith("<")) {
      for (Matcher named = TYPE.matcher(text); named.find(); ) {
        uses.add(Use.ofType(nameOf(type), dots(named.group(1))));
      }
    }
  }

  private static String nameOf(ClassDesc type) {
    String descriptor = type.descriptorString();
    return dots(descriptor.substring(1, descriptor.length() - 1));
  }

  private static String dots(String internalName) {
    return internalName.replace('/', '.');
  }

  private static ClassModel read(Path file) {
    try {
      return ClassFile.of().parse(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
