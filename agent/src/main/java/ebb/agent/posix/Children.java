package ebb.agent.posix;

import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Stream;

/// Waits for this process' children, own ones and those adopted as a subreaper. One thread only.
public final class Children {
  private static final int P_ALL = 0;
  private static final Path OWN_STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";
  private static final int WNOHANG = 1;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x0100_0000;

  /// In which the kernel counts `ru_inblock` and `ru_oublock`, whatever the disk has.
  private static final long BLOCK = 512;

  private final MemorySegment info = Arena.global().allocate(128, 8);
  private final MemorySegment status = Arena.global().allocate(ValueLayout.JAVA_INT);
  private final MemorySegment usage = Arena.global().allocate(144, 8);

  /// Blocks until a child has ended, and leaves it as it is; false if there is no child at all.
  public boolean awaitEnded() {
    int result;
    do {
      result = Libc.waitid(P_ALL, 0, info, WEXITED | WNOWAIT);
    } while (result == -Libc.EINTR);
    return result == 0;
  }

  /// Takes the exit of one child that has ended, if there is one.
  public Optional<Child> reap() {
    int pid = Libc.wait4(-1, status, WNOHANG, usage);
    if (pid <= 0) {
      return Optional.empty();
    }
    return Optional.of(new Child(pid, statusOf(status.get(ValueLayout.JAVA_INT, 0)), used()));
  }

  /// The most memory that this process has had since its program began. A child that it starts
  /// begins with that as its own: one that has used less is said to have used so much.
  ///
  /// Not from `getrusage`, which counts what this process began with itself: that of whoever
  /// started it.
  public long ownPeakMemoryKib() {
    try (Stream<String> lines = Files.lines(OWN_STATUS)) {
      return lines
          .filter(line -> line.startsWith(PEAK))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(Long.MAX_VALUE);
    } catch (IOException | UncheckedIOException | NumberFormatException unreadable) {
      return Long.MAX_VALUE;
    }
  }

  private static ExitStatus statusOf(int word) {
    int signal = word & 0x7f;
    return signal == 0 ? new ExitStatus.Code((word >> 8) & 0xff) : new ExitStatus.Signal(signal);
  }

  private Usage used() {
    return new Usage(timeAt(0), timeAt(16), longAt(32), BLOCK * longAt(88), BLOCK * longAt(96));
  }

  private Duration timeAt(long offset) {
    return Duration.ofSeconds(longAt(offset)).plus(longAt(offset + 8), ChronoUnit.MICROS);
  }

  private long longAt(long offset) {
    return usage.get(ValueLayout.JAVA_LONG, offset);
  }
}
