package ebb.app.door;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A small disk at a folder, which can be filled, can fail, become read-only, and be looked at as
/// it is without what the system has not written yet. Only root can mount one; without, the test is
/// skipped.
///
/// The one with a file system of its own lies in a file with holes on a small memory disk: when
/// that is full, blocks that were never written cannot be.
final class SmallDisk implements AutoCloseable {
  private static final int BLOCKS_MEBIBYTES = 48;

  private final Path mounted;
  private final Path below;

  private SmallDisk(Path mounted, Path below) {
    this.mounted = mounted;
    this.below = below;
  }

  /// In memory: it can be full.
  static SmallDisk inMemory(Path at, int mebibytes) throws IOException {
    mountMemory(at, mebibytes);
    return new SmallDisk(at, at);
  }

  /// With ext4: blocks can fail. The system writes by itself as late as it can be told to.
  static SmallDisk ofBlocks(Path at) throws IOException {
    assumeTrue(have("mkfs.ext4") && have("losetup"), "needs mkfs.ext4 and losetup");
    Path below = at.resolveSibling(at.getFileName() + "-below");
    mountMemory(below, BLOCKS_MEBIBYTES + BLOCKS_MEBIBYTES / 2);
    SmallDisk disk = new SmallDisk(at, below);
    Files.createDirectories(at);
    Files.write(disk.image(), new byte[BLOCKS_MEBIBYTES << 20]);
    assumeTrue(
        run("mkfs.ext4", "-q", "-b", "4096", "-E", "nodiscard", disk.image().toString()),
        "cannot make a file system");
    Files.write(disk.image(), Files.readAllBytes(disk.image())); // Its journal was made of holes.
    disk.mount();
    return disk;
  }

  /// From now on blocks that no file has yet fail when there is no room below. Those of folders and
  /// of the file system itself do not, or it would make itself read-only.
  void makeHoles() throws IOException {
    run("sync", "-f", mounted.toString());
    assumeTrue(run("fstrim", mounted.toString()), "cannot make holes");
  }

  private static void mountMemory(Path at, int mebibytes) throws IOException {
    Files.createDirectories(at);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", at.toString()),
        "only root can mount a small disk");
  }

  private Path image() {
    return below.resolve("image");
  }

  private void mount() throws IOException {
    assumeTrue(
        run("mount", "-o", "loop,commit=600", image().toString(), mounted.toString()),
        "only root can mount a disk of blocks");
    // A disk of this kind says of what it has written in part that it has written all. A page at a
    // time is written or not.
    assumeTrue(
        run(
            "sh",
            "-c",
            "echo 4 > /sys/block/$(basename $(findmnt -no SOURCE \"$0\"))/queue/max_sectors_kb",
            mounted.toString()),
        "cannot have pages written one by one");
  }

  /// Fills it, and what becomes free again, until it is so.
  void fillUntil(String what, BooleanSupplier isSo) {
    byte[] piece = new byte[4096];
    ServedHome.until(
        what,
        () -> {
          try (OutputStream out =
              Files.newOutputStream(
                  filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (!isSo.getAsBoolean()) {
              out.write(piece);
            }
          } catch (IOException full) {
            // looked at again a little later
          }
          return isSo.getAsBoolean();
        });
  }

  void empty() throws IOException {
    Files.delete(filler());
  }

  private Path filler() {
    return below.resolve("filler");
  }

  /// As the system does it by itself when a disk fails: an ordinary remount waits for open files.
  void becomeReadOnly() throws IOException {
    if (!run("mount", "-o", "remount,abort", mounted.toString())) {
      throw new IllegalStateException("the disk does not become read-only");
    }
  }

  /// Takes the disk as its blocks are at this moment, as a loss of power leaves it. Nobody may
  /// write to it any more but the system.
  void losePower() throws IOException {
    Path left = mounted.resolveSibling("left");
    copy(image(), left);
    ServedHome.until("the disk is let go of", this::isUnmounted);
    Files.delete(image());
    copy(left, image());
    mount();
  }

  /// The folder that it was at is there still, and empty; whoever has files of it open keeps them.
  void takeAway() throws IOException {
    close();
  }

  private static void copy(Path from, Path to) throws IOException {
    if (!run("cp", "--sparse=always", from.toString(), to.toString())) {
      throw new IOException("cannot copy " + from);
    }
  }

  private boolean isUnmounted() {
    try {
      return run("umount", mounted.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    run("umount", "-l", mounted.toString());
    if (!below.equals(mounted)) {
      run("umount", "-l", below.toString());
    }
  }

  private static boolean have(String program) throws IOException {
    try {
      run(program, "--version");
      return true;
    } catch (IOException missing) {
      return false;
    }
  }

  private static boolean run(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
