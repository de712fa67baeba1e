package ebb.app.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// One server for each home. The kernel of the system lets go of the lock when a process ends,
/// however it ends.
final class HomeLock implements AutoCloseable {
  /// Homes that this process holds. The system's locks are a process's, not a file handle's: to
  /// open the file a second time and close it would let go of the first one's lock.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final int PID_LENGTH = 20;

  private final Path home;
  private final FileChannel channel;
  private final FilePlace place;

  private HomeLock(Path home, FileChannel channel) throws IOException {
    this.home = home;
    this.channel = channel;
    this.place = FilePlace.of(file(home));
  }

  static HomeLock take(Path home) throws IOException, StoreRefused {
    if (!HELD.add(home)) {
      throw inUse(home, String.valueOf(ProcessHandle.current().pid()));
    }
    boolean taken = false;
    try {
      HomeLock lock = lock(home);
      taken = true;
      return lock;
    } finally {
      if (!taken) {
        HELD.remove(home);
      }
    }
  }

  private static Path file(Path home) {
    return home.resolve("home.lock");
  }

  private static HomeLock lock(Path home) throws IOException, StoreRefused {
    FileChannel channel =
        FileChannel.open(
            file(home),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        ByteBuffer pid = ByteBuffer.allocate(PID_LENGTH);
        channel.read(pid, 0);
        throw inUse(home, new String(pid.array(), 0, pid.position(), StandardCharsets.UTF_8));
      }
      sign(channel);
      return new HomeLock(home, channel);
    } catch (IOException | StoreRefused e) {
      channel.close();
      throw e;
    }
  }

  /// Says whose the lock is. On a full disk nobody can, and the lock holds all the same.
  private static void sign(FileChannel channel) {
    String pid = String.valueOf(ProcessHandle.current().pid());
    try {
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.UTF_8)), 0);
      channel.truncate(pid.length());
    } catch (IOException full) {
      // the process is named in a message only
    }
  }

  private static StoreRefused inUse(Path home, String pid) {
    return new StoreRefused(
        "Another Ebb server, process "
            + (pid.isBlank() ? "unknown" : pid.strip())
            + ", runs on the home "
            + home
            + ". Use that one, stop it (kill "
            + (pid.isBlank() ? "PID" : pid.strip())
            + "), or start this one with another --home.");
  }

  /// Whether the file that is locked is still in its place, and with it the home.
  boolean isInPlace() {
    return place.isTaken();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // closing a file that was locked and not written cannot lose anything
    } finally {
      HELD.remove(home);
    }
  }
}
