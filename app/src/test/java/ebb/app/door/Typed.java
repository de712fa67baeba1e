package ebb.app.door;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Commands as a person types them: each is a process of its own.
final class Typed {
  /// What a command wrote, and its exit code.
  record Said(int code, String out, String err) {
    JsonNode json() {
      return JsonMapper.shared().readTree(out);
    }
  }

  private final Path folder;
  private final Map<String, String> environment = new TreeMap<>();
  private final List<String> flags = new ArrayList<>();

  /// @param folder where it is typed
  Typed(Path folder, Path home) {
    this.folder = folder;
    environment.put("EBB_HOME", home.toString());
    environment.put("XDG_STATE_HOME", folder.resolve("state").toString());
    environment.put("XDG_CONFIG_HOME", folder.resolve("config").toString());
  }

  /// Sets a property of the JVM, as `./ebb` does.
  Typed with(String property, String value) {
    flags.add("-D" + property + "=" + value);
    return this;
  }

  /// Sets a variable of the environment.
  Typed set(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /// Leaves one out that is set otherwise.
  void unset(String variable) {
    environment.remove(variable);
  }

  /// Types a line; words are separated by spaces, `|` stands for a space within one.
  Said ebb(String line) throws Exception {
    Path out = Files.createTempFile("ebb-out", "");
    Path err = Files.createTempFile("ebb-err", "");
    try {
      int code = begin(line, out, err).waitFor();
      return new Said(code, Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /// The same without waiting.
  Process begin(String line, Path out, Path err) throws Exception {
    List<String> command = Program.java("-Xmx128m");
    command.addAll(flags);
    command.add("ebb.app.Main");
    for (String word : line.split(" ")) {
      command.add(word.replace('|', ' '));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }
}
