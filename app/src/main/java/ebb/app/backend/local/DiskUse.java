package ebb.app.backend.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// How much of the disk folders take: the blocks of what is in them, however deep, of which a file
/// with holes has few. Java cannot ask for these, so `du` does.
final class DiskUse {
  private static final int BLOCK_BYTES = 1_024;

  /// Millions of files on a slow disk; other runs wait meanwhile.
  private static final Duration WITHIN = Duration.ofMinutes(2);

  private DiskUse() {}

  /// Bytes of folders that are there, none within another. What goes meanwhile, or cannot be looked
  /// into, is left out; a folder that stays and is not told of is no folder of nothing.
  static long of(List<Path> folders) throws IOException, InterruptedException {
    return of(
        Programs.find("du").orElseThrow(() -> new IOException("there is no program du")),
        folders,
        WITHIN);
  }

  static long of(String program, List<Path> folders, Duration within)
      throws IOException, InterruptedException {
    // One file system, and no link is followed.
    List<String> command = new ArrayList<>(List.of(program, "-s", "-k", "-x", "-P"));
    folders.forEach(folder -> command.add(folder.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    Process process = builder.start();
    try {
      // A line for each folder fits into the pipe: it ends without being read.
      if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("du takes longer than " + within.toSeconds() + " s");
      }
      // With an error too where something has gone meanwhile.
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return sum(output, folders, process.exitValue());
    } finally {
      process.destroyForcibly();
    }
  }

  private static long sum(String output, List<Path> folders, int code) throws IOException {
    long blocks = 0;
    Set<String> told = new HashSet<>();
    for (String line : output.lines().toList()) {
      String[] fields = line.split("\t", 2);
      if (fields.length < 2 || !fields[0].matches("[0-9]{1,15}")) {
        throw new IOException("du says '" + line + "'");
      }
      blocks += Long.parseLong(fields[0]);
      told.add(fields[1]);
    }
    for (Path folder : folders) {
      if (!told.contains(folder.toString()) && Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("du ended with " + code + " and did not tell of " + folder);
      }
    }
    return blocks * BLOCK_BYTES;
  }
}
