package ebb.agent.posix;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Control groups of version 1 that the calling thread is in, until it is closed: a process that it
/// starts is born in them, so that no instruction of the task runs without limits and no program of
/// its own has to enter them first.
///
/// Only version 1 moves single threads, by each group's `tasks`. Afterwards the thread is in the
/// groups' parents, which limit nothing: what a thread is in cannot be removed.
public final class ThreadGroups implements AutoCloseable {
  private static final byte[] THIS_THREAD = {'0', '\n'};

  private final List<Path> groups;

  private ThreadGroups(List<Path> groups) {
    this.groups = groups;
  }

  /// Enters all of them or none. The thread must be one of the platform's.
  public static ThreadGroups enter(List<Path> groups) throws IOException {
    for (int i = 0; i < groups.size(); i++) {
      try {
        move(groups.get(i));
      } catch (IOException e) {
        try (ThreadGroups _ = new ThreadGroups(groups.subList(0, i))) {
          throw e;
        }
      }
    }
    return new ThreadGroups(groups);
  }

  @Override
  public void close() {
    for (Path group : groups) {
      try {
        move(group.resolveSibling("."));
      } catch (IOException e) {
        // The next start takes the thread out; until then the group cannot be removed.
      }
    }
  }

  private static void move(Path group) throws IOException {
    try (FileOutputStream tasks = new FileOutputStream(group.resolve("tasks").toFile())) {
      tasks.write(THIS_THREAD);
    }
  }
}
