package ebb.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.Snapshots;
import ebb.kernel.codec.BatchCodec;
import ebb.kernel.engine.Journal;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalDamageTest {
  private static final int PAGE = 4096;

  @TempDir Path folder;

  private Path home() {
    return folder.resolve("home");
  }

  private Path journal() {
    return home().resolve("journal.db");
  }

  private record Answered(long sequence, byte[] digest) {}

  @Test
  void ofATornLastWriteEverythingBeforeItIsThere() throws Exception {
    TreeMap<Long, Answered> byLogSize = new TreeMap<>();
    Path copied = folder.resolve("copied");
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      Path log = home().resolve("journal.db-wal");
      Journal journal = store.journal();
      Journal noting =
          batch -> {
            journal.append(batch);
            byLogSize.put(
                log.toFile().length(),
                new Answered(batch.lastSequence(), Snapshots.digest(store.state())));
          };
      DrivenServer server = new DrivenServer(31, store.state(), noting);
      server.begin(store.installation(), store.epoch());
      server.steps(40);
      Homes.copy(home(), copied);
      Files.delete(copied.resolve("history.db")); // it never has what was not answered
      store.abandon();
    }
    Files.move(home(), folder.resolve("given-up"));
    long whole = byLogSize.lastKey();
    long before = byLogSize.lowerKey(whole);
    long[] cuts = {before, before + 1, (before + whole) / 2, whole - 1, whole};
    for (int i = 0; i < cuts.length; i++) {
      Path torn = Homes.copy(copied, folder.resolve("torn-" + i));
      try (FileChannel log = log(torn)) {
        log.truncate(cuts[i]);
      }
      opensAs(torn, byLogSize.floorEntry(cuts[i]).getValue());
    }
    Path garbled = Homes.copy(copied, folder.resolve("garbled"));
    try (RandomAccessFile log =
        new RandomAccessFile(garbled.resolve("journal.db-wal").toFile(), "rw")) {
      log.seek(whole - 500);
      log.write(new byte[] {1, 2, 3, 4, 5});
    }
    opensAs(garbled, byLogSize.get(before));
  }

  private static FileChannel log(Path home) throws Exception {
    return FileChannel.open(home.resolve("journal.db-wal"), StandardOpenOption.WRITE);
  }

  private static void opensAs(Path home, Answered answered) throws Exception {
    try (Store store = Store.open(home, Homes.PLAIN.with(Store.Said.MOVED))) {
      assertThat(store.state().sequence()).isEqualTo(answered.sequence());
      assertThat(Snapshots.digest(store.state())).isEqualTo(answered.digest());
      store.abandon();
    }
  }

  @Test
  void aGarbledPageOfTheJournalIsRefused() throws Exception {
    Homes.live(home(), 32, 100);
    byte[] noise = new byte[PAGE];
    new SplittableRandom(1).nextBytes(noise);
    try (RandomAccessFile file = new RandomAccessFile(journal().toFile(), "rw")) {
      file.seek(file.length() / PAGE / 2 * PAGE);
      file.write(noise);
    }
    refused("damaged", "backup of the whole folder");
  }

  @Test
  void aChangedRowIsRefusedWithItsEvent() throws Exception {
    Homes.live(home(), 33, 100);
    long first = firstOfRow(20);
    Homes.sql(
        journal(),
        "UPDATE batch SET bytes = substr(bytes, 1, length(bytes) - 1) || x'7f'"
            + " WHERE first_sequence = "
            + first);
    refused("damaged at event " + first, "checksum", "backup");
  }

  @Test
  void aMissingRowIsRefusedWithItsEvent() throws Exception {
    Homes.live(home(), 34, 100);
    long first = firstOfRow(20);
    Homes.sql(journal(), "DELETE FROM batch WHERE first_sequence = " + first);
    refused("damaged at event " + first, "rows are missing");
  }

  private long firstOfRow(int number) throws Exception {
    try (JournalFile file = JournalFile.openToRead(journal())) {
      return file.after(0, Integer.MAX_VALUE).get(number).firstSequence();
    }
  }

  @Test
  void rowsOfANewerFormatAreRefused() throws Exception {
    Homes.live(home(), 35, 20);
    byte[] bytes = BatchCodec.encode(List.of(envelope(new Event.BackOffEnded(JOB, 1))));
    bytes[0] = 99;
    append(bytes);
    refused("it has the format 99, this version knows up to 1");
  }

  @Test
  void anEventThatThisVersionDoesNotKnowIsRefused() throws Exception {
    Homes.live(home(), 36, 20);
    byte[] one = BatchCodec.encode(List.of(envelope(new Event.BackOffEnded(JOB, 1))));
    byte[] two = BatchCodec.encode(List.of(envelope(new Event.CancelRequested(JOB))));
    one[Arrays.mismatch(one, two)] = 127;
    append(one);
    refused("127 is not known here");
  }

  private static final ebb.kernel.protocol.JobId JOB = new ebb.kernel.protocol.JobId(1);

  private static Envelope envelope(Event event) {
    return new Envelope(1, 0, Actor.KERNEL, "", "", List.of(event));
  }

  private void append(byte[] bytes) throws Exception {
    try (JournalFile file = JournalFile.open(journal(), () -> {})) {
      JournalRow end = file.newest();
      long first = end.lastSequence() + 1;
      Hash hash = end.hash().next(end.epoch(), first, 1, bytes);
      assertThat(file.insert(new JournalRow(first, 1, end.epoch(), end.at(), bytes, hash)))
          .isTrue();
    }
  }

  @Test
  void tablesOfANewerVersionAreRefused() throws Exception {
    Homes.live(home(), 37, 5);
    Homes.sql(journal(), "PRAGMA user_version=3");
    refused("newer version", "Start that version");
  }

  @Test
  void aFileThatIsNoJournalIsRefused() throws Exception {
    Homes.live(home(), 38, 5);
    Homes.sql(journal(), "PRAGMA application_id=7");
    refused("no journal of Ebb", "--home");
  }

  @Test
  void aJournalThatLostItsEndIsRefusedUntilTheLossIsAccepted() throws Exception {
    long end;
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(39, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(50);
      end = store.state().sequence();
    }
    long last;
    try (JournalFile file = JournalFile.openToRead(journal())) {
      last = file.newest().firstSequence();
    }
    Homes.sql(journal(), "DELETE FROM batch WHERE first_sequence = " + last);
    String[] why = {"ends with event " + (last - 1), "up to " + end, "Put back the journal"};
    refused(why);
    Files.move(home().resolve("snapshots"), folder.resolve("away"));
    refused(why);
    refused("history.db", "--accept-loss");
    Files.move(folder.resolve("away"), home().resolve("snapshots"));
    try (Store store = Store.open(home(), Homes.withLossAccepted(Store.Said.NOTHING))) {
      assertThat(store.state().sequence()).isEqualTo(last - 1);
      assertThat(store.epoch()).isEqualTo(2);
      assertThat(store.warnings())
          .containsExactly(
              "History is rebuilt from the journal: it held events up to "
                  + end
                  + " that the journal has lost.");
    }
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(store.warnings()).isEmpty();
    }
  }

  @Test
  void theRowThatASnapshotAtTheHeadStandsOnIsRefusedWhenItIsDamaged() throws Exception {
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(41, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(50);
    }
    long last;
    long before;
    try (JournalFile file = JournalFile.openToRead(journal())) {
      last = file.newest().firstSequence();
      before = file.rowAt(last - 1).firstSequence();
    }
    String ofLast = " WHERE first_sequence = " + last;
    String cut = "substr(bytes, 1, length(bytes) - 1)";
    String[] damages = {
      "UPDATE batch SET bytes = " + cut + " || x'7f'" + ofLast,
      "UPDATE batch SET bytes = " + cut + ofLast,
      "DELETE FROM batch WHERE first_sequence = " + before,
      "UPDATE batch SET hash = zeroblob(32) WHERE first_sequence = " + before,
    };
    Path whole = Files.move(home(), folder.resolve("whole"));
    for (int i = 0; i < damages.length; i++) {
      Path damaged = Homes.copy(whole, folder.resolve("damaged-" + i));
      Homes.sql(damaged.resolve("journal.db"), damages[i]);
      assertThatThrownBy(() -> Store.open(damaged, Homes.PLAIN.with(Store.Said.MOVED)))
          .isInstanceOf(StoreRefused.class)
          .message()
          .contains("damaged at event " + last, "backup of the whole folder");
    }
    try (Store store = Store.open(whole, Homes.PLAIN.with(Store.Said.MOVED))) {
      assertThat(store.warnings()).isEmpty();
    }
  }

  @Test
  void aDamagedSnapshotIsNotUsedAndTheJournalGivesTheSame() throws Exception {
    byte[] live;
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(40, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(60);
      live = Snapshots.digest(store.state());
    }
    Path snapshot = new SnapshotFiles(home().resolve("snapshots")).newestFirst().getFirst().file();
    byte[] whole = Files.readAllBytes(snapshot);
    assertThat(Homes.recover(home(), snapshot.getParent()).snapshotSequence()).isPositive();
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 60; i++) {
      byte[] damaged = whole.clone();
      if (i % 6 == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      } else {
        // the first pieces hold the header, where damage looks like another version
        int at = i % 6 == 1 ? random.nextInt(50) : random.nextInt(damaged.length);
        damaged[at] ^= (byte) (1 + random.nextInt(255));
      }
      Files.write(snapshot, damaged);
      Recovery.Recovered recovered = Homes.recover(home(), snapshot.getParent());
      assertThat(recovered.snapshotSequence()).isZero();
      assertThat(recovered.warnings()).hasSize(1).first().asString().contains("is not used");
      assertThat(Snapshots.digest(recovered.state())).isEqualTo(live);
    }
  }

  @Test
  void aSnapshotAtAnySequenceAndTheTailGiveTheFullReplay() throws Exception {
    for (long seed = 50; seed < 53; seed++) {
      Path home = folder.resolve("home-" + seed);
      byte[] live;
      TreeMap<Long, List<Record>> snapshots = new TreeMap<>();
      try (Store store = Store.open(home, Homes.PLAIN)) {
        DrivenServer server = new DrivenServer(seed, store.state(), store.journal());
        server.begin(store.installation(), store.epoch());
        for (int i = 0; i < 30; i++) {
          server.steps(6);
          snapshots.put(store.state().sequence(), Snapshots.facts(store.state()));
        }
        live = Snapshots.digest(store.state());
        store.abandon();
      }
      assertThat(Homes.digest(home)).isEqualTo(live);
      for (Map.Entry<Long, List<Record>> each : snapshots.entrySet()) {
        Path alone = folder.resolve("snapshots-" + seed + "-" + each.getKey());
        try (JournalFile file = JournalFile.openToRead(home.resolve("journal.db"))) {
          Hash hash = file.rowAt(each.getKey()).hash();
          new SnapshotFiles(alone).write(each.getKey(), hash, each.getValue());
        }
        Recovery.Recovered recovered = Homes.recover(home, alone);
        assertThat(recovered.snapshotSequence()).isEqualTo(each.getKey());
        assertThat(Snapshots.digest(recovered.state())).isEqualTo(live);
      }
    }
  }

  private void refused(String... says) {
    assertThatThrownBy(() -> Store.open(home(), Homes.PLAIN))
        .isInstanceOf(StoreRefused.class)
        .message()
        .contains(says);
  }
}
