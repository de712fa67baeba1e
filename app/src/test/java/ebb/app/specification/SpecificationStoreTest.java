package ebb.app.specification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecificationStoreTest {
  @TempDir Path folder;

  private SpecificationStore open() throws Exception {
    return SpecificationStore.open(folder.resolve("specifications.db"));
  }

  @Test
  void whatAJobOnItsWayNamesIsNotErasedAndWhoeverComesDuringAnErasurePutsItAnew() throws Exception {
    try (SpecificationStore store = open()) {
      Holds.Hold hold = store.hold(shell("echo held"));
      assertThat(store.eraseUnless(hold.hash(), () -> false)).isFalse();
      assertThat(store.find(hold.hash())).isPresent();
      hold.release();
      assertThat(store.eraseUnless(hold.hash(), () -> true)).isTrue();
      assertThat(store.find(hold.hash())).isPresent();

      CountDownLatch asked = new CountDownLatch(1);
      CountDownLatch answered = new CountDownLatch(1);
      Thread erasing =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  store.eraseUnless(
                      hold.hash(),
                      () -> {
                        asked.countDown();
                        return !awaits(answered);
                      });
                } catch (IOException failure) {
                  throw new IllegalStateException(failure);
                }
              });
      assertThat(awaits(asked)).isTrue();
      Thread coming =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  store.hold(shell("echo held"));
                } catch (SpecificationStoreFailure failure) {
                  throw new IllegalStateException(failure);
                }
              });
      awaitWaiting(coming); // or it would have put what is erased now
      answered.countDown();
      erasing.join();
      coming.join();
      assertThat(store.find(hold.hash())).isPresent();
    }
  }

  @Test
  void erasureThatNobodyWaitsForAnyMoreTakesNothingThatIsPutMeanwhile() throws Exception {
    try (SpecificationStore store = open()) {
      String hash = store.put(shell("echo again"));
      Thread coming;
      try (Connection other =
              DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("specifications.db"));
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE"); // what is to be written waits
        awaitWaiting(Thread.ofPlatform().start(() -> hold(store, "echo before")));
        Thread erasing = Thread.ofPlatform().start(() -> erase(store, hash));
        awaitWaiting(erasing);
        erasing.interrupt();
        erasing.join();
        coming = Thread.ofPlatform().start(() -> hold(store, "echo again"));
        awaitWaiting(coming);
        statement.execute("ROLLBACK");
      }
      coming.join();
    }
    assertThat(rows()).isEqualTo(2);
  }

  private static void hold(SpecificationStore store, String line) {
    try {
      store.hold(shell(line));
    } catch (SpecificationStoreFailure failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// Until the thread waits for another.
  private static void awaitWaiting(Thread thread) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING)
        .contains(thread.getState())) {
      assertThat(System.nanoTime() - until).as(thread.getState().name()).isNegative();
      Thread.sleep(5);
    }
  }

  private static void erase(SpecificationStore store, String hash) {
    try {
      store.eraseUnless(hash, () -> false);
    } catch (IOException interrupted) {
      assertThat(interrupted).hasMessageContaining("was not waited for");
    }
  }

  private static boolean awaits(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static Specification shell(String line) {
    return Specification.ofShellLine(line, Map.of("B", "2", "A", "1"));
  }

  @Test
  void whatWasPutIsThereAfterTheProcessForgotIt() throws Exception {
    Specification arguments = Specification.ofArguments(List.of("python", "train.py"), Map.of());
    String first;
    String second;
    try (SpecificationStore store = open()) {
      first = store.put(shell("echo 1"));
      second = store.put(arguments);
    }
    try (SpecificationStore store = open()) {
      assertThat(store.find(first)).contains(shell("echo 1"));
      assertThat(store.find(second)).contains(arguments);
      assertThat(store.find("0".repeat(64))).isEmpty();
    }
  }

  @Test
  void equalContentHasOneNameInAnyOrderAndOneRow() throws Exception {
    try (SpecificationStore store = open()) {
      String first = store.put(Specification.ofShellLine("x", Map.of("A", "1", "B", "2")));
      String again = store.put(Specification.ofShellLine("x", Map.of("B", "2", "A", "1")));
      assertThat(again).isEqualTo(first);
      assertThat(rows()).isEqualTo(1);
    }
  }

  @Test
  void bytesOfTheFirstFormatStayAsTheyAre() {
    assertThat(new String(shell("echo 1").canonicalBytes(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"format\":1,\"shellLine\":\"echo 1\",\"variables\":{\"A\":\"1\",\"B\":\"2\"}}");
    Specification arguments = Specification.ofArguments(List.of("a", "ü\"\n"), Map.of());
    assertThat(new String(arguments.canonicalBytes(), StandardCharsets.UTF_8))
        .isEqualTo("{\"format\":1,\"arguments\":[\"a\",\"ü\\\"\\n\"]}");
    assertThat(Specification.read(arguments.canonicalBytes())).isEqualTo(arguments);
  }

  @Test
  void bytesOfANewerFormatAreRefused() {
    byte[] newer = "{\"format\":2}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Specification.read(newer)).hasMessageContaining("format 2");
  }

  @Test
  void everythingThatASpecificationMaySayIsReadAsItWasWritten() {
    List<Specification.Environment> environments =
        List.of(
            new Specification.HostEnvironment(),
            new Specification.Image("library/python:latest"),
            new Specification.Packages("3.11", List.of("numpy", "torch==2.*")),
            new Specification.Packages("", List.of()),
            new Specification.ImageOr(
                new Specification.Image("python"), new Specification.Packages("", List.of("x"))),
            new Specification.ImageWith(
                new Specification.Image("base"),
                new Specification.Packages("3.10", List.of("x")),
                Optional.empty()),
            new Specification.ImageWith(
                new Specification.Image("base"),
                new Specification.Packages("", List.of("x")),
                Optional.of(new Specification.Packages("3.9", List.of("y", "x")))));
    List<Specification.Distribution> distributions =
        List.of(
            new Specification.NotDistributed(),
            new Specification.PyTorch(2),
            new Specification.Mpi(3),
            new Specification.TensorFlow(4, 1));
    for (Specification.Environment environment : environments) {
      for (Specification.Distribution distribution : distributions) {
        Specification full =
            new Specification(
                new Specification.ShellLine("python train.py ${{inputs.rate}}"),
                new TreeMap<>(Map.of("A", "1")),
                Optional.of("c0de"),
                environment,
                new TreeMap<>(
                    Map.of(
                        "rate", new Specification.Literal("0.1"),
                        "data", new Specification.InputFiles("uri_file", "download", "a.csv"))),
                new TreeMap<>(
                    Map.of("model", new Specification.Output("uri_folder", "rw_mount", ""))),
                distribution,
                "{\"displayName\":\"a\"}");
        assertThat(Specification.read(full.canonicalBytes())).isEqualTo(full);
      }
    }
  }

  @Test
  void whatIsErasedIsGoneFromMemoryAndFromTheDisk() throws Exception {
    String marker = "a-very-private-word";
    try (SpecificationStore store = open()) {
      String hash = store.put(shell("echo " + marker));
      assertThat(bytesOnDisk()).contains(marker);
      assertThat(store.erase(hash)).isTrue();
      assertThat(store.erase(hash)).isFalse();
      assertThat(store.find(hash)).isEmpty();
      assertThat(bytesOnDisk()).doesNotContain(marker);
      assertThat(store.put(shell("echo " + marker))).isEqualTo(hash);
      assertThat(store.find(hash)).isPresent();
    }
  }

  private String bytesOnDisk() throws Exception {
    StringBuilder all = new StringBuilder();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  @Test
  void manyAtOnceAreAllThere() throws Exception {
    try (SpecificationStore store = open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> hashes = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        Specification specification = shell("echo " + i % 1_000);
        hashes.add(threads.submit(() -> store.put(specification)));
      }
      for (int i = 0; i < hashes.size(); i++) {
        assertThat(store.find(hashes.get(i).get())).contains(shell("echo " + i % 1_000));
      }
      assertThat(rows()).isEqualTo(1_000);
    }
  }

  @Test
  void fileIsForItsOwnerOnly() throws Exception {
    try (SpecificationStore store = open()) {
      store.put(shell("echo 1"));
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
              .as(file.toString())
              .isEqualTo("rw-------");
        }
      }
    }
  }

  @Test
  void fileOfANewerVersionIsRefused() throws Exception {
    open().close();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(this::open).hasMessageContaining("newer version");
  }

  @Test
  void fileThatCannotBeWrittenIsToldAndLaterItCan() throws Exception {
    try (SpecificationStore store = open();
        Connection inTheWay = connect();
        Statement statement = inTheWay.createStatement()) {
      String known = store.put(shell("known"));
      statement.execute("BEGIN IMMEDIATE");
      assertThatThrownBy(() -> store.put(shell("late")))
          .isInstanceOfSatisfying(
              SpecificationStoreFailure.class,
              failure -> assertThat(failure.retryCanHelp()).isTrue());
      assertThat(store.put(shell("known"))).isEqualTo(known);
      assertThat(store.find(Specification.hashOf(shell("late").canonicalBytes()))).isEmpty();
      statement.execute("ROLLBACK");
      assertThat(store.find(store.put(shell("late")))).contains(shell("late"));
    }
  }

  @Test
  void whatCannotBeRunHasAFaultThatSaysWhy() {
    assertThat(Specification.ofArguments(List.of(), Map.of()).fault()).isPresent();
    assertThat(Specification.ofShellLine(" ", Map.of()).fault()).isPresent();
    assertThat(Specification.ofShellLine("a\0b", Map.of()).fault().orElseThrow()).contains("NUL");
    assertThat(Specification.ofShellLine("a", Map.of("B=", "c")).fault()).isPresent();
    Specification large = Specification.ofShellLine("a", Map.of("B", "x".repeat(200_000)));
    assertThat(large.fault().orElseThrow()).contains("B").doesNotContain("xxx");
    assertThat(Specification.ofArguments(List.of("echo", ""), Map.of()).fault()).isEmpty();
    assertThat(shell("true").fault()).isEmpty();
  }

  @Test
  void wordsOfASpecificationAreNotInItsText() {
    assertThat(Specification.ofShellLine("secret", Map.of("KEY", "word")).toString())
        .doesNotContain("secret", "word", "KEY");
  }

  private long rows() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        var row = statement.executeQuery("SELECT count(*) FROM specification")) {
      return row.getLong(1);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("specifications.db"));
  }

  @Test
  void ofATornLastWriteEverythingBeforeItIsThere() throws Exception {
    TreeMap<Long, String> byLogSize = new TreeMap<>();
    Path copied = Files.createDirectory(folder.resolve("copied"));
    Path log = folder.resolve("specifications.db-wal");
    try (SpecificationStore store = open()) {
      for (int i = 0; i < 20; i++) {
        String hash = store.put(shell("echo " + i + " " + "x".repeat(3_000)));
        byLogSize.put(Files.size(log), hash);
      }
      Files.copy(folder.resolve("specifications.db"), copied.resolve("specifications.db"));
      Files.copy(log, copied.resolve("specifications.db-wal"));
    }
    long whole = byLogSize.lastKey();
    long before = byLogSize.lowerKey(whole);
    for (long cut : new long[] {before, before + 1, (before + whole) / 2, whole - 1, whole}) {
      Path torn = Files.createDirectory(folder.resolve("torn-" + cut));
      Files.copy(copied.resolve("specifications.db"), torn.resolve("specifications.db"));
      byte[] bytes = Files.readAllBytes(copied.resolve("specifications.db-wal"));
      Files.write(torn.resolve("specifications.db-wal"), java.util.Arrays.copyOf(bytes, (int) cut));
      try (SpecificationStore store = SpecificationStore.open(torn.resolve("specifications.db"))) {
        for (Map.Entry<Long, String> each : byLogSize.entrySet()) {
          assertThat(store.find(each.getValue()).isPresent())
              .as("cut at %d of %d, written at %d", cut, whole, each.getKey())
              .isEqualTo(each.getKey() <= cut);
        }
        assertThat(store.find(store.put(shell("after")))).contains(shell("after"));
      }
    }
  }

  @Test
  void aLogThatCannotBeEmptiedAfterAnErasureLeavesAStoreThatTakesMore() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()),
        "only root can mount a small disk");
    try (SpecificationStore store = SpecificationStore.open(disk.resolve("specifications.db"))) {
      for (int i = 0; i < 20; i++) {
        store.put(shell("echo " + i + " " + "x".repeat(40_000)));
      }
      String erased = store.put(shell("secret"));
      long free = Files.getFileStore(disk).getUsableSpace();
      // Room for the erasure in the log, and not for what the log holds in the file.
      Files.write(disk.resolve("filler"), new byte[(int) free - (200 << 10)]);
      assertThat(store.erase(erased)).isTrue();
      assertThat(Files.size(disk.resolve("specifications.db-wal")))
          .as("the log was not emptied")
          .isPositive();
      Files.delete(disk.resolve("filler"));
      String next = store.put(shell("next"));
      assertThat(store.find(next)).contains(shell("next"));
      assertThat(store.erase(next)).isTrue();
      assertThat(Files.size(disk.resolve("specifications.db-wal"))).isZero();
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}
