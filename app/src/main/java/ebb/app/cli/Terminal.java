package ebb.app.cli;

import java.io.Console;
import java.io.IOException;
import java.util.Locale;

/// Whether a person looks on, and what can be shown to one.
final class Terminal {
  private Terminal() {}

  /// SGR codes of ECMA-48.
  enum Colour {
    BOLD(1),
    DIM(2),
    RED(31),
    GREEN(32),
    YELLOW(33),
    CYAN(36);

    private final int code;

    Colour(int code) {
      this.code = code;
    }

    /// The text in this colour on a terminal, and plain elsewhere.
    String of(String text) {
      return hasColours() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
  }

  @SuppressWarnings("SystemConsoleNull") // without a terminal JDK 25 answers null again
  static boolean isThere() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /// Whether standard input is a terminal, wherever the output goes.
  static boolean isTypedAt() {
    try {
      return new ProcessBuilder("test", "-t", "0")
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .start()
              .waitFor()
          == 0;
    } catch (IOException none) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// How many characters a line has room for: as COLUMNS says, or as wide as the terminal is;
  /// without one there is no end.
  static int width() {
    String said = System.getenv("COLUMNS");
    if (said != null && said.matches("[1-9][0-9]{0,4}")) {
      return Integer.parseInt(said);
    }
    String[] size = isThere() ? Keys.stty("size").split(" ", -1) : new String[0];
    return size.length == 2 && size[1].matches("[1-9][0-9]{0,4}")
        ? Integer.parseInt(size[1])
        : Integer.MAX_VALUE;
  }

  static boolean hasColours() {
    String no = System.getenv("NO_COLOR");
    return isThere() && (no == null || no.isEmpty());
  }

  /// Asks a question that is answered with y or n; only a terminal is asked.
  @SuppressWarnings("SystemConsoleNull") // see above
  static boolean agrees(String question) {
    Console console = System.console();
    String answer = console == null ? null : console.readLine("%s [y/N] ", question);
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }
}
