package ebb.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.Snapshots;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Batches that lie packed, many to a row.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PackTest {
  private static final Store.Options MANY_SNAPSHOTS =
      new Store.Options(Store.Said.NOTHING, false, 1, 1 << 20, 300, 4 << 10);

  @TempDir Path folder;

  private Path home() {
    return folder.resolve("home");
  }

  private Path journal() {
    return home().resolve("journal.db");
  }

  @Test
  void whatASnapshotCoversIsPackedWhileTheServerRunsAndReadsAsItWasWritten() throws Exception {
    List<JournalRow> written = new ArrayList<>();
    byte[] live;
    try (Store store = Store.open(home(), MANY_SNAPSHOTS)) {
      Hash[] hash = {Hash.NONE};
      DrivenServer server =
          new DrivenServer(
              81,
              store.state(),
              batch -> {
                store.journal().append(batch);
                written.add(JournalRow.of(batch, hash[0]));
                hash[0] = written.getLast().hash();
              });
      server.begin(store.installation(), store.epoch());
      for (int i = 0; i < 40; i++) {
        server.steps(25);
        store.snapshotIfDue();
        Thread.sleep(30); // for the packer, which rests on purpose
      }
      live = Snapshots.digest(store.state());
      assertThat(store.troubles()).isEmpty();
      store.abandon();
    }
    assertThat(Homes.packs(home())).isGreaterThan(5);
    try (JournalFile file = JournalFile.openToRead(journal())) {
      List<JournalRow> read = file.after(0, Integer.MAX_VALUE);
      assertThat(read).hasSameSizeAs(written);
      for (int i = 0; i < read.size(); i++) {
        assertThat(read.get(i)).usingRecursiveComparison().isEqualTo(written.get(i));
      }
      assertThat(file.packedUpTo()).isBetween(1L, read.getLast().lastSequence() - 1);
    }
    assertThat(Homes.digest(home())).isEqualTo(live);
    try (Store store = Store.open(home(), MANY_SNAPSHOTS)) {
      assertThat(Snapshots.digest(store.state())).isEqualTo(live);
      assertThat(store.warnings()).isEmpty();
    }
  }

  @Test
  void anyBatchIsFoundByAnyOfItsEventsWhereverItLies() throws Exception {
    Homes.live(home(), 82, 120);
    List<JournalRow> plain;
    try (JournalFile file = JournalFile.openToRead(journal())) {
      plain = file.after(0, Integer.MAX_VALUE);
      assertThat(file.packedUpTo()).isZero();
    }
    Homes.pack(home());
    try (JournalFile file = JournalFile.openToRead(journal())) {
      for (JournalRow row : plain) {
        assertThat(file.rowAt(row.firstSequence()).hash()).isEqualTo(row.hash());
        assertThat(file.rowAt(row.lastSequence()).firstSequence()).isEqualTo(row.firstSequence());
        assertThat(file.after(row.firstSequence() - 1, 1).getFirst().hash()).isEqualTo(row.hash());
      }
      assertThat(file.after(plain.getLast().lastSequence(), 1)).isEmpty();
    }
  }

  @Test
  void aSnapshotAtAnySequenceAndAPackedTailGiveTheFullReplay() throws Exception {
    byte[] live;
    TreeMap<Long, List<Record>> snapshots = new TreeMap<>();
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(83, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      for (int i = 0; i < 30; i++) {
        server.steps(6);
        snapshots.put(store.state().sequence(), Snapshots.facts(store.state()));
      }
      live = Snapshots.digest(store.state());
      store.abandon();
    }
    Homes.pack(home());
    assertThat(Homes.digest(home())).isEqualTo(live);
    for (Map.Entry<Long, List<Record>> each : snapshots.entrySet()) {
      Path alone = folder.resolve("snapshots-" + each.getKey());
      try (JournalFile file = JournalFile.openToRead(journal())) {
        Hash hash = file.rowAt(each.getKey()).hash();
        new SnapshotFiles(alone).write(each.getKey(), hash, each.getValue());
      }
      Recovery.Recovered recovered = Homes.recover(home(), alone);
      assertThat(recovered.snapshotSequence()).isEqualTo(each.getKey());
      assertThat(Snapshots.digest(recovered.state())).isEqualTo(live);
    }
  }

  @Test
  void historyIsRebuiltFromPackedBatches() throws Exception {
    Homes.live(home(), 84, 200);
    Homes.pack(home());
    java.nio.file.Files.delete(home().resolve("history.db"));
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(store.awaitHistory(store.state().sequence(), 60_000)).isTrue();
      assertThat(store.troubles()).isEmpty();
    }
  }

  @Test
  @Tag("long")
  void aKillInTheMiddleOfPackingLosesNothingAndTheNextServerGoesOnFromThere() throws Exception {
    Homes.live(home(), 85, 2_500);
    byte[] live = Homes.digest(home());
    Store.open(home(), Homes.PLAIN).close(); // takes the snapshot; packs next to nothing
    long begun = packedUpTo();
    SplittableRandom random = new SplittableRandom(3);
    int inTheMiddle = 0;
    for (int kill = 0; kill < 8; kill++) {
      long before = packedUpTo();
      Process child = Homes.fork(ChildServer.class, home(), 0, "pack");
      try {
        while (packedUpTo() == before && child.isAlive()) {
          Thread.sleep(5);
        }
        Thread.sleep(random.nextInt(60));
      } finally {
        child.destroyForcibly().waitFor();
      }
      assertThat(child.exitValue()).as("killed, and not ended by itself").isEqualTo(137);
      assertThat(packedUpTo()).isGreaterThan(before);
      inTheMiddle += plainBatches() > 0 ? 1 : 0;
      assertThat(Homes.digest(home())).isEqualTo(live);
    }
    assertThat(packedUpTo()).isGreaterThan(begun);
    assertThat(inTheMiddle).as("there was more to pack when it was killed").isGreaterThan(4);
    Homes.pack(home());
    assertThat(Homes.digest(home())).isEqualTo(live);
  }

  private long packedUpTo() throws Exception {
    try (JournalFile file = JournalFile.openToRead(journal())) {
      return file.packedUpTo();
    }
  }

  private int plainBatches() throws Exception {
    try (JournalFile file = JournalFile.openToRead(journal())) {
      return file.after(file.packedUpTo(), Integer.MAX_VALUE).size();
    }
  }

  @Test
  void aPackThatWasChangedIsFoundWithItsFirstEvent() throws Exception {
    Homes.live(home(), 86, 300);
    Homes.pack(home());
    long first = firstOfPack(2);
    Path flipped = Homes.copy(home(), folder.resolve("flipped"));
    Homes.sql(
        flipped.resolve("journal.db"),
        "UPDATE batch SET bytes = substr(bytes, 1, 200) || x'7f' || substr(bytes, 202)"
            + " WHERE first_sequence = "
            + first);
    damaged(flipped, first);
    Path truncated = Homes.copy(home(), folder.resolve("truncated"));
    Homes.sql(
        truncated.resolve("journal.db"),
        "UPDATE batch SET bytes = substr(bytes, 1, 100) WHERE first_sequence = " + first);
    damaged(truncated, first);
    Path forged = Homes.copy(home(), folder.resolve("forged"));
    forge(forged.resolve("journal.db"), first);
    damaged(forged, first);
    for (Path each : List.of(flipped, truncated, forged)) {
      ChainProof proof = ChainProof.of(each, 1, ChainProof.END);
      assertThat(proof.to()).isEqualTo(first - 1);
      assertThat(proof.broken()).contains("checksum");
    }
  }

  @Test
  void theDigestOverPackedBatchesIsTheOneOverPlainOnesFromAnywhere() throws Exception {
    Homes.live(home(), 88, 300);
    ChainProof plain = ChainProof.of(home(), 1, ChainProof.END);
    Homes.pack(home());
    assertThat(ChainProof.of(home(), 1, ChainProof.END)).isEqualTo(plain);
    long middle = firstOfPack(1) + 20;
    ChainProof begin = ChainProof.of(home(), 1, middle);
    ChainProof rest = ChainProof.of(home(), begin.to() + 1, ChainProof.END);
    assertThat(rest.before()).isEqualTo(begin.digest());
    assertThat(rest.digest()).isEqualTo(plain.digest());
    assertThat(begin.batches() + rest.batches()).isEqualTo(plain.batches());
  }

  private static void damaged(Path home, long first) {
    assertThatThrownBy(() -> Homes.digest(home))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContainingAll("damaged at event " + first + ":", "checksum", "backup");
  }

  /// The same events packed anew with another time, as somebody would who knows the format.
  private static void forge(Path journal, long first) throws Exception {
    try (JournalFile file = JournalFile.open(journal, () -> {})) {
      Hash before = file.rowAt(first - 1).hash();
      List<JournalRow> rows = new ArrayList<>();
      try (var statement = file.connection().createStatement();
          var row =
              statement.executeQuery("SELECT packed FROM batch WHERE first_sequence = " + first)) {
        rows.addAll(file.after(first - 1, 1).subList(0, row.getInt(1)));
      }
      JournalRow one = rows.get(1);
      byte[] bytes = one.bytes().clone();
      bytes[bytes.length - 1] ^= 1;
      rows.set(
          1,
          new JournalRow(
              one.firstSequence(), one.count(), one.epoch(), one.at(), bytes, one.hash()));
      try (var update =
          file.connection()
              .prepareStatement("UPDATE batch SET bytes = ? WHERE first_sequence = ?")) {
        update.setBytes(1, Pack.of(before, rows).row().bytes());
        update.setLong(2, first);
        update.executeUpdate();
      }
    }
  }

  private long firstOfPack(int number) throws Exception {
    try (var connection = Sqlite.open(journal(), Sqlite.Use.READER)) {
      return Sqlite.number(
          connection,
          "SELECT first_sequence FROM batch WHERE packed > 0 ORDER BY 1 LIMIT 1 OFFSET " + number);
    }
  }

  @Test
  void aBatchThatWasChangedBeforeItWasPackedIsNotPackedAndTold() throws Exception {
    Homes.live(home(), 87, 200);
    Store.open(home(), Homes.PLAIN).close();
    long first;
    try (JournalFile file = JournalFile.openToRead(journal())) {
      first = file.after(0, Integer.MAX_VALUE).get(5).firstSequence();
    }
    Homes.sql(
        journal(),
        "UPDATE batch SET bytes = substr(bytes, 1, length(bytes) - 1) || x'7f'"
            + " WHERE first_sequence = "
            + first);
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (store.troubles().isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      assertThat(store.troubles())
          .singleElement()
          .asString()
          .contains("no longer packed", "damaged at event " + first, "put back a backup");
      assertThat(Homes.packs(home())).isZero();
      store.abandon();
    }
  }
}
