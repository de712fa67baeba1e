package ebb.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.Snapshots;
import ebb.kernel.State;
import ebb.kernel.job.Job;
import ebb.kernel.money.Charges;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.JobId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  private static final Store.Options SMALL =
      new Store.Options(Store.Said.NOTHING, false, 1, 1 << 20, 500, 4 << 10);
  private static final long LONG = 60_000;

  @TempDir Path folder;

  private Path home() {
    return folder.resolve("home");
  }

  @Test
  void whatWasAppendedIsThereAfterAStart() throws Exception {
    byte[] live;
    long sequence;
    try (Store store = Store.open(home(), SMALL)) {
      DrivenServer server = new DrivenServer(1, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(300);
      live = Snapshots.digest(store.state());
      sequence = store.state().sequence();
      store.abandon();
    }
    try (Store store = Store.open(home(), SMALL)) {
      assertThat(store.state().sequence()).isEqualTo(sequence);
      assertThat(Snapshots.digest(store.state())).isEqualTo(live);
      assertThat(store.epoch()).isEqualTo(2);
      assertThat(store.warnings()).isEmpty();
    }
  }

  @Test
  void aSnapshotAndTheTailGiveWhatTheWholeJournalGives() throws Exception {
    byte[] live;
    try (Store store = Store.open(home(), SMALL)) {
      DrivenServer server = new DrivenServer(2, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      for (int i = 0; i < 20; i++) {
        server.steps(50);
        store.snapshotIfDue();
      }
      live = Snapshots.digest(store.state());
      store.abandon();
    }
    assertThat(new SnapshotFiles(home().resolve("snapshots")).newestFirst()).isNotEmpty();
    try (Store store = Store.open(home(), SMALL)) {
      assertThat(Snapshots.digest(store.state())).isEqualTo(live);
      assertNothingIsNew(store.state());
    }
    for (SnapshotFiles.Named snapshot :
        new SnapshotFiles(home().resolve("snapshots")).newestFirst()) {
      Files.delete(snapshot.file());
    }
    try (Store store = Store.open(home(), SMALL)) {
      assertThat(Snapshots.digest(store.state())).isEqualTo(live);
      assertNothingIsNew(store.state());
    }
  }

  /// However long the journal is, what it did and undid is not kept until the first step.
  private static void assertNothingIsNew(State state) {
    assertThat(state.outstanding().takeFresh()).isEmpty();
    assertThat(state.touched().nodes).isEmpty();
    assertThat(state.touched().jobs).isEmpty();
  }

  @Test
  void theLedgerOfHistoryIsTheKernels() throws Exception {
    try (Store store = Store.open(home(), SMALL)) {
      DrivenServer server = new DrivenServer(3, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(400);
      assertThat(store.awaitHistory(store.state().sequence(), LONG)).isTrue();
      Ledger ledger = store.history().ledger();
      store
          .state()
          .allClusters()
          .forEach(cluster ->
              assertThat(sum(ledger, new Ledger.OfCluster(cluster.id())))
                  .isEqualTo(store.state().charges(cluster.id())));
      Charges all = sum(ledger, new Ledger.Everything());
      assertThat(all.runMillis()).isPositive();
      assertThat(all.list().compareTo(all.internal())).isPositive();
      assertThat(
              ledger
                  .sumsByJob(new Ledger.Everything(), Ledger.Period.ALL, null, 100_000)
                  .values()
                  .stream()
                  .mapToLong(sum -> sum.charges().millis())
                  .sum())
          .isEqualTo(all.millis());
    }
  }

  @Test
  void wholeLedgerHasWhatWasMeteredAMomentBefore() throws Exception {
    try (Store store = Store.open(home(), SMALL)) {
      DrivenServer server = new DrivenServer(31, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      for (int round = 0; round < 20; round++) {
        server.steps(20);
        Ledger ledger = store.history().wholeLedger();
        store
            .state()
            .allClusters()
            .forEach(cluster ->
                assertThat(sum(ledger, new Ledger.OfCluster(cluster.id())))
                    .isEqualTo(store.state().charges(cluster.id())));
      }
    }
  }

  private static Charges sum(Ledger ledger, Ledger.Of of) {
    try {
      return ledger.sum(of, Ledger.Period.ALL);
    } catch (HistoryUnavailable e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aJobThatLeftMemoryAnswersByItsName() throws Exception {
    try (Store store = Store.open(home(), SMALL)) {
      DrivenServer server = new DrivenServer(4, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(400);
      assertThat(store.awaitHistory(store.state().sequence(), LONG)).isTrue();
      var workspace = store.state().workspace(DrivenServer.WORKSPACE).id();
      assertThat(store.state().job(workspace, "job-1")).isNull();
      PastJob past = store.history().job(workspace, "JOB-1").orElseThrow();
      assertThat(past.name()).isEqualTo("Job-1");
      assertThat(past.cause()).isIn((Object[]) EndCause.values());
      assertThat(past.endedAt()).isGreaterThanOrEqualTo(past.submittedAt());
      assertThat(store.history().job(workspace, "nobody")).isEmpty();
      List<PastJob> page = store.history().jobs(workspace, Listed.SHOWN, History.NEWEST, 10);
      assertThat(page).hasSize(10).isSortedAccordingTo((a, b) -> b.id().compareTo(a.id()));
      for (Job job : store.state().allJobs()) {
        assertThat(store.history().job(job.id()).orElseThrow().name()).isEqualTo(job.name());
      }
      assertThat(store.history().job(new JobId(1))).isEmpty();
    }
  }

  @Test
  void aSecondServerIsRefusedWithTheFirstOnesProcess() throws Exception {
    try (Store store = Store.open(home(), SMALL)) {
      assertThat(store.epoch()).isEqualTo(1);
      assertThatThrownBy(() -> Store.open(home(), SMALL))
          .isInstanceOf(StoreRefused.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("another --home");
    }
  }

  @Test
  void theHomeIsTheOwnersAlone() throws Exception {
    try (Store store = Store.open(home(), SMALL)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store.home())))
          .isEqualTo("rwx------");
    }
  }
}
