import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes a jar's classes again in the format of this JDK where theirs is older than Java 6 (as picocli's is): such
/// classes are checked by the JVM's old verifier at each start, and go into no class-data archive. The code stays as it
/// is; what the newer verifier reads is added. Arguments: the jar, and where the new one goes.
void main(String[] args) throws IOException {
  Path jar = Path.of(args[0]);
  Path draft = Path.of(args[1] + ".draft");
  try (var in = new JarFile(jar.toFile());
      var classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
      var out = new ZipOutputStream(Files.newOutputStream(draft))) {
    var format =
        ClassFile.of(
            ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)),
            StackMapsOption.GENERATE_STACK_MAPS);
    for (var entry : Collections.list(in.entries())) {
      byte[] bytes = in.getInputStream(entry).readAllBytes();
      var copy = new ZipEntry(entry.getName());
      copy.setTime(entry.getTime());
      out.putNextEntry(copy);
      out.write(entry.getName().endsWith(".class") ? newer(format, bytes) : bytes);
      out.closeEntry();
    }
  }
  Files.move(draft, Path.of(args[1]), StandardCopyOption.ATOMIC_MOVE);
}

byte[] newer(ClassFile format, byte[] bytes) {
  ClassModel old = format.parse(bytes);
  if (old.majorVersion() >= ClassFile.JAVA_6_VERSION) {
    return bytes;
  }
  // That each instruction goes through here has the stack maps made.
  ClassTransform code = ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
  ClassTransform version =
      (builder, element) -> {
        if (element instanceof ClassFileVersion) {
          builder.withVersion(ClassFile.latestMajorVersion(), 0);
        } else {
          builder.with(element);
        }
      };
  return format.transformClass(old, code.andThen(version));
}
