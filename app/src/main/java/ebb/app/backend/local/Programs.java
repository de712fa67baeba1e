package ebb.app.backend.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Programs of the machine that the backend itself runs.
final class Programs {
  /// Where distributions put them, whatever the server's own PATH is.
  private static final List<String> FOLDERS =
      List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin");

  static final String PATH = String.join(":", FOLDERS);

  /// Longer than any of them takes on a busy machine.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int WORDS_MAX = 500;

  /// @param output both streams, in words for people
  record Ended(int code, String output) {
    boolean isFine() {
      return code == 0;
    }

    /// The last line that says something.
    String words() {
      String last = output.lines().filter(line -> !line.isBlank()).reduce("", (_, line) -> line);
      String told = last.isEmpty() ? "exit code " + code : last;
      return told.length() > WORDS_MAX ? told.substring(0, WORDS_MAX) : told;
    }
  }

  private Programs() {}

  static Optional<String> find(String name) {
    return FOLDERS.stream()
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /// Runs a program to its end, with a text as its input.
  static Ended run(List<String> arguments, String input) throws IOException {
    return run(arguments, input, PATIENCE);
  }

  /// The same, with another bound on how long it may take.
  static Ended run(List<String> arguments, String input, Duration patience) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(arguments));
    builder.environment().clear();
    builder.environment().put("PATH", PATH);
    builder.environment().put("HOME", "/");
    builder.redirectErrorStream(true);
    Process process = builder.start();
    try {
      process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended without reading; its exit code says the rest.
    }
    try {
      Thread killer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  if (!process.waitFor(patience)) {
                    process.destroyForcibly();
                  }
                } catch (InterruptedException e) {
                  process.destroyForcibly();
                }
              });
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      killer.interrupt();
      return new Ended(code, output);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + arguments.getFirst() + " ran", e);
    }
  }
}
