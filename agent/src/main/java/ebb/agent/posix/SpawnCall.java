package ebb.agent.posix;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/// Starts processes by `posix_spawn`: own session, /dev/null to read, two files to append to, every
/// other descriptor closed, default signals, nothing blocked.
///
/// One for each spawning thread, for the native memory is reused. The files are opened in the child
/// by the call itself, so that the agent never holds a task's descriptor.
public final class SpawnCall {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  private static final int O_RDONLY = 0;
  private static final int O_WRONLY_CREAT_APPEND = 1 | 0x40 | 0x400;

  /// Readable by the group, as logs are; the task's umask (the agent's) may take more away.
  private static final int FILE_MODE = 0640;

  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final short SETSID = 0x80;

  /// All 64 signals but KILL (9) and STOP (19), which nobody may set. 32 and 33 belong to glibc's
  /// threads, but what is not named here it would leave ignored in the child.
  private static final long SIGNALS = ~(1L << 8 | 1L << 18);

  private static final int SIGSET_BYTES = 128;

  /// glibc's structures have 336 and 80 bytes; room for a library that grew.
  private static final int STRUCT_BYTES = 1024;

  /// Arguments and environment of nearly all tasks; a larger one gets memory of its own.
  private static final int SLAB_BYTES = 256 * 1024;

  private static final FunctionDescriptor ON_ONE = FunctionDescriptor.of(INT, POINTER);
  private static final FunctionDescriptor ON_TWO = FunctionDescriptor.of(INT, POINTER, POINTER);
  private static final FunctionDescriptor ON_FD = FunctionDescriptor.of(INT, POINTER, INT);

  private static final MethodHandle SPAWN =
      Libc.plain(
          "posix_spawn",
          FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER));
  private static final MethodHandle ATTRIBUTES_INIT = Libc.plain("posix_spawnattr_init", ON_ONE);
  private static final MethodHandle SET_FLAGS =
      Libc.plain(
          "posix_spawnattr_setflags", FunctionDescriptor.of(INT, POINTER, ValueLayout.JAVA_SHORT));
  private static final MethodHandle SET_SIGDEFAULT =
      Libc.plain("posix_spawnattr_setsigdefault", ON_TWO);
  private static final MethodHandle SET_SIGMASK = Libc.plain("posix_spawnattr_setsigmask", ON_TWO);
  private static final MethodHandle ACTIONS_INIT =
      Libc.plain("posix_spawn_file_actions_init", ON_ONE);
  private static final MethodHandle ACTIONS_DESTROY =
      Libc.plain("posix_spawn_file_actions_destroy", ON_ONE);
  private static final MethodHandle ADD_OPEN =
      Libc.plain(
          "posix_spawn_file_actions_addopen",
          FunctionDescriptor.of(INT, POINTER, INT, POINTER, INT, INT));
  private static final MethodHandle ADD_DUP2 =
      Libc.plain("posix_spawn_file_actions_adddup2", FunctionDescriptor.of(INT, POINTER, INT, INT));
  private static final MethodHandle ADD_CHDIR =
      Libc.plain("posix_spawn_file_actions_addchdir_np", ON_TWO);
  private static final MethodHandle ADD_CLOSEFROM =
      Libc.plain("posix_spawn_file_actions_addclosefrom_np", ON_FD);

  private final MemorySegment attributes = Arena.global().allocate(STRUCT_BYTES, 16);
  private final MemorySegment actions = Arena.global().allocate(STRUCT_BYTES, 16);
  private final MemorySegment pid = Arena.global().allocate(INT);
  private final MemorySegment slab = Arena.global().allocate(SLAB_BYTES, 16);
  private final MemorySegment devNull = Arena.global().allocateFrom("/dev/null");

  /// What to start: an absolute program or one with a slash in it, relative to `directory`.
  public record Program(
      String path,
      List<String> arguments,
      List<String> environment,
      Path directory,
      Path stdout,
      Path stderr) {}

  public SpawnCall() {
    MemorySegment all = Arena.global().allocate(SIGSET_BYTES, 8);
    all.set(ValueLayout.JAVA_LONG, 0, SIGNALS);
    MemorySegment none = Arena.global().allocate(SIGSET_BYTES, 8);
    try {
      check((int) ATTRIBUTES_INIT.invokeExact(attributes));
      check((int) SET_FLAGS.invokeExact(attributes, (short) (SETSIGDEF | SETSIGMASK | SETSID)));
      check((int) SET_SIGDEFAULT.invokeExact(attributes, all));
      check((int) SET_SIGMASK.invokeExact(attributes, none));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /// The pid of the started process, or the negated errno of why there is none. Returns when the
  /// program has been loaded: a missing one is an error here, not an exit code.
  public int spawn(Program program) {
    long bytes = bytesOf(program);
    if (bytes <= SLAB_BYTES) {
      return spawn(program, SegmentAllocator.slicingAllocator(slab));
    }
    try (Arena arena = Arena.ofConfined()) {
      return spawn(program, arena);
    }
  }

  /// The library's words for an error that [#spawn] returned.
  public static String wordsFor(int negatedError) {
    return Libc.strerror(-negatedError);
  }

  private int spawn(Program program, SegmentAllocator memory) {
    MemorySegment path = memory.allocateFrom(program.path());
    MemorySegment arguments = pointers(program.arguments(), memory);
    MemorySegment environment = pointers(program.environment(), memory);
    try {
      check((int) ACTIONS_INIT.invokeExact(actions));
      try {
        addActions(program, memory);
        int error = (int) SPAWN.invokeExact(pid, path, actions, attributes, arguments, environment);
        return error == 0 ? pid.get(INT, 0) : -error;
      } finally {
        check((int) ACTIONS_DESTROY.invokeExact(actions));
      }
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  private void addActions(Program program, SegmentAllocator memory) throws Throwable {
    MemorySegment directory = memory.allocateFrom(program.directory().toString());
    MemorySegment stdout = memory.allocateFrom(program.stdout().toString());
    check((int) ADD_OPEN.invokeExact(actions, 0, devNull, O_RDONLY, 0));
    check((int) ADD_OPEN.invokeExact(actions, 1, stdout, O_WRONLY_CREAT_APPEND, FILE_MODE));
    if (program.stderr().equals(program.stdout())) {
      check((int) ADD_DUP2.invokeExact(actions, 1, 2));
    } else {
      MemorySegment stderr = memory.allocateFrom(program.stderr().toString());
      check((int) ADD_OPEN.invokeExact(actions, 2, stderr, O_WRONLY_CREAT_APPEND, FILE_MODE));
    }
    check((int) ADD_CHDIR.invokeExact(actions, directory));
    check((int) ADD_CLOSEFROM.invokeExact(actions, 3));
  }

  private static MemorySegment pointers(List<String> texts, SegmentAllocator memory) {
    MemorySegment pointers = memory.allocate(POINTER, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      pointers.setAtIndex(POINTER, i, memory.allocateFrom(texts.get(i)));
    }
    pointers.setAtIndex(POINTER, texts.size(), MemorySegment.NULL);
    return pointers;
  }

  /// An upper bound: a char takes at most three bytes of UTF-8.
  private static long bytesOf(Program program) {
    long bytes = 64 + 3L * program.path().length();
    bytes += 3L * program.directory().toString().length();
    bytes += 3L * (program.stdout().toString().length() + program.stderr().toString().length());
    for (String argument : program.arguments()) {
      bytes += 16 + 3L * argument.length();
    }
    for (String variable : program.environment()) {
      bytes += 16 + 3L * variable.length();
    }
    return bytes;
  }

  /// These fail only for want of memory.
  private static void check(int error) {
    if (error != 0) {
      throw new OutOfMemoryError("posix_spawn could not be prepared: " + Libc.strerror(error));
    }
  }
}
