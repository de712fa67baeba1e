package ebb.app.backend.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// The ports on which the tasks of one attempt meet: chosen once, by whichever of its tasks is
/// prepared first, and written down, so that every task is told the same, also by a server that was
/// started in between.
final class AttemptPorts {
  /// Below the ports that Linux gives to those who do not care (32768 and up), and above those with
  /// well-known owners.
  private static final int FIRST = 20_000;

  private static final int COUNT = 12_000;

  private static final AtomicLong DRAFTS = new AtomicLong();

  private AttemptPorts() {}

  /// The first of `count` ports in a row that nobody listens on when they are chosen; the same for
  /// the same file. The search begins at a place that `seed` says, so that attempts that start one
  /// after another do not choose the same before they use them.
  static int choose(Path file, long seed, int count) throws IOException {
    if (Files.exists(file)) {
      return read(file);
    }
    Path draft = file.resolveSibling(file.getFileName() + ".new" + DRAFTS.incrementAndGet());
    Files.writeString(draft, String.valueOf(search(seed, count)));
    try {
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException another) {
      // another task of the attempt was faster
    } finally {
      Files.deleteIfExists(draft);
    }
    return read(file);
  }

  private static int read(Path file) throws IOException {
    return Integer.parseInt(Files.readString(file));
  }

  private static int search(long seed, int count) throws IOException {
    int places = COUNT / count;
    int begin = Math.floorMod(seed, places);
    for (int i = 0; i < places; i++) {
      int first = FIRST + ((begin + i) % places) * count;
      if (areFree(first, count)) {
        return first;
      }
    }
    throw new IOException("no " + count + " ports in a row are free");
  }

  private static boolean areFree(int first, int count) {
    for (int port = first; port < first + count; port++) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (IOException taken) {
        return false;
      }
    }
    return true;
  }
}
