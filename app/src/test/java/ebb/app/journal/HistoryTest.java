package ebb.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.money.Charges;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rates;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  private static final long LONG = 60_000;

  @TempDir Path folder;

  private Path home() {
    return folder.resolve("home");
  }

  private Path file() {
    return home().resolve("history.db");
  }

  @Test
  void historyIsRebuiltToTheSameRows() throws Exception {
    List<String> rows;
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(81, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(150);
      assertThat(store.awaitHistory(store.state().sequence(), LONG)).isTrue();
      rows = rows();
    }
    assertThat(rows).hasSizeGreaterThan(200);

    Files.delete(file());
    rebuiltAs(rows, 0);
    Homes.sql(file(), "PRAGMA user_version=99");
    rebuiltAs(rows, 1);
    Homes.sql(file(), "DELETE FROM position");
    rebuiltAs(rows, 1);
    Homes.sql(file(), "UPDATE position SET hash = x'00'", "DELETE FROM jobs");
    rebuiltAs(rows, 1);
    Files.writeString(file(), "this is no database ".repeat(1_000));
    rebuiltAs(rows, 1);
  }

  private void rebuiltAs(List<String> rows, int warnings) throws Exception {
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(store.warnings()).hasSize(warnings).allMatch(each -> each.contains("rebuilt"));
      assertThat(store.awaitHistory(store.state().sequence(), LONG)).isTrue();
      assertThat(store.history().isComplete()).isTrue();
      assertThat(rows()).isEqualTo(rows);
    }
  }

  @Test
  void whatKeepsTheFileFromBeingReadAndIsNoFaultOfItRefusesTheStartAndDeletesNothing()
      throws Exception {
    Homes.live(home(), 85, 5);
    Path away = Files.move(file(), folder.resolve("away"));
    Files.createDirectory(file());

    assertThatThrownBy(() -> Store.open(home(), Homes.PLAIN))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("Cannot use " + file());
    assertThat(file()).isDirectory();

    Files.delete(file());
    Files.move(away, file());
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(store.warnings()).isEmpty();
    }
  }

  /// All rows of all tables as text.
  private List<String> rows() throws SQLException {
    try (Connection connection = Sqlite.open(file(), Sqlite.Use.READER)) {
      List<String> all = new ArrayList<>();
      for (String table :
          texts(connection, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")) {
        for (String row : texts(connection, "SELECT * FROM " + table)) {
          all.add(table + " " + row);
        }
      }
      all.sort(null);
      return all;
    }
  }

  private static List<String> texts(Connection connection, String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          Object value = rows.getObject(i);
          row.add(
              value instanceof byte[] bytes
                  ? HexFormat.of().formatHex(bytes)
                  : String.valueOf(value));
        }
        texts.add(String.join("|", row));
      }
    }
    return texts;
  }

  @Test
  void sumsOfTheLedgerAreExact() throws Exception {
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(82, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(300);
      assertThat(store.awaitHistory(store.state().sequence(), LONG)).isTrue();
      Ledger ledger = store.history().ledger();
      List<Ledger.Segment> segments =
          ledger.segments(new Ledger.Everything(), Ledger.Period.ALL, 0, 1_000_000);
      Charges sum = ledger.sum(new Ledger.Everything(), Ledger.Period.ALL);
      assertThat(sum.list().exact()).isPositive().isEqualTo(cost(segments, Rates::list));
      assertThat(sum.internal().exact()).isPositive().isEqualTo(cost(segments, Rates::internal));
      assertThat(sum.invoice().exact()).isEqualTo(cost(segments, Rates::invoice));
      assertThat(sum.millis())
          .isEqualTo(segments.stream().mapToLong(each -> each.to() - each.from()).sum());
    }
  }

  @Test
  void timeThatNodesTakeToComeIsThatOfTheNewestOnes() throws Exception {
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(84, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(300);
      assertThat(store.awaitHistory(store.state().sequence(), LONG)).isTrue();
      int seen = 0;
      for (Cluster cluster : store.state().allClusters()) {
        long[] newest =
            store.history().nodes(cluster.id(), NodeId.NONE, 100_000).reversed().stream()
                .filter(node -> node.readyAt() > 0)
                .limit(11)
                .mapToLong(node -> node.readyAt() - node.askedAt())
                .sorted()
                .toArray();
        OptionalLong middle =
            newest.length == 0 ? OptionalLong.empty() : OptionalLong.of(newest[newest.length / 2]);
        assertThat(store.history().nodeStartMillis(cluster.id())).isEqualTo(middle);
        seen += newest.length;
      }
      assertThat(seen).isPositive();
      assertThat(store.history().nodeStartMillis(new ClusterId(99))).isEmpty();
    }
  }

  @Test
  void nodesThatWereTakenBackHaveTheTimeOfTheirNoticeAndOthersNone() throws Exception {
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(86, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(300);
      assertThat(store.awaitHistory(store.state().sequence(), LONG)).isTrue();
      try (Connection connection = Sqlite.open(file(), Sqlite.Use.READER)) {
        assertThat(
                texts(
                    connection,
                    "SELECT DISTINCT release_cause = 'PREEMPTED',"
                        + " eviction_notice >= asked AND (gone = 0 OR eviction_notice <= gone)"
                        + " FROM nodes WHERE release_asked > 0"))
            .containsExactlyInAnyOrder("1|1", "0|0");
      }
    }
  }

  @Test
  void whatTasksHaveUsedIsWholeOnceTheirJobHasEnded() throws Exception {
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      DrivenServer server = new DrivenServer(85, store.state(), store.journal());
      server.begin(store.installation(), store.epoch());
      server.steps(300);
      assertThat(store.awaitHistory(store.state().sequence(), LONG)).isTrue();
      List<Boolean> seen = new ArrayList<>();
      try (Connection connection = Sqlite.open(file(), Sqlite.Use.READER)) {
        for (String row : texts(connection, "SELECT id, ended > 0 FROM jobs WHERE attempts > 0")) {
          String[] columns = row.split("\\|");
          boolean isEnded = columns[1].equals("1");
          JobId job = new JobId(Long.parseLong(columns[0]));
          assertThat(store.history().usage(job).isWhole()).isEqualTo(isEnded);
          seen.add(isEnded);
        }
      }
      assertThat(seen).contains(true, false);
    }
  }

  private static BigInteger cost(List<Ledger.Segment> segments, ToLongFunction<Rates> rate) {
    BigInteger sum = BigInteger.ZERO;
    for (Ledger.Segment each : segments) {
      long price = rate.applyAsLong(each.rates());
      if (price != Rates.UNPRICED) {
        BigInteger millis = BigInteger.valueOf(each.to() - each.from());
        sum = sum.add(millis.multiply(BigInteger.valueOf(price)));
      }
    }
    return sum;
  }

  @Test
  void namesOfArchivedJobsAnswerAfterAStartToo() throws Exception {
    Homes.live(home(), 83, 300);
    try (Store store = Store.open(home(), Homes.PLAIN)) {
      assertThat(store.awaitHistory(store.state().sequence(), LONG)).isTrue();
      var workspace = store.state().workspace(DrivenServer.WORKSPACE).id();
      assertThat(store.state().job(workspace, "job-1")).isNull();
      assertThat(store.history().job(workspace, "JOB-1").orElseThrow().name()).isEqualTo("Job-1");
    }
  }
}
