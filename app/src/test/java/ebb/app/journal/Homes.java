package ebb.app.journal;

import ebb.kernel.Snapshots;
import ebb.kernel.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Homes for tests: driven, copied, damaged, and read by a full replay.
final class Homes {
  /// Small reserves, and no snapshot but the last.
  static final Store.Options PLAIN =
      new Store.Options(Store.Said.NOTHING, false, 1, 1 << 20, Long.MAX_VALUE, 4 << 10);

  private Homes() {}

  static Store.Options withLossAccepted(Store.Said said) {
    return new Store.Options(
        said, true, PLAIN.markBytes(), PLAIN.reserveBytes(), Long.MAX_VALUE, PLAIN.packBytes());
  }

  /// Lets a server live on the home for a while and die without a last snapshot; its sequence.
  static long live(Path home, long seed, int steps) throws Exception {
    try (Store store = Store.open(home, PLAIN)) {
      DrivenServer server = new DrivenServer(seed, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(steps);
      store.abandon();
      return store.state().sequence();
    }
  }

  /// The state by the whole journal and no snapshot.
  static State replay(Path home) throws Exception {
    return recover(home, home.resolve("no-snapshots")).state();
  }

  static Recovery.Recovered recover(Path home, Path snapshots) throws Exception {
    Path journal = home.resolve("journal.db");
    try (JournalFile file = JournalFile.openToRead(journal)) {
      return Recovery.recover(file, journal, new SnapshotFiles(snapshots));
    }
  }

  static byte[] digest(Path home) throws Exception {
    return Snapshots.digest(replay(home));
  }

  /// Takes a snapshot of everything and packs all that makes whole packs.
  static void pack(Path home) throws Exception {
    Store.open(home, PLAIN).close();
    try (Store store = Store.open(home, PLAIN)) {
      awaitPacked(home, store.state().sequence());
      store.abandon();
    }
    if (packs(home) < 2) {
      throw new IllegalStateException("too little to pack");
    }
  }

  /// Waits until of what a snapshot up to `covered` covers no whole pack is left.
  static void awaitPacked(Path home, long covered) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    try (JournalFile file = JournalFile.openToRead(home.resolve("journal.db"))) {
      while (plainBytes(file, covered) >= PLAIN.packBytes()) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("packed up to event " + file.packedUpTo() + " only");
        }
        Thread.sleep(20);
      }
    }
  }

  private static long plainBytes(JournalFile file, long covered) throws Exception {
    return file.after(file.packedUpTo(), PLAIN.packBytes()).stream()
        .filter(row -> row.lastSequence() <= covered)
        .mapToLong(row -> row.bytes().length)
        .sum();
  }

  /// How many rows of the journal hold packed batches.
  static long packs(Path home) throws Exception {
    try (Connection connection = Sqlite.open(home.resolve("journal.db"), Sqlite.Use.READER)) {
      return Sqlite.number(connection, "SELECT count(*) FROM batch WHERE packed > 0");
    }
  }

  static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each).toString()));
      }
    }
    return to;
  }

  /// Links as links, owners and times too, as an operator copies it.
  static Path copyAsItIs(Path from, Path to) throws Exception {
    if (!run("cp", "-a", from.toString(), to.toString())) {
      throw new IOException("cp -a failed");
    }
    return to;
  }

  static void sql(Path file, String... statements) throws Exception {
    try (Connection connection = Sqlite.open(file, Sqlite.Use.DURABLE_WRITER)) {
      for (String each : statements) {
        Sqlite.run(connection, each);
      }
    }
  }

  /// A JVM of its own that runs a class of the tests.
  static Process fork(Class<?> main, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /// Whether a command of the system succeeded.
  static boolean run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return false;
    }
    return process.exitValue() == 0;
  }
}
