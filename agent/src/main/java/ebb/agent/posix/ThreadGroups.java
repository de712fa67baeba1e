package ebb.agent.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Control groups of version 1 that a thread enters and leaves: a process that it starts meanwhile
/// is born in them, so that no instruction of the task runs without limits and no program of its
/// own has to enter them first.
///
/// Only version 1 moves single threads, by each group's `tasks`. Afterwards the thread is in the
/// groups' parents, which limit nothing: what a thread is in cannot be removed. The parents are
/// those of all tasks, so their files stay open. One for each thread, which must be one of the
/// platform's.
public final class ThreadGroups {
  private static final String FILE = "tasks";

  private static final int O_WRONLY_CLOEXEC = 1 | 0x80000;

  /// As Linux has it (PATH_MAX).
  private static final int PATH_BYTES_MAX = 4096;

  private static final byte[] THIS_THREAD = {'0', '\n'};

  private final MemorySegment thisThread = Arena.global().allocate(THIS_THREAD.length);
  private final MemorySegment path = Arena.global().allocate(PATH_BYTES_MAX);
  private final Map<Path, Integer> parents = new HashMap<>();

  public ThreadGroups() {
    thisThread.copyFrom(MemorySegment.ofArray(THIS_THREAD));
  }

  /// Enters all of them or none.
  public void enter(List<Path> groups) throws IOException {
    for (int i = 0; i < groups.size(); i++) {
      int error = enter(groups.get(i));
      if (error < 0) {
        leave(groups.subList(0, i));
        throw new IOException(groups.get(i) + ": " + Libc.strerror(-error));
      }
    }
  }

  private int enter(Path group) {
    int descriptor = open(group);
    if (descriptor < 0) {
      return descriptor;
    }
    try {
      return Libc.write(descriptor, thisThread, THIS_THREAD.length);
    } finally {
      Libc.close(descriptor);
    }
  }

  /// Leaves them. Where that fails, the next start takes the thread out; until then the group
  /// cannot be removed.
  public void leave(List<Path> groups) {
    for (Path group : groups) {
      Path parent = group.resolveSibling(".");
      Integer known = parents.get(parent);
      int descriptor = known == null ? open(parent) : known;
      if (descriptor >= 0 && Libc.write(descriptor, thisThread, THIS_THREAD.length) >= 0) {
        parents.put(parent, descriptor);
      } else if (descriptor >= 0) {
        Libc.close(descriptor); // made anew meanwhile, as after a sweep of all that was empty
        parents.remove(parent);
        int _ = enter(parent);
      }
    }
  }

  private int open(Path group) {
    String name = group + "/" + FILE;
    if (name.getBytes(StandardCharsets.UTF_8).length >= PATH_BYTES_MAX) {
      return -Libc.ENAMETOOLONG;
    }
    path.setString(0, name);
    return Libc.open(path, O_WRONLY_CLOEXEC);
  }
}
