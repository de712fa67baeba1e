package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.History;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.Ledger;
import ebb.app.view.ClusterSeen;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.money.Bill;
import ebb.kernel.money.Charges;
import ebb.kernel.money.Cost;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Scope;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What was spent until now: segments of nodes within a period, added up by job, cluster or
/// account. What a node does now counts as if it ended at this moment.
///
/// `GET .../ledger?from=&to=&by=job|cluster|account|segment&cluster=NAME`. The total of a page is
/// rounded once and its rows by largest remainder, so that they add up. Listed segments that are
/// still open come last, without a number.
final class LedgerEndpoint {
  private static final int DECIMALS = 6;

  private static final String WORDS = "?from&to&by&after&limit";

  private final Reads reads;
  private final Supplier<History> history;

  LedgerEndpoint(Reads reads, Supplier<History> history) {
    this.reads = reads;
    this.history = history;
  }

  void addTo(Router<Endpoint> router) {
    router
        .on("GET", "/ebb/v1/ledger" + WORDS, this::everything)
        .on("GET", WorkspaceEndpoints.PATH + "/ledger" + WORDS, this::ofWorkspace)
        .on("GET", WorkspaceEndpoints.PATH + "/clusters/{name}/ledger" + WORDS, this::ofCluster);
  }

  /// What people call what a row is of, if that is not its key.
  private record Named(
      @Nullable String name, @Nullable String workspace, @Nullable Boolean deleted) {
    static final Named NOTHING = new Named(null, null, null);
  }

  /// Amounts are rounded so that the rows add up to the total, so they are said once only.
  ///
  /// @param name of a cluster: it outlives it
  /// @param workspace the name of the cluster's
  /// @param deleted true of a cluster that is no more
  /// @param virtual the time of nodes that share the machine; null if there was none
  private record Row(
      String of,
      @Nullable String name,
      @Nullable String workspace,
      @Nullable Boolean deleted,
      String list,
      String internal,
      String invoice,
      String booted,
      String ran,
      String idled,
      String left,
      @Nullable String unpriced,
      @Nullable String virtual) {}

  /// @param sequence null of a segment that is still open
  private record SegmentRow(
      @Nullable Long sequence,
      String node,
      String cluster,
      @Nullable String job,
      @Nullable String account,
      String kind,
      String from,
      String to,
      long millis,
      @Nullable String listRate,
      @Nullable String internalRate,
      @Nullable String invoiceRate,
      boolean virtual) {}

  private record Total(String list, String internal, String invoice, long millis) {}

  private record Shown(
      String currency, String by, Total total, List<?> value, @Nullable String next) {}

  /// What is asked: whose segments, when, added up by what, which page.
  private record Asked(
      Ledger.Of of, Ledger.Period period, String by, @Nullable String after, int most) {}

  private Response everything(Request request, Actor actor) throws Bodies.Unfit {
    Response refusal = reads.refusal(actor, Scope.ALL);
    return refusal != null ? refusal : ledger(request, new Ledger.Everything());
  }

  private Response ofWorkspace(Request request, Actor actor) {
    return reads.inWorkspace(
        request,
        actor,
        workspace -> ledger(request, new Ledger.OfWorkspace(workspace.workspace().id())));
  }

  private Response ofCluster(Request request, Actor actor) {
    return reads.inWorkspace(
        request,
        actor,
        (WorkspaceSeen workspace) -> {
          ClusterSeen seen = workspace.cluster(request.parameter("name"));
          return seen == null
              ? Reads.notFound("cluster", request.parameter("name"))
              : ledger(request, new Ledger.OfCluster(seen.cluster().id()));
        });
  }

  private Response ledger(Request request, Ledger.Of of) throws Bodies.Unfit {
    try {
      long from = time(request.query("from"), 0);
      long to = time(request.query("to"), Long.MAX_VALUE);
      if (from > to) {
        throw new Bodies.Unfit(
            "'from' (%s) is after 'to' (%s): nothing is between them."
                .formatted(request.query("from"), request.query("to")));
      }
      String by = Bodies.or(request.query("by"), "job");
      Asked asked =
          new Asked(
              of, new Ledger.Period(from, to), by, request.query("after"), Query.pageSize(request));
      return shown(asked);
    } catch (HistoryUnavailable unavailable) {
      return JobEndpoints.historyUnavailable(unavailable);
    }
  }

  private static long time(@Nullable String text, long absent) throws Bodies.Unfit {
    if (text == null) {
      return absent;
    }
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (DateTimeException | ArithmeticException unreadable) {
      throw new Bodies.Unfit("'%s' is no time: write it as 2026-01-31T00:00:00Z.".formatted(text));
    }
  }

  private Response shown(Asked asked) throws Bodies.Unfit, HistoryUnavailable {
    OpenSegments until =
        OpenSegments.of(reads.view(), history.get(), asked.of(), asked.period(), reads.now());
    Ledger ledger = until.ledger();
    return switch (asked.by()) {
      case "segment" -> segments(until, asked);
      case "job" -> {
        JobId after = id(asked, JobId::new);
        TreeMap<JobId, Ledger.Sum> sums =
            ledger.sumsByJob(asked.of(), asked.period(), after, asked.most());
        yield sums(
            asked,
            until.addedTo(sums, Ledger.Segment::payer, after, asked.most()),
            id -> id.value() == 0 ? "" : id.toString(),
            _ -> Named.NOTHING);
      }
      case "cluster" -> {
        ClusterId after = id(asked, ClusterId::new);
        TreeMap<ClusterId, Ledger.Sum> sums =
            until.addedTo(
                ledger.sumsByCluster(asked.of(), asked.period(), after, asked.most()),
                Ledger.Segment::cluster,
                after,
                asked.most());
        Map<ClusterId, History.ClusterName> names =
            sums.isEmpty() ? Map.of() : history.get().clusterNames(sums.firstKey(), sums.lastKey());
        yield sums(asked, sums, ClusterId::toString, id -> named(id, names.get(id)));
      }
      case "account" -> {
        TreeMap<String, Ledger.Sum> sums =
            ledger.sumsByAccount(asked.of(), asked.period(), asked.after(), asked.most());
        yield sums(
            asked,
            until.addedTo(sums, Ledger.Segment::account, asked.after(), asked.most()),
            account -> account,
            _ -> Named.NOTHING);
      }
      default ->
          throw new Bodies.Unfit(
              "'%s' is no way to add up: there are job, cluster, account and segment."
                  .formatted(asked.by()));
    };
  }

  private Named named(ClusterId id, History.@Nullable ClusterName known) {
    return known == null
        ? Named.NOTHING
        : new Named(
            known.name(), known.workspace(), reads.view().cluster(id) == null ? true : null);
  }

  private static <T> @Nullable T id(Asked asked, Function<Long, T> make) throws Bodies.Unfit {
    String after = asked.after();
    if (after == null) {
      return null;
    }
    long id = after.isEmpty() ? 0 : ebb.kernel.protocol.Id.parse(after);
    if (id < 0) {
      throw new Bodies.Unfit("'" + after + "' is no id: 'after' takes the 'next' of a page.");
    }
    return make.apply(id);
  }

  private <K> Response sums(
      Asked asked, TreeMap<K, Ledger.Sum> sums, Function<K, String> key, Function<K, Named> names) {
    List<Charges> charges = sums.values().stream().map(Ledger.Sum::charges).toList();
    List<BigDecimal> list = rounded(charges, Charges::list);
    List<BigDecimal> internal = rounded(charges, Charges::internal);
    List<BigDecimal> invoice = rounded(charges, Charges::invoice);
    List<Row> rows = new ArrayList<>();
    long millis = 0;
    for (Map.Entry<K, Ledger.Sum> entry : sums.entrySet()) {
      int i = rows.size();
      millis += charges.get(i).millis();
      long virtualMillis = entry.getValue().virtualMillis();
      Shapes.ChargesShown times = Shapes.ChargesShown.of(charges.get(i));
      Named named = names.apply(entry.getKey());
      rows.add(
          new Row(
              key.apply(entry.getKey()),
              named.name(),
              named.workspace(),
              named.deleted(),
              list.get(i).toPlainString(),
              internal.get(i).toPlainString(),
              invoice.get(i).toPlainString(),
              times.booted(),
              times.ran(),
              times.idled(),
              times.left(),
              times.unpriced(),
              virtualMillis == 0 ? null : Shapes.duration(virtualMillis)));
    }
    Total total =
        new Total(
            total(charges, Charges::list),
            total(charges, Charges::internal),
            total(charges, Charges::invoice),
            millis);
    String next = sums.size() < asked.most() ? null : key.apply(sums.lastKey());
    String currency = reads.view().rules().prices().currency();
    return Json.answer(200, new Shown(currency, asked.by(), total, rows, next));
  }

  private static List<BigDecimal> rounded(List<Charges> charges, Function<Charges, Cost> kind) {
    return Bill.rounded(charges.stream().map(kind).toList(), DECIMALS);
  }

  private static String total(List<Charges> charges, Function<Charges, Cost> kind) {
    return Bill.total(charges.stream().map(kind).toList()).rounded(DECIMALS).toPlainString();
  }

  /// The segments themselves, whole and with their rates, so that anybody can add them up again.
  private Response segments(OpenSegments until, Asked asked)
      throws Bodies.Unfit, HistoryUnavailable {
    String after = Bodies.or(asked.after(), "0");
    if (!after.matches("[0-9]{1,18}")) {
      throw new Bodies.Unfit("'" + after + "' is no number: 'after' takes the 'next' of a page.");
    }
    Charges sum = until.addedTo(until.ledger().sum(asked.of(), asked.period()));
    List<Ledger.Segment> closed =
        until.ledger().segments(asked.of(), asked.period(), Long.parseLong(after), asked.most());
    boolean isLast = closed.size() < asked.most();
    List<SegmentRow> rows = new ArrayList<>();
    closed.forEach(segment -> rows.add(row(segment, segment.sequence())));
    if (isLast) {
      until.open().forEach(segment -> rows.add(row(segment, null)));
    }
    Total total =
        new Total(
            sum.list().rounded(DECIMALS).toPlainString(),
            sum.internal().rounded(DECIMALS).toPlainString(),
            sum.invoice().rounded(DECIMALS).toPlainString(),
            sum.millis());
    String next = isLast ? null : String.valueOf(closed.getLast().sequence());
    String currency = reads.view().rules().prices().currency();
    return Json.answer(200, new Shown(currency, asked.by(), total, rows, next));
  }

  private static SegmentRow row(Ledger.Segment segment, @Nullable Long sequence) {
    return new SegmentRow(
        sequence,
        segment.node().toString(),
        segment.cluster().toString(),
        segment.payer().value() == 0 ? null : segment.payer().toString(),
        segment.account().isEmpty() ? null : segment.account(),
        Reason.lower(segment.kind()),
        Shapes.time(segment.from()),
        Shapes.time(segment.to()),
        segment.to() - segment.from(),
        Shapes.rate(segment.rates().list()),
        Shapes.rate(segment.rates().internal()),
        Shapes.rate(segment.rates().invoice()),
        segment.virtual());
  }
}
