package ebb.agent.posix;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The few functions of the C library that the agent calls, named as there.
///
/// A negative return of those that set errno is the negated errno, as in the kernel: one value to
/// look at, nothing to forget.
@SuppressWarnings("restricted") // Calling C is what this class is for.
final class Libc {
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int ECHILD = 10;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int ENFILE = 23;
  static final int EMFILE = 24;
  static final int ENAMETOOLONG = 36;
  static final int ENOSYS = 38;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_FIELD =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /// One place for errno per thread; agents have a handful of threads that never end.
  private static final ThreadLocal<MemorySegment> STATE_OF_THREAD =
      ThreadLocal.withInitial(() -> Arena.global().allocate(STATE));

  private static final MethodHandle SETSID = withErrno("setsid", FunctionDescriptor.of(INT));
  private static final MethodHandle GETSID = withErrno("getsid", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle UMASK = plain("umask", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle KILL = withErrno("kill", FunctionDescriptor.of(INT, INT, INT));
  private static final MethodHandle PRCTL =
      variadic("prctl", 1, FunctionDescriptor.of(INT, INT, LONG, LONG, LONG, LONG));
  private static final MethodHandle SYSCALL =
      variadic("syscall", 1, FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG));
  private static final MethodHandle WAITID =
      withErrno("waitid", FunctionDescriptor.of(INT, INT, INT, POINTER, INT));
  private static final MethodHandle WAIT4 =
      withErrno("wait4", FunctionDescriptor.of(INT, INT, POINTER, INT, POINTER));
  private static final MethodHandle OPEN =
      variadic("open", 2, FunctionDescriptor.of(INT, POINTER, INT, INT));
  private static final MethodHandle CLOSE = withErrno("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle PREAD =
      withErrno("pread", FunctionDescriptor.of(LONG, INT, POINTER, LONG, LONG));
  private static final MethodHandle WRITE =
      withErrno("write", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  private static final MethodHandle STRERROR =
      plain("strerror", FunctionDescriptor.of(POINTER, INT));

  private Libc() {}

  /// Binds a function whose result needs no errno.
  static MethodHandle plain(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(find(name), descriptor);
  }

  static int setsid() {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno((int) SETSID.invokeExact(state), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int getsid(int pid) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno((int) GETSID.invokeExact(state, pid), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int umask(int mask) {
    try {
      return (int) UMASK.invokeExact(mask);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int kill(int pid, int signal) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno((int) KILL.invokeExact(state, pid, signal), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int prctl(int option, long argument) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno((int) PRCTL.invokeExact(state, option, argument, 0L, 0L, 0L), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long syscall(long number, long a, long b, long c, long d) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d);
      return result < 0 ? orErrno(-1, state) : result;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int waitid(int idType, int id, MemorySegment info, int options) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno((int) WAITID.invokeExact(state, idType, id, info, options), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int wait4(int pid, MemorySegment status, int options, MemorySegment usage) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno((int) WAIT4.invokeExact(state, pid, status, options, usage), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int open(MemorySegment path, int flags) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno((int) OPEN.invokeExact(state, path, flags, 0), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int close(int descriptor) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno((int) CLOSE.invokeExact(state, descriptor), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int pread(int descriptor, MemorySegment into, long length, long offset) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno(
          (int) (long) PREAD.invokeExact(state, descriptor, into, length, offset), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int write(int descriptor, MemorySegment from, long length) {
    MemorySegment state = STATE_OF_THREAD.get();
    try {
      return orErrno((int) (long) WRITE.invokeExact(state, descriptor, from, length), state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Whether a call failed for want of descriptors or memory, which a later one may have.
  static boolean isWant(long negatedError) {
    return negatedError == -EMFILE || negatedError == -ENFILE || negatedError == -ENOMEM;
  }

  /// The library's own words for an error, such as "No such file or directory".
  static String strerror(int error) {
    try {
      MemorySegment text = (MemorySegment) STRERROR.invokeExact(error);
      return text.reinterpret(256).getString(0);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// A downcall throws only if it is bound or called wrongly.
  static AssertionError broken(Throwable e) {
    return new AssertionError("a call into the C library is wrong", e);
  }

  private static int orErrno(int result, MemorySegment state) {
    return result < 0 ? -(int) ERRNO_FIELD.get(state, 0L) : result;
  }

  private static MethodHandle withErrno(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(find(name), descriptor, ERRNO);
  }

  private static MethodHandle variadic(String name, int fixed, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        find(name), descriptor, ERRNO, Linker.Option.firstVariadicArg(fixed));
  }

  private static MemorySegment find(String name) {
    return LINKER
        .defaultLookup()
        .find(name)
        .orElseThrow(() ->
            new UnsupportedOperationException(
                "the C library has no " + name + ": the agent needs Linux with glibc 2.34"));
  }
}
