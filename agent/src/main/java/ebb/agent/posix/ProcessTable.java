package ebb.agent.posix;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads `/proc`. One for each thread that reads, for the native memory is reused.
///
/// By plain open, pread and close: through the JDK's file classes each look costs several times as
/// much, and whole-tree stops look at every process of the machine. Any look may end in
/// [CannotLook].
public final class ProcessTable {
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final int O_CLOEXEC = 0x80000;

  /// Fields of stat, counted from the one after the command's closing parenthesis.
  private static final int PARENT = 1;

  private static final int SESSION = 3;
  private static final int THREADS = 17;
  private static final int START_TICKS = 19;

  private final MemorySegment path = Arena.global().allocate(64);
  private final MemorySegment buffer = Arena.global().allocate(BUFFER_BYTES);
  private final int loadavg = open("/proc/loadavg");

  /// The boot that this machine is in.
  public static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("without /proc there is no agent", e);
    }
  }

  /// The process or thread with this id, if there is one.
  public Optional<ProcessStat> stat(int pid) {
    int length = read("/proc/" + pid + "/stat");
    return length <= 0 ? Optional.empty() : parse(pid, length);
  }

  /// The value of a variable in the environment that a process was started with.
  public Optional<String> variable(int pid, String name) {
    int length = read("/proc/" + pid + "/environ");
    String mark = name + "=";
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (buffer.get(ValueLayout.JAVA_BYTE, i) == 0) {
        if (startsWith(start, i, mark)) {
          return Optional.of(text(start + mark.length(), i));
        }
        start = i + 1;
      }
    }
    return Optional.empty();
  }

  /// The child that the process' first thread has had longest, if it has one.
  public OptionalInt firstChild(int pid) {
    int length = read("/proc/" + pid + "/task/" + pid + "/children");
    return length <= 0 ? OptionalInt.empty() : number(text(0, length).split(" ", 2)[0]);
  }

  /// Every process that is visible now. Threads are not listed.
  public int[] pids() {
    String[] names = new File("/proc").list();
    if (names == null) {
      throw new CannotLook("/proc cannot be listed");
    }
    int[] pids = new int[names.length];
    int count = 0;
    for (String name : names) {
      OptionalInt pid = number(name);
      if (pid.isPresent()) {
        pids[count++] = pid.getAsInt();
      }
    }
    return java.util.Arrays.copyOf(pids, count);
  }

  /// The id that the kernel gave most recently to a process or a thread. Ids are given in rising
  /// order until they wrap.
  public int newestPid() {
    int length = orWant("/proc/loadavg", Libc.pread(loadavg, buffer, BUFFER_BYTES, 0));
    int end = length - 1;
    int start = end;
    while (start > 0 && buffer.get(ValueLayout.JAVA_BYTE, start - 1L) != ' ') {
      start--;
    }
    return number(text(start, end)).orElseThrow();
  }

  private int open(String name) {
    path.setString(0, name);
    return orWant(name, Libc.open(path, O_CLOEXEC));
  }

  private int read(String name) {
    int descriptor = open(name);
    if (descriptor < 0) {
      return descriptor;
    }
    try {
      return orWant(name, Libc.pread(descriptor, buffer, BUFFER_BYTES, 0));
    } finally {
      Libc.close(descriptor);
    }
  }

  /// The kernel may lack the memory to read with too, not only what it takes to open.
  private static int orWant(String name, int result) {
    if (Libc.isWant(result)) {
      throw new CannotLook(name + ": " + Libc.strerror(-result));
    }
    return result;
  }

  /// The command may hold blanks and parentheses, hence the last one counts. A zombie whose other
  /// threads live on (its first thread has ended) is not dead.
  private Optional<ProcessStat> parse(int pid, int length) {
    String line = text(0, length);
    int close = line.lastIndexOf(')');
    if (close < 0) {
      return Optional.empty();
    }
    String[] fields = line.substring(close + 2).split(" ", START_TICKS + 2);
    if (fields.length <= START_TICKS) {
      return Optional.empty();
    }
    char state = fields[0].charAt(0);
    boolean dead = state == 'X' || (state == 'Z' && Integer.parseInt(fields[THREADS]) <= 1);
    return Optional.of(
        new ProcessStat(
            pid,
            Integer.parseInt(fields[PARENT]),
            Integer.parseInt(fields[SESSION]),
            Long.parseLong(fields[START_TICKS].strip()),
            dead));
  }

  private boolean startsWith(int start, int end, String mark) {
    if (end - start < mark.length()) {
      return false;
    }
    for (int i = 0; i < mark.length(); i++) {
      if (buffer.get(ValueLayout.JAVA_BYTE, (long) start + i) != mark.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String text(int start, int end) {
    byte[] bytes = new byte[end - start];
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, start, bytes, 0, bytes.length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static OptionalInt number(String text) {
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9' || i > 9) {
        return OptionalInt.empty();
      }
      value = value * 10 + (c - '0');
    }
    return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
