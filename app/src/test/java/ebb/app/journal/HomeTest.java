package ebb.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.Snapshots;
import ebb.kernel.engine.JournalFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
  @TempDir Path folder;

  private Path home() {
    return folder.resolve("home");
  }

  @Test
  void aHomeThatWasMovedAwayTakesNothingMoreAndIsNotBegunAnew() throws Exception {
    Path away = folder.resolve("away");
    Store store = Store.open(home(), Homes.PLAIN);
    DrivenServer server = new DrivenServer(61, store.state(), store.journal());
    server.begin(store.installation(), store.epoch());
    server.steps(20);
    long answered = store.state().sequence();
    Files.move(home(), away);
    assertThatThrownBy(() -> server.submit(1))
        .isInstanceOf(JournalFailure.class)
        .hasMessageContaining("put the folder back");
    store.abandon();
    assertThatThrownBy(() -> Store.reopen(home(), Homes.PLAIN))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("Put the folder back")
        .hasMessageContaining("--adopt-home");
    assertThat(home()).doesNotExist();
    Files.move(away, home());
    try (Store again = Store.reopen(home(), Homes.PLAIN)) {
      assertThat(again.state().sequence()).isGreaterThanOrEqualTo(answered);
    }
  }

  @Test
  void nothingIsWrittenIntoAJournalThatWasDeletedOrReplaced() throws Exception {
    for (String file : new String[] {"journal.db", "journal.db-wal"}) {
      Path home = folder.resolve("home-of-" + file);
      Store store = Store.open(home, Homes.PLAIN);
      DrivenServer server = new DrivenServer(62, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      Files.move(home.resolve(file), folder.resolve("old-" + file));
      Files.createFile(home.resolve(file));
      assertThatThrownBy(() -> server.submit(1))
          .isInstanceOf(JournalFailure.class)
          .hasMessageContaining("removed or replaced");
      assertThatThrownBy(() -> server.submit(1))
          .isInstanceOf(JournalFailure.class)
          .hasMessageContaining("failed before");
      store.abandon();
    }
  }

  @Test
  void aCopyIsRefusedWithItsTwoWaysOutAndEachWorks() throws Exception {
    Homes.live(home(), 63, 30);
    byte[] digest = Homes.digest(home());
    String id;
    try (Store original = Store.open(home(), Homes.PLAIN)) {
      id = original.installation();
    }
    Path copy = Homes.copy(home(), folder.resolve("copy"));
    assertThatThrownBy(() -> Store.open(copy, Homes.PLAIN))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContainingAll(id, "--adopt-home", "--new-installation");
    try (Store copied = Store.open(copy, Homes.PLAIN.with(Store.Said.COPIED))) {
      assertThat(copied.installation()).isNotEqualTo(id).matches("[0-9a-f]{12}");
      assertThat(Snapshots.digest(copied.state())).isEqualTo(digest);
    }
    Path moved = folder.resolve("moved");
    Files.move(home(), moved);
    try (Store adopted = Store.open(moved, Homes.PLAIN.with(Store.Said.MOVED))) {
      assertThat(adopted.installation()).isEqualTo(id);
      assertThat(Snapshots.digest(adopted.state())).isEqualTo(digest);
    }
    try (Store settled = Store.open(moved, Homes.PLAIN)) {
      assertThat(settled.installation()).isEqualTo(id);
    }
  }

  @Test
  void aCopyIsNotAdoptedWhileItsOriginalIsThere() throws Exception {
    Homes.live(home(), 69, 5);
    Path copy = Homes.copyAsItIs(home(), folder.resolve("copy"));
    String before = Files.readString(copy.resolve("installation"));

    assertThatThrownBy(() -> Store.open(copy, Homes.PLAIN.with(Store.Said.MOVED)))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContainingAll("is still at " + home(), "--new-installation", "rename");
    assertThat(copy.resolve("installation")).hasContent(before);

    Files.move(home(), folder.resolve("given-up"));
    Store.open(copy, Homes.PLAIN.with(Store.Said.MOVED)).close();
  }

  @Test
  void aHomeThatMovedWithTheFolderAboveItIsAdoptedAlsoWhenALinkLeadsToItFromWhereItWas()
      throws Exception {
    Path old = folder.resolve("srv/home");
    Homes.live(old, 71, 5);
    String id = Files.readAllLines(old.resolve("installation")).getFirst();
    Path now = folder.resolve("data");
    Files.move(old.getParent(), now);
    Files.createSymbolicLink(old.getParent(), now);

    try (Store adopted = Store.open(old, Homes.PLAIN.with(Store.Said.MOVED))) {
      assertThat(adopted.installation()).isEqualTo(id);
    }
    Store.open(now.resolve("home"), Homes.PLAIN).close();
  }

  @Test
  void aBackupPutBackInTheOriginalsPlaceIsAdopted() throws Exception {
    Homes.live(home(), 70, 5);
    Path backup = Homes.copyAsItIs(home(), folder.resolve("backup"));
    Files.move(home(), folder.resolve("damaged"));
    Homes.copyAsItIs(backup, home());

    Store.open(home(), Homes.PLAIN.with(Store.Said.MOVED)).close();
  }

  @Test
  void aCopyBeginsWithoutWhatMeansTheOriginals() throws Exception {
    Homes.live(home(), 68, 5);
    Path files = Files.createDirectories(folder.resolve("home-jobs/2.31")).getParent();
    Files.createSymbolicLink(home().resolve("jobs"), files);
    for (String file : new String[] {"agent/agent.record", "agent/agent.lock", "nodes/1.7"}) {
      Files.createDirectories(home().resolve(file).getParent());
      Files.createFile(home().resolve(file));
    }
    Files.createFile(home().resolve("backend.position"));
    Files.createFile(home().resolve("task-users"));
    Path copy = Homes.copyAsItIs(home(), folder.resolve("copy"));
    assertThat(copy.resolve("jobs")).isSymbolicLink();

    Store copied = Store.open(copy, Homes.PLAIN.with(Store.Said.COPIED));

    assertThat(copied.warnings()).anyMatch(it -> it.contains("was a copy of the installation"));
    copied.close();
    for (String gone : new String[] {"agent", "nodes", "backend.position", "task-users", "jobs"}) {
      assertThat(copy.resolve(gone)).doesNotExist();
      assertThat(home().resolve(gone)).exists();
    }
    assertThat(files.resolve("2.31")).isDirectory();
    try (Store settled = Store.open(copy, Homes.PLAIN)) {
      assertThat(settled.warnings()).isEmpty();
    }
  }

  @Test
  void aHomeWithoutItsJournalIsRefused() throws Exception {
    Homes.live(home(), 64, 5);
    Files.delete(home().resolve("journal.db"));
    assertRefusedAsGone(home());
    Files.createFile(home().resolve("journal.db"));
    assertRefusedAsGone(home());
  }

  @Test
  void refusalOfAnEmptiedJournalLeavesTheLogBesideIt() throws Exception {
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(73, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(5);
      Homes.copyAsItIs(home(), folder.resolve("killed"));
      store.abandon();
    }
    Files.move(home(), folder.resolve("stopped"));
    Files.move(folder.resolve("killed"), home());
    Path log = home().resolve("journal.db-wal");
    byte[] newest = Files.readAllBytes(log);
    assertThat(newest).isNotEmpty();
    Files.write(home().resolve("journal.db"), new byte[0]);

    for (Store.Said said : Store.Said.values()) {
      assertThatThrownBy(() -> Store.open(home(), Homes.PLAIN.with(said)))
          .isInstanceOf(StoreRefused.class);
      assertThat(log).hasBinaryContent(newest);
    }
  }

  @Test
  void homeInAnotherPlaceIsNeitherAdoptedNorRenamedBeforeItsJournalIsFoundWhole() throws Exception {
    Homes.live(home(), 74, 5);
    Path older = Files.copy(home().resolve("journal.db"), folder.resolve("older.db"));
    Store.open(home(), Homes.PLAIN).close();
    Path moved = Files.move(home(), folder.resolve("moved"));
    Files.createDirectories(moved.resolve("agent"));
    Files.createFile(moved.resolve("task-users"));
    byte[] installation = Files.readAllBytes(moved.resolve("installation"));
    Files.copy(older, moved.resolve("journal.db"), StandardCopyOption.REPLACE_EXISTING);

    for (Store.Said said : new Store.Said[] {Store.Said.MOVED, Store.Said.COPIED}) {
      assertThatThrownBy(() -> Store.open(moved, Homes.PLAIN.with(said)))
          .isInstanceOf(StoreRefused.class)
          .hasMessageContainingAll("Nothing was changed", "--accept-loss");
      assertThat(moved.resolve("installation")).hasBinaryContent(installation);
      assertThat(moved.resolve("agent")).exists();
      assertThat(moved.resolve("task-users")).exists();
    }
    Store.open(moved, Homes.withLossAccepted(Store.Said.MOVED)).close();
    Store.open(moved, Homes.PLAIN).close();
  }

  private static void assertRefusedAsGone(Path home) {
    assertThatThrownBy(() -> Store.open(home, Homes.PLAIN))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("is gone")
        .hasMessageContaining("backup");
  }

  @Test
  void whatIsLostWithTheLogOfAServerThatWasKilledIsMissedAndItsLogMayBePutBack() throws Exception {
    for (int starts = 1; starts < 3; starts++) {
      Path killed = folder.resolve("killed-after-" + starts);
      long answered;
      try (Store store = Store.open(home(), Homes.PLAIN)) {
        DrivenServer server = new DrivenServer(72, store.state(), store.journal());
        server.begin(store.installation(), store.epoch());
        server.submit(1);
        answered = store.state().sequence();
        Homes.copyAsItIs(home(), killed);
        store.abandon();
      }
      Files.delete(killed.resolve("history.db")); // it would tell; it need not have come so far
      Path log = killed.resolve("journal.db-wal");
      Path away = Files.move(log, folder.resolve("log"));
      Files.deleteIfExists(killed.resolve("journal.db-shm"));
      Files.move(home(), folder.resolve("stopped"));
      Files.move(killed, home());

      assertThatThrownBy(() -> Store.open(home(), Homes.PLAIN.with(Store.Said.MOVED)))
          .isInstanceOf(StoreRefused.class)
          .hasMessageContaining("-wal");

      Files.move(away, home().resolve("journal.db-wal"));
      try (Store store = Store.open(home(), Homes.PLAIN.with(Store.Said.MOVED))) {
        assertThat(store.state().sequence()).isEqualTo(answered);
        store.abandon();
      }
      Files.move(folder.resolve("stopped"), folder.resolve("stopped-" + starts));
    }
  }

  @Test
  void aHomeWithoutItsIdIsRefused() throws Exception {
    Homes.live(home(), 65, 5);
    Files.delete(home().resolve("installation"));
    assertThatThrownBy(() -> Store.open(home(), Homes.PLAIN))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("installation is missing");
  }

  @Test
  void anOlderJournalIsRefusedUntilTheLossIsAcceptedAndThenEpochsRiseToo() throws Exception {
    Homes.live(home(), 66, 5);
    Path older = Files.copy(home().resolve("journal.db"), folder.resolve("older.db"));
    for (long epoch = 2; epoch < 4; epoch++) {
      try (Store store = Store.open(home(), Homes.PLAIN)) {
        assertThat(store.epoch()).isEqualTo(epoch);
        store.abandon();
      }
    }
    Files.delete(home().resolve("journal.db"));
    Files.copy(older, home().resolve("journal.db"));
    assertThatThrownBy(() -> Store.open(home(), Homes.PLAIN))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContainingAll("of 1 starts", "epoch of 3", "--accept-loss");
    try (Store store = Store.open(home(), Homes.withLossAccepted(Store.Said.NOTHING))) {
      assertThat(store.epoch()).isEqualTo(4);
    }
  }

  @Test
  void anAcceptedLossIsTheOneThatWasFoundAtTheStartAndNoneThatComesWhileTheServerRuns()
      throws Exception {
    Homes.live(home(), 68, 5);
    Path older = Files.copy(home().resolve("journal.db"), folder.resolve("older.db"));
    Store.Options accepting = Homes.withLossAccepted(Store.Said.NOTHING);
    Store.open(home(), accepting).close();
    Files.copy(older, home().resolve("journal.db"), StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> Store.reopen(home(), accepting))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("--accept-loss");
  }

  @Test
  void aServerWhoseEpochHasPassedCanAppendNothing() throws Exception {
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(67, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      long answered = store.state().sequence();
      Homes.sql(home().resolve("journal.db"), "UPDATE owner SET epoch = 2");
      assertThatThrownBy(() -> server.submit(1))
          .isInstanceOf(JournalFailure.class)
          .hasMessageContaining("another server took over")
          .extracting(failure -> ((JournalFailure) failure).outcomeUnknown())
          .isEqualTo(false);
      store.abandon();
      assertThat(Homes.replay(home()).sequence()).isEqualTo(answered);
    }
  }

  @Test
  void threeStopsAtOnePlaceLeadToSafeModeUntilTheServerEndsAsItWasTold() throws Exception {
    for (int stop = 0; stop < 3; stop++) {
      Store store = Store.open(home(), Homes.PLAIN);
      assertThat(store.safeMode()).isFalse();
      store.stoppedBy(bug());
      store.abandon();
    }
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(store.safeMode()).isTrue();
    }
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(store.safeMode()).isFalse();
    }
  }

  @Test
  void threeStopsAtDifferentPlacesAreNoReasonForSafeMode() throws Exception {
    for (int stop = 0; stop < 3; stop++) {
      Store store = Store.open(home(), Homes.PLAIN);
      store.stoppedBy(stop == 1 ? new ArithmeticException() : bug());
      store.abandon();
    }
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(store.safeMode()).isFalse();
    }
  }

  private static RuntimeException bug() {
    return new IllegalStateException("a bug in apply");
  }
}
