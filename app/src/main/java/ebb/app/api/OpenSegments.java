package ebb.app.api;

import ebb.app.journal.History;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.Ledger;
import ebb.app.view.ClusterSeen;
import ebb.app.view.JobSeen;
import ebb.app.view.NodeSeen;
import ebb.app.view.View;
import ebb.kernel.money.Charges;
import ebb.kernel.money.Stretch;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The ledger until this moment: the segments of the tables, and what nodes do now as segments that
/// end now. Nothing is in both, and nothing in neither.
///
/// @param ledger holds all that had ended when `open` was looked at
record OpenSegments(Ledger ledger, Ledger.Period period, List<Ledger.Segment> open) {
  /// How many segments may end while the tables are waited for; more are looked at in turns.
  private static final int PAGE = 1_000;

  /// Looks at the nodes first and waits for the tables then. What these have of a stretch that was
  /// seen open has ended since what is shown was whole, and is in them alone.
  static OpenSegments of(View view, History history, Ledger.Of of, Ledger.Period period, long now)
      throws HistoryUnavailable {
    long before = view.sequence();
    TreeMap<NodeId, Ledger.Segment> open = new TreeMap<>();
    for (NodeSeen seen : view.nodesAfter(NodeId.NONE).values()) {
      Stretch stretch = seen.open();
      if (stretch != null && stretch.from() < now && isOf(view, of, seen.node(), stretch)) {
        open.put(seen.node().id(), segment(view, history, seen.node(), stretch, now));
      }
    }
    Ledger ledger = history.wholeLedger();
    List<Ledger.Segment> ended;
    do {
      ended = ledger.segments(new Ledger.Everything(), Ledger.Period.ALL, before, PAGE);
      for (Ledger.Segment each : ended) {
        open.computeIfPresent(
            each.node(), (_, segment) -> each.from() < segment.from() ? segment : null);
        before = each.sequence();
      }
    } while (ended.size() == PAGE);
    List<Ledger.Segment> within =
        open.values().stream().filter(each -> millis(period, each) > 0).toList();
    return new OpenSegments(ledger, period, within);
  }

  private static Ledger.Segment segment(
      View view, History history, Node node, Stretch stretch, long now) throws HistoryUnavailable {
    return new Ledger.Segment(
        0,
        node.id(),
        node.cluster(),
        stretch.payer(),
        account(view, history, stretch.payer()),
        stretch.kind(),
        stretch.from(),
        now,
        stretch.rates(),
        node.virtual());
  }

  private static String account(View view, History history, JobId payer) throws HistoryUnavailable {
    if (payer.equals(JobId.NONE)) {
      return "";
    }
    JobSeen live = view.job(payer);
    return live != null
        ? live.job().spec().account()
        : history.job(payer).map(past -> past.spec().account()).orElse("");
  }

  private static boolean isOf(View view, Ledger.Of of, Node node, Stretch stretch) {
    return switch (of) {
      case Ledger.Everything _ -> true;
      case Ledger.OfCluster cluster -> node.cluster().equals(cluster.cluster());
      case Ledger.OfJob job -> stretch.payer().equals(job.job());
      case Ledger.OfWorkspace workspace -> {
        ClusterSeen cluster = view.cluster(node.cluster());
        yield cluster != null && cluster.cluster().workspace().equals(workspace.workspace());
      }
    };
  }

  /// The part within the period.
  private static long millis(Ledger.Period period, Ledger.Segment segment) {
    return Math.min(segment.to(), period.to()) - Math.max(segment.from(), period.from());
  }

  /// What all of them come to, with what the tables have.
  Charges addedTo(Charges closed) {
    Charges sum = closed;
    for (Ledger.Segment each : open) {
      sum = sum.plus(each.kind(), millis(period, each), each.rates());
    }
    return sum;
  }

  /// The same for a page of sums after `after`: those of the tables with these.
  <K extends Comparable<K>> TreeMap<K, Ledger.Sum> addedTo(
      TreeMap<K, Ledger.Sum> closed, Function<Ledger.Segment, K> by, @Nullable K after, int most) {
    TreeMap<K, Ledger.Sum> page = new TreeMap<>(closed);
    K last = closed.size() < most ? null : closed.lastKey();
    for (Ledger.Segment each : open) {
      K key = by.apply(each);
      if ((after == null || key.compareTo(after) > 0)
          && (last == null || key.compareTo(last) <= 0)) {
        page.put(key, plus(page.getOrDefault(key, Ledger.Sum.NONE), each));
      }
    }
    while (page.size() > most) {
      page.pollLastEntry();
    }
    return page;
  }

  private Ledger.Sum plus(Ledger.Sum sum, Ledger.Segment segment) {
    long millis = millis(period, segment);
    return sum.plus(segment.kind(), millis, segment.rates(), segment.virtual() ? millis : 0);
  }
}
