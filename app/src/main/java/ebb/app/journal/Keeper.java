package ebb.app.journal;

import ebb.kernel.protocol.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Looks after the home once a second: notes that the server lives, measures the disk, and sets the
/// reserve aside again when there is room.
final class Keeper {
  private static final long EVERY_MILLIS = 1_000;
  private static final long STOP_MILLIS = 5_000;
  private static final long GIBIBYTE = 1L << 30;

  /// A twentieth of the disk: what file systems keep for themselves too.
  private static final int SHARE = 20;

  private final Path alive;
  private final Home home;
  private final Reserve reserve;
  private final long askedMark;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile Command.StorageMeasured measured;
  private volatile @Nullable String trouble;

  Keeper(Home home, Reserve reserve, long markBytes) throws IOException {
    this.alive = home.file("alive");
    this.home = home;
    this.reserve = reserve;
    this.askedMark = markBytes;
    this.measured = measure();
    this.thread = Thread.ofPlatform().name("ebb-keeper").daemon(true).unstarted(this::run);
  }

  void start() {
    look();
    thread.start();
  }

  /// When a server was last seen to run on this home, in milliseconds; 0 if never.
  static long lastAlive(Home home) throws IOException {
    Path alive = home.file("alive");
    return Files.exists(alive) ? Files.getLastModifiedTime(alive).toMillis() : 0;
  }

  /// What the disk had at the last look. While the reserve is given up that is nothing, whatever
  /// the disk says.
  Command.StorageMeasured measured() {
    return measured;
  }

  @Nullable String trouble() {
    return trouble;
  }

  private void run() {
    try {
      while (!stop.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    if (!home.isThere()) {
      return; // whoever asks for the room is told, and nothing is made in its place
    }
    try {
      if (reserve.isGivenUp() && hasRoomForReserve()) {
        reserve.setAside();
      }
      measured = measure();
      touch();
      trouble = null;
    } catch (IOException e) {
      trouble = "The home " + home.path() + " cannot be looked after: " + e;
    }
  }

  private void touch() throws IOException {
    if (Files.notExists(alive)) {
      Files.createFile(alive);
    }
    Files.setLastModifiedTime(alive, FileTime.from(Instant.now()));
  }

  private boolean hasRoomForReserve() throws IOException {
    return Files.getFileStore(home.path()).getUsableSpace() >= mark() + reserve.bytes();
  }

  private long mark() throws IOException {
    return askedMark > 0
        ? askedMark
        : Math.min(GIBIBYTE, Files.getFileStore(home.path()).getTotalSpace() / SHARE);
  }

  private Command.StorageMeasured measure() throws IOException {
    long free = reserve.isGivenUp() ? 0 : Files.getFileStore(home.path()).getUsableSpace();
    return new Command.StorageMeasured(free, mark());
  }

  void stop() throws InterruptedException {
    stop.countDown();
    thread.join(STOP_MILLIS);
  }
}
