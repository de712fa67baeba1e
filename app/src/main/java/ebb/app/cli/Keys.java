package ebb.app.cli;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Single keys from a terminal, which is as it was when this is closed, also by Ctrl-C.
final class Keys implements AutoCloseable {
  /// How often it is looked whether a key was typed: nobody notices less.
  private static final long LOOK_MILLIS = 40;

  private static final File TERMINAL = new File("/dev/tty");

  private final String before;
  private final Thread atExit = new Thread(this::restore);

  private Keys(String before) {
    this.before = before;
    Runtime.getRuntime().addShutdownHook(atExit);
    take();
  }

  /// Null where the terminal cannot be asked for single keys.
  static @Nullable Keys open() {
    String before = stty("-g");
    return before.isEmpty() ? null : new Keys(before);
  }

  private static void take() {
    stty("-icanon", "-echo", "min", "1");
  }

  private void restore() {
    stty(before);
  }

  /// The next key; 0 if none was typed in so much time.
  char next(long millis) {
    long began = System.nanoTime();
    try {
      while (System.in.available() == 0) {
        if (System.nanoTime() - began >= millis * 1_000_000) {
          return 0;
        }
        Thread.sleep(LOOK_MILLIS);
      }
      int key = System.in.read();
      return key < 0 ? 'q' : (char) key;
    } catch (IOException gone) {
      return 'q';
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return 'q';
    }
  }

  /// The next key, whenever it comes.
  char any() {
    char key = 0;
    while (key == 0) {
      key = next(Duration.ofDays(1).toMillis());
    }
    return key;
  }

  /// A line, typed as lines are. It comes from where keys come from, or what was typed ahead would
  /// be lost.
  String line(String question) {
    System.out.print(question);
    System.out.flush();
    restore();
    ByteArrayOutputStream typed = new ByteArrayOutputStream();
    try {
      for (int key = System.in.read(); key >= 0 && key != '\n'; key = System.in.read()) {
        typed.write(key);
      }
    } catch (IOException gone) {
      return "";
    } finally {
      take();
    }
    return typed.toString(StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() {
    restore();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  /// What the terminal's own program answers; empty where there is none.
  static String stty(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "stty";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(TERMINAL)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? answer : "";
    } catch (IOException none) {
      return "";
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
