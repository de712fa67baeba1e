package ebb.app.backend.local;

import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.HostIsolation;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What this machine has for nodes: found, unless the operator says otherwise.
public final class HostCapacity {
  private static final Pattern MEM_TOTAL = Pattern.compile("(?m)^MemTotal:\\s+([0-9]+) kB$");
  private static final long KIBIBYTES_IN_MEBIBYTE = 1024;
  private static final long BYTES_IN_MEBIBYTE = 1024 * 1024;

  private HostCapacity() {}

  /// What an operator sets; 0 cores or memory, or -1 GPUs: as found.
  public record Wanted(int cores, int memoryMebibytes, int gpus) {
    public static final Wanted AS_FOUND = new Wanted(0, 0, -1);
  }

  /// The capacity of the machine that this process runs on, or of the container: a limit on the
  /// container's processors and memory counts.
  public static Host find(Wanted wanted, boolean virtualNodes, HostIsolation isolation)
      throws IOException {
    return find(
        Path.of("/"), Runtime.getRuntime().availableProcessors(), wanted, virtualNodes, isolation);
  }

  static Host find(
      Path root, int cores, Wanted wanted, boolean virtualNodes, HostIsolation isolation)
      throws IOException {
    return new Host(
        wanted.cores() > 0 ? wanted.cores() : cores,
        wanted.memoryMebibytes() > 0 ? wanted.memoryMebibytes() : memoryMebibytes(root),
        wanted.gpus() >= 0 ? wanted.gpus() : gpus(root),
        virtualNodes,
        isolation);
  }

  private static int memoryMebibytes(Path root) throws IOException {
    Path file = root.resolve("proc/meminfo");
    Matcher total = MEM_TOTAL.matcher(Files.readString(file));
    if (!total.find()) {
      throw new IOException(
          file + " does not tell how much memory there is: set the host's memory yourself");
    }
    long mebibytes = Long.parseLong(total.group(1)) / KIBIBYTES_IN_MEBIBYTE;
    mebibytes = Math.min(mebibytes, limit(root.resolve("sys/fs/cgroup/memory.max")));
    mebibytes =
        Math.min(mebibytes, limit(root.resolve("sys/fs/cgroup/memory/memory.limit_in_bytes")));
    return (int) Math.min(mebibytes, Integer.MAX_VALUE);
  }

  /// A container's limit in cgroup v2 or v1; without one the file is absent, says `max`, or holds a
  /// number larger than any memory.
  private static long limit(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Long.MAX_VALUE;
    }
    String text = Files.readString(file).strip();
    return text.matches("[0-9]{1,19}")
        ? Math.max(1, Long.parseUnsignedLong(text) / BYTES_IN_MEBIBYTE)
        : Long.MAX_VALUE;
  }

  private static int gpus(Path root) throws IOException {
    Path devices = root.resolve("dev");
    if (!Files.isDirectory(devices)) {
      return 0;
    }
    int count = 0;
    try (DirectoryStream<Path> found = Files.newDirectoryStream(devices, "nvidia[0-9]*")) {
      for (Path _ : found) {
        count++;
      }
    }
    return count;
  }
}
