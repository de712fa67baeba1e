package ebb.app.door;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
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

  /// What is typed once something is shown that was not there before.
  record Keys(String shown, Meanwhile meanwhile, String typed) {
    Keys(String shown, String typed) {
      this(shown, () -> {}, typed);
    }
  }

  /// What happens elsewhere before it is typed.
  interface Meanwhile {
    void happens() throws Exception;
  }

  /// Types a line on a terminal of 100 columns, which `script` makes. All that was on the screen is
  /// what it wrote.
  Said onTerminal(String line, Keys... keys) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "needs script of util-linux");
    List<String> command = Program.java("-Xmx128m");
    command.add("ebb.app.Main");
    command.addAll(List.of(line.split(" ")));
    // A shell that runs the tests beside other things lets them ignore Ctrl-C; a person's does not.
    String typed = "stty cols 100; exec env --default-signal=INT " + String.join(" ", command);
    ProcessBuilder builder =
        new ProcessBuilder("/usr/bin/script", "-qec", typed, "/dev/null")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    StringBuffer shown = new StringBuffer();
    Thread reading =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int c = process.getInputStream().read();
                    c >= 0;
                    c = process.getInputStream().read()) {
                  shown.append((char) c);
                }
              } catch (java.io.IOException ended) {
                shown.append("");
              }
            });
    int seen = 0;
    for (Keys key : keys) {
      int from = seen;
      try {
        ServedHome.until(key.shown() + " is shown", () -> shown.indexOf(key.shown(), from) >= 0);
      } catch (IllegalStateException never) {
        process.destroyForcibly();
        throw new IllegalStateException("there is only: " + shown, never);
      }
      seen = shown.indexOf(key.shown(), from) + key.shown().length();
      key.meanwhile().happens();
      process
          .getOutputStream()
          .write(key.typed().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
    }
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("it does not end: " + shown);
    }
    reading.join();
    return new Said(process.exitValue(), shown.toString(), "");
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
