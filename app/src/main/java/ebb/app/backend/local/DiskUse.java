package ebb.app.backend.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How much of the disk folders take: the blocks of what is in them, however deep, of which a file
/// with holes has few. Java cannot ask for these, so `du` does.
final class DiskUse {
  private static final int BLOCK_BYTES = 1_024;

  private DiskUse() {}

  /// Bytes of folders that are there. What goes meanwhile, or cannot be looked into, is left out.
  static long of(List<Path> folders) throws IOException, InterruptedException {
    String program =
        Programs.find("du").orElseThrow(() -> new IOException("there is no program du"));
    // One file system, and no link is followed.
    List<String> command = new ArrayList<>(List.of(program, "-s", "-k", "-x", "-P"));
    folders.forEach(folder -> command.add(folder.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    Process process = builder.start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(); // with an error too where something has gone meanwhile
      return sum(output);
    } finally {
      process.destroyForcibly();
    }
  }

  private static long sum(String output) throws IOException {
    long blocks = 0;
    for (String line : output.lines().toList()) {
      String first = line.split("\t", 2)[0];
      if (!first.matches("[0-9]{1,15}")) {
        throw new IOException("du says '" + line + "'");
      }
      blocks += Long.parseLong(first);
    }
    return blocks * BLOCK_BYTES;
  }
}
