package ebb.app.api;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.journal.DrivenServer;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.Ledger;
import ebb.app.journal.Store;
import ebb.app.view.View;
import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.engine.Journal;
import ebb.kernel.money.Charges;
import ebb.kernel.money.Stretch;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.NodeId;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenSegmentsTest {
  @TempDir Path folder;

  @Test
  void ledgerUntilNowIsWhatTheKernelHasMeteredWithWhatNodesDo() throws Exception {
    try (Store store = Store.open(folder.resolve("home"))) {
      View view = new View();
      view.load(store.state());
      DrivenServer server =
          new DrivenServer(
              17,
              store.state(),
              store.journal(),
              (state, batch) -> {
                view.publish(state, batch);
                sums(store, view)
                    .forEach((cluster, sum) ->
                        assertThat(sum).as("%s", cluster).isEqualTo(metered(state, cluster)));
              });
      server.begin(store.installation(), store.epoch());
      server.steps(60);
      assertThat(sums(store, view)).isNotEmpty();
    }
  }

  @Test
  void whatHasEndedAndIsStillShownAsOpenIsInTheTablesAlone() throws Exception {
    try (Store store = Store.open(folder.resolve("home"))) {
      View view = new View();
      view.load(store.state());
      AtomicInteger compared = new AtomicInteger();
      Journal journal =
          batch -> {
            store.journal().append(batch); // what is shown is behind now
            compared.addAndGet(compare(until(store, view)));
          };
      DrivenServer server = new DrivenServer(18, store.state(), journal, view);
      server.begin(store.installation(), store.epoch());
      server.steps(60);
      assertThat(compared.get()).isPositive();
    }
  }

  /// How many segments of the tables are of nodes whose meter runs: all ended before that began.
  private static int compare(OpenSegments until) {
    try {
      Map<NodeId, Long> begun = new HashMap<>();
      until.open().forEach(each -> begun.put(each.node(), each.from()));
      List<Ledger.Segment> closed =
          until.ledger().segments(new Ledger.Everything(), Ledger.Period.ALL, 0, 100_000).stream()
              .filter(each -> begun.containsKey(each.node()))
              .toList();
      assertThat(closed).allMatch(each -> each.to() <= begun.get(each.node()));
      return closed.size();
    } catch (HistoryUnavailable unavailable) {
      throw new AssertionError(unavailable);
    }
  }

  private static OpenSegments until(Store store, View view) {
    try {
      return OpenSegments.of(
          view, store.history(), new Ledger.Everything(), Ledger.Period.ALL, store.state().now());
    } catch (HistoryUnavailable unavailable) {
      throw new AssertionError(unavailable);
    }
  }

  /// Of the clusters that exist: the kernel forgets what others have come to.
  private static TreeMap<ClusterId, Charges> sums(Store store, View view) {
    Ledger.Of all = new Ledger.Everything();
    TreeMap<ClusterId, Charges> sums = new TreeMap<>();
    try {
      OpenSegments until = until(store, view);
      until
          .addedTo(
              until.ledger().sumsByCluster(all, Ledger.Period.ALL, null, 1_000),
              Ledger.Segment::cluster,
              null,
              1_000)
          .forEach((cluster, sum) -> {
            if (store.state().cluster(cluster) != null) {
              sums.put(cluster, sum.charges());
            }
          });
      return sums;
    } catch (HistoryUnavailable unavailable) {
      throw new AssertionError(unavailable);
    }
  }

  private static Charges metered(State state, ClusterId id) {
    Charges sum = state.charges(id);
    for (Node node : state.allNodes()) {
      Stretch open = Kernel.openStretch(state, node);
      if (node.cluster().equals(id) && open != null) {
        sum = sum.plus(open.kind(), Math.max(0, state.now() - open.from()), open.rates());
      }
    }
    return sum;
  }
}
