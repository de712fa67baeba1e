package ebb.app.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Living processes that belong to a run: they have its mark in their environment.
final class Orphans {
  static final String VARIABLE = "EBB_KILLS_MARK";

  private Orphans() {}

  static List<String> living(String mark) throws IOException {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (read(process.resolve("environ")).contains(VARIABLE + "=" + mark)) {
          found.add(
              "process "
                  + process.getFileName()
                  + ": "
                  + read(process.resolve("cmdline")).replace('\0', ' '));
        }
      }
    }
    return found;
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException goneOrSomebodyElses) {
      return "";
    }
  }
}
