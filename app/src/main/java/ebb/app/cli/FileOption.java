package ebb.app.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The file that describes what is created, and what is changed of it: options of each command that
/// creates something.
final class FileOption {
  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "YAML, as Azure's schema has it; what it names is sent with it.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "PROPERTY=VALUE",
      arity = "1..*",
      description = "Changes a property of the file, as in --set resources.instance_count=2.")
  private Map<String, String> changes = new TreeMap<>();

  /// What it says; nothing without one.
  ObjectNode read() {
    return file == null ? JsonNodeFactory.instance.objectNode() : Yaml.read(file);
  }

  /// What is changed counts more than anything else that is typed.
  void change(ObjectNode read) {
    Yaml.set(read, changes);
  }

  /// The folder that its paths begin in.
  Path folder() {
    if (file == null) {
      throw Failed.unreadable("--file is missing: it says what is created.");
    }
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? Path.of("/") : parent;
  }
}
