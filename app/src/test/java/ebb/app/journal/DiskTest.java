package ebb.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.kernel.Snapshots;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// On a small disk of their own, which only root can mount.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class DiskTest {
  private static final Store.Options OPTIONS =
      new Store.Options(Store.Said.NOTHING, false, 100 << 10, 2 << 20, Long.MAX_VALUE, 4 << 10);

  @TempDir Path folder;
  private Path disk;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        Homes.run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString()),
        "only root can mount a small disk");
  }

  @AfterEach
  void unmount() throws Exception {
    Homes.run("umount", "-l", disk.toString());
  }

  private Path home() {
    return disk.resolve("home");
  }

  private void fill() throws IOException {
    byte[] piece = new byte[4096];
    try (OutputStream out =
        Files.newOutputStream(
            disk.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        out.write(piece);
      }
    } catch (IOException full) {
      assertThat(Files.getFileStore(disk).getUsableSpace()).isLessThan(4096);
    }
  }

  @Test
  void onAFullDiskSubmissionsAreRefusedAndEndsStayDurable() throws Exception {
    try (Store store = Store.open(home(), OPTIONS)) {
      DrivenServer server = new DrivenServer(71, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.submit(30);
      assertThat(home().resolve("reserve")).exists();
      fill();
      server.reportsOnly(40); // each makes the log longer, which the full disk refuses
      assertThat(home().resolve("reserve")).doesNotExist();
      awaitLow(store);
      server.ask(store.storage());
      Verdict verdict = server.ask(server.job("one-more"));
      assertThat(verdict).isInstanceOf(Verdict.Refused.class);
      assertThat(((Verdict.Refused) verdict).rejection()).isInstanceOf(Rejection.StorageLow.class);
      server.reportsOnly(10);
      assertThatThrownBy(() -> store.history().wholeLedger())
          .isInstanceOf(HistoryUnavailable.class)
          .hasMessageContaining("Sums would not be whole: history has come to event ")
          .hasMessageContaining("until the disk has room again");
      byte[] live = Snapshots.digest(store.state());
      store.abandon();
      assertThat(Homes.digest(home())).isEqualTo(live);
    }
  }

  private static void awaitLow(Store store) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (store.storage().freeBytes() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertThat(store.storage().freeBytes()).isZero();
  }

  @Test
  void whenTheReserveIsUsedUpTooNothingIsAnsweredAndNothingIsLost() throws Exception {
    long answered = 0;
    try (Store store = Store.open(home(), OPTIONS)) {
      DrivenServer server = new DrivenServer(72, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      JournalFailure failure = null;
      for (int i = 0; i < 200 && failure == null; i++) {
        fill();
        answered = store.state().sequence();
        try {
          server.submit(20);
        } catch (JournalFailure full) {
          failure = full;
        }
      }
      assertThat(failure).isNotNull().hasMessageContaining("full");
      assertThat(failure.outcomeUnknown()).isFalse();
      store.abandon();
    }
    Files.delete(disk.resolve("filler"));
    try (Store store = Store.open(home(), OPTIONS)) {
      assertThat(store.state().sequence()).isGreaterThanOrEqualTo(answered);
      assertThat(Snapshots.digest(store.state())).isEqualTo(Homes.digest(home()));
      Command.StorageMeasured storage = store.storage();
      assertThat(storage.freeBytes()).isGreaterThan(storage.markBytes());
      assertThat(home().resolve("reserve")).as("set aside again").hasSize(OPTIONS.reserveBytes());
    }
  }

  @Test
  void aServerStartsOnAFullDiskFromTheReserve() throws Exception {
    long sequence;
    try (Store store = Store.open(home(), OPTIONS)) {
      DrivenServer server = new DrivenServer(73, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      sequence = store.state().sequence();
    }
    fill();
    try (Store store = Store.open(home(), OPTIONS)) {
      assertThat(store.state().sequence()).isEqualTo(sequence);
      assertThat(store.storage().freeBytes()).isZero();
      DrivenServer server = new DrivenServer(73, store.state(), store.journal());
      Verdict started =
          server.ask(
              new Command.StartServer(store.installation(), store.epoch(), 0, "user:anna", false));
      assertThat(started).isInstanceOf(Verdict.Accepted.class);
    }
  }

  @Test
  void onAFullDiskPackingChangesNothingAndTheJournalGoesOn() throws Exception {
    Homes.live(home(), 75, 60);
    byte[] live = Homes.digest(home());
    try (JournalFile file = JournalFile.open(home().resolve("journal.db"), () -> {})) {
      JournalRow newest = file.newest();
      SqliteJournal journal =
          new SqliteJournal(
              home().resolve("journal.db"),
              file,
              newest.lastSequence(),
              newest.hash(),
              new Reserve(home().resolve("reserve"), OPTIONS.reserveBytes()));
      Pack pack = Pack.of(Hash.NONE, file.after(0, 64 << 10));
      fill();
      assertThatThrownBy(() -> journal.replace(pack))
          .isInstanceOfSatisfying(SQLException.class, e -> assertThat(Sqlite.isFull(e)).isTrue());
      assertThat(Homes.packs(home())).isZero();
      Files.delete(disk.resolve("filler"));
      long next = newest.lastSequence() + 1;
      byte[] bytes = newest.bytes();
      Hash hash = newest.hash().next(newest.epoch(), next, newest.count(), bytes);
      assertThat(
              file.insert(
                  new JournalRow(next, newest.count(), newest.epoch(), newest.at(), bytes, hash)))
          .isTrue();
      try (JournalFile other = JournalFile.openToRead(home().resolve("journal.db"))) {
        assertThat(other.newest().hash()).as("committed, for others to see").isEqualTo(hash);
      }
      Homes.sql(home().resolve("journal.db"), "DELETE FROM batch WHERE first_sequence = " + next);
      journal.replace(pack);
      assertThat(Homes.packs(home())).isEqualTo(1);
    }
    assertThat(Homes.digest(home())).isEqualTo(live);
  }

  @Test
  void aReadOnlyHomeIsRefused() throws Exception {
    Homes.live(home(), 74, 5);
    assumeTrue(Homes.run("mount", "-o", "remount,ro", disk.toString()), "cannot remount");
    assertThatThrownBy(() -> Store.open(home(), OPTIONS))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("mounted read-only")
        .hasMessageContaining("--home");
    assertThat(Homes.run("mount", "-o", "remount,rw", disk.toString())).isTrue();
    try (Store store = Store.open(home(), OPTIONS)) {
      assertThat(store.epoch()).isEqualTo(2);
    }
  }
}
