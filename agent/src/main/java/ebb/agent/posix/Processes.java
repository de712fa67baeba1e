package ebb.agent.posix;

/// Acts on processes: this one's standing in the system, and signals to others.
public final class Processes {
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;
  public static final int SIGCONT = 18;

  private static final int PR_SET_CHILD_SUBREAPER = 36;

  /// The same numbers on every architecture.
  private static final long PIDFD_SEND_SIGNAL = 424;

  private static final long PIDFD_OPEN = 434;

  private Processes() {}

  /// Leaves the terminal and the session of whoever started this process; false if it leads a
  /// process group of its own and therefore cannot.
  public static boolean leaveSession() {
    int own = (int) ProcessHandle.current().pid();
    return Libc.setsid() >= 0 || Libc.getsid(0) == own;
  }

  /// From now on descendants that lose their parent become children of this process, not of init.
  public static void adoptOrphans() {
    int result = Libc.prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (result < 0) {
      throw new UnsupportedOperationException(
          "the kernel refuses PR_SET_CHILD_SUBREAPER: " + Libc.strerror(-result));
    }
  }

  /// Files made from now on lack these rights; returns the mask before.
  public static int umask(int mask) {
    return Libc.umask(mask);
  }

  /// Signals a child that is not reaped yet: its pid cannot be another's.
  public static void signalChild(int pid, int signal) {
    Libc.kill(pid, signal);
  }

  /// Signals the process that `stat` was read of, or nobody if its pid has passed on: the
  /// descriptor pins whoever has the pid, and the start time then says whether it is the one. If
  /// that cannot be seen now ([CannotLook]), nobody has been signalled.
  public static void signal(ProcessStat stat, int signal, ProcessTable table) {
    long descriptor = Libc.syscall(PIDFD_OPEN, stat.pid(), 0, 0, 0);
    if (descriptor == -Libc.ENOSYS) {
      signalUnpinned(stat, signal, table);
      return;
    }
    if (Libc.isWant(descriptor)) {
      throw new CannotLook("process " + stat.pid() + ": " + Libc.strerror((int) -descriptor));
    }
    if (descriptor < 0) {
      return;
    }
    try {
      if (isStill(stat, table)) {
        Libc.syscall(PIDFD_SEND_SIGNAL, descriptor, signal, 0, 0);
      }
    } finally {
      Libc.close((int) descriptor);
    }
  }

  /// For kernels before 5.3.
  private static void signalUnpinned(ProcessStat stat, int signal, ProcessTable table) {
    if (isStill(stat, table)) {
      Libc.kill(stat.pid(), signal);
    }
  }

  private static boolean isStill(ProcessStat stat, ProcessTable table) {
    return table.stat(stat.pid()).filter(now -> now.startTicks() == stat.startTicks()).isPresent();
  }
}
