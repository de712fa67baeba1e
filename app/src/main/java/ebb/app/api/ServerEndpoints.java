package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.loop.EngineLoop;
import ebb.app.loop.LoopMeter;
import ebb.app.loop.Watch;
import ebb.app.view.ClusterSeen;
import ebb.app.view.NodeSeen;
import ebb.app.view.Rules;
import ebb.app.view.WorkspaceSeen;
import ebb.kernel.Kernel;
import ebb.kernel.money.Charges;
import ebb.kernel.money.Cost;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The server itself: health, metrics, and the nodes that it has.
final class ServerEndpoints {
  private static final String NODE = "/ebb/v1/nodes/{node}";
  private static final double NANOS = 1e9;

  /// As the ledger shows amounts.
  private static final int MONEY_DECIMALS = 6;

  /// It serves, and nothing is started.
  private static final String SAFE_MODE = "safe mode";

  private final Reads reads;
  private final Wishes wishes;
  private final EngineLoop loop;
  private final Gate.Tally tally;

  ServerEndpoints(Reads reads, Wishes wishes, EngineLoop loop, Gate.Tally tally) {
    this.reads = reads;
    this.wishes = wishes;
    this.loop = loop;
    this.tally = tally;
  }

  void addTo(Router<Endpoint> router) {
    router
        .on("GET", "/ebb/v1/nodes?after&limit", this::nodes)
        .on("GET", NODE + "/why", this::why)
        .on("GET", "/ebb/v1/server", this::server)
        .on("GET", "/metrics", this::metrics);
  }

  // Health: for whoever has no credential, so it tells nothing but this.

  private record Health(String status) {}

  Response health() {
    EngineLoop.Condition condition = loop.condition(Watch.PATIENCE);
    boolean isServing = condition == EngineLoop.Condition.SERVING;
    String status =
        isServing && reads.view().rules().safeMode()
            ? SAFE_MODE
            : condition.name().toLowerCase(Locale.ROOT);
    return Json.answer(isServing ? 200 : 503, new Health(status));
  }

  private record ServerShown(
      String installation,
      long epoch,
      boolean safeMode,
      int quarantined,
      ebb.kernel.protocol.Host host,
      String currency) {}

  private Response server(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, Scope.ALL);
    if (refusal != null) {
      return refusal;
    }
    Rules rules = reads.view().rules();
    return Json.answer(
        200,
        new ServerShown(
            rules.installation(),
            rules.epoch(),
            rules.safeMode(),
            rules.quarantine().size(),
            rules.host(),
            rules.prices().currency()));
  }

  // Nodes.

  private Response nodes(Request request, Actor actor) throws Bodies.Unfit {
    String after = request.query("after");
    long start = after == null ? 0 : Id.parse(after);
    if (start < 0) {
      return Reads.badRequest("'" + after + "' is no id: 'after' takes the 'next' of a page.");
    }
    int size = Query.pageSize(request);
    List<Shapes.NodeShown> page = new ArrayList<>();
    for (NodeSeen seen : reads.view().nodesAfter(new NodeId(start)).values()) {
      if (!reads.may(actor, seen.workspace())) {
        continue;
      }
      if (page.size() == size) {
        return Json.answer(200, new Shapes.Page(page, page.getLast().id()));
      }
      page.add(Shapes.NodeShown.of(seen));
    }
    return Json.answer(200, new Shapes.Page(page, null));
  }

  private Response why(Request request, Actor actor) {
    String text = request.parameter("node");
    NodeId id = new NodeId(Id.parse(text));
    @Nullable NodeSeen seen = reads.view().node(id);
    if (seen == null || !reads.may(actor, seen.workspace())) {
      return Reads.notFound("node", text);
    }
    Thing thing = new Thing(Thing.Kind.NODE, id.value());
    return wishes.ask(
        (state, now) -> Reason.of(Kernel.why(state, thing, now)),
        reason ->
            ClusterEndpoints.WhyShown.answer(
                reason, JobFacts.of(Charges.NONE, List.of(seen.node()))));
  }

  // Metrics.

  private Response metrics(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, Scope.ALL);
    if (refusal != null) {
      return refusal;
    }
    Exposition exposition = new Exposition();
    loopMetrics(exposition);
    httpMetrics(exposition);
    clusterMetrics(exposition);
    moneyMetrics(exposition);
    return Response.of(200, Exposition.TYPE, exposition.bytes());
  }

  private void loopMetrics(Exposition exposition) {
    LoopMeter meter = loop.meter();
    Rules rules = reads.view().rules();
    Runtime runtime = Runtime.getRuntime();
    exposition
        .gauge(
            "ebb_serving",
            "1 while the engine takes requests.",
            loop.condition(Watch.PATIENCE) == EngineLoop.Condition.SERVING ? 1 : 0)
        .gauge("ebb_safe_mode", "1 while nothing is started.", rules.safeMode() ? 1 : 0)
        .gauge(
            "ebb_quarantined",
            "Things that no deadline passes for since a bug was met; 'ebb incident' lists them.",
            rules.quarantine().size())
        .gauge("ebb_storage_low", "1 while the disk is too full.", rules.storage().low() ? 1 : 0)
        .gauge(
            "ebb_troubles",
            "What does not work as it should though the server goes on; the log says what.",
            meter.troubles)
        .counter("ebb_engine_steps_total", "Batches made durable.", meter.steps.sum())
        .counter("ebb_engine_events_total", "Events made durable.", meter.events.sum())
        .counter(
            "ebb_engine_busy_seconds_total",
            "Time in steps that appended.",
            meter.busyNanos.sum() / NANOS)
        .counter("ebb_wishes_total", "Wishes and questions taken.", meter.wishes.sum())
        .counter("ebb_reports_total", "Reports taken.", meter.reports.sum())
        .counter(
            "ebb_overloads_total",
            "Requests sent away because the queue was full.",
            meter.overloads.sum())
        .gauge("ebb_wishes_waiting", "Wishes in the queue.", loop.waitingWishes())
        .gauge("ebb_reports_waiting", "Reports in the queue.", loop.waitingReports())
        .counter(
            "ebb_journal_failures_total", "Times the journal failed.", meter.journalFailures.sum())
        .counter("ebb_clock_jumps_total", "Times the wall clock jumped.", meter.clockJumps.sum())
        .counter("ebb_incidents_total", "Bugs met while deciding.", meter.incidents.sum())
        .gauge(
            "ebb_history_sequence",
            "Up to which event history has everything.",
            loop.historyReached())
        .histogram(
            "ebb_journal_append_seconds",
            "How long batches took until they were durable.",
            meter.appendSeconds)
        .histogram(
            "ebb_batch_events", "How many events became durable together.", meter.batchEvents)
        .counter(
            "ebb_nodes_preempted_total",
            "Nodes that the backend took back.",
            meter.nodesPreempted.sum())
        .counter(
            "ebb_nodes_unusable_total",
            "Nodes that could not be had, or broke.",
            meter.nodesUnusable.sum())
        .gauge("ebb_heap_used_bytes", "Heap in use.", runtime.totalMemory() - runtime.freeMemory())
        .gauge("ebb_heap_max_bytes", "Heap that may be used.", runtime.maxMemory());
  }

  private void httpMetrics(Exposition exposition) {
    String name = "ebb_http_answers_total";
    exposition.family(name, "counter", "Answers by class of status.");
    for (int hundreds = 2; hundreds <= 5; hundreds++) {
      exposition.sample(
          name, Map.of("status", hundreds + "xx"), (double) tally.ofHundreds(hundreds));
    }
    exposition.family("ebb_refused_total", "counter", "Requests that were refused, by error code.");
    tally
        .refused()
        .forEach((code, count) ->
            exposition.sample("ebb_refused_total", Map.of("code", code), (double) count));
  }

  private void clusterMetrics(Exposition exposition) {
    List<ClusterSeen> clusters = new ArrayList<>();
    exposition.family(
        "ebb_jobs_in_memory",
        "gauge",
        "Jobs in memory: those that have not ended, and the latest that have.");
    for (WorkspaceSeen workspace : reads.view().workspaces()) {
      exposition.sample(
          "ebb_jobs_in_memory",
          Map.of("workspace", workspace.workspace().scope().workspace()),
          workspace.jobsInMemory());
      clusters.addAll(workspace.clustersAfter("").values());
    }
    exposition.family("ebb_nodes", "gauge", "Nodes by cluster and phase.");
    for (ClusterSeen seen : clusters) {
      ClusterSeen.Counts counts = seen.counts();
      sample(exposition, "ebb_nodes", seen, "coming", counts.coming());
      sample(exposition, "ebb_nodes", seen, "idle", counts.idle());
      sample(exposition, "ebb_nodes", seen, "running", counts.running());
      sample(exposition, "ebb_nodes", seen, "leaving", counts.leaving());
    }
    exposition.family(
        "ebb_nodes_lost", "gauge", "Nodes that leave because they were taken back or broke.");
    for (ClusterSeen seen : clusters) {
      lost(exposition, seen, "preempted", seen.counts().preempted());
      lost(exposition, seen, "unusable", seen.counts().unusable());
    }
    exposition.family("ebb_jobs", "gauge", "Jobs that have not ended, by cluster and phase.");
    for (ClusterSeen seen : clusters) {
      ClusterSeen.Counts counts = seen.counts();
      int backingOff = reads.view().backingOff(seen.cluster().id());
      int others = counts.unended() - counts.queued() - counts.assembling() - backingOff;
      sample(exposition, "ebb_jobs", seen, "queued", counts.queued());
      sample(exposition, "ebb_jobs", seen, "backing off", backingOff);
      sample(exposition, "ebb_jobs", seen, "assembling", counts.assembling());
      // Read one after the other while they change.
      sample(exposition, "ebb_jobs", seen, "active", Math.max(0, others));
    }
  }

  /// With what nodes do now, until this moment.
  private void moneyMetrics(Exposition exposition) {
    String name = "ebb_spent";
    String currency = reads.view().rules().prices().currency();
    exposition.family(
        name, "gauge", "What the nodes of each cluster that exists came to, by kind of price.");
    long now = reads.now();
    for (WorkspaceSeen workspace : reads.view().workspaces()) {
      for (ClusterSeen seen : workspace.clustersAfter("").values()) {
        Charges charges = seen.charges(now);
        spent(exposition, seen, currency, "list", charges.list());
        spent(exposition, seen, currency, "internal", charges.internal());
        spent(exposition, seen, currency, "invoice", charges.invoice());
      }
    }
  }

  private static void spent(
      Exposition exposition, ClusterSeen seen, String currency, String price, Cost cost) {
    exposition.sample(
        "ebb_spent",
        Map.of(
            "workspace",
            seen.workspace().workspace(),
            "cluster",
            seen.cluster().name(),
            "currency",
            currency,
            "price",
            price),
        cost.rounded(MONEY_DECIMALS).doubleValue());
  }

  private static void lost(Exposition exposition, ClusterSeen seen, String cause, int value) {
    exposition.sample(
        "ebb_nodes_lost",
        Map.of(
            "workspace", seen.workspace().workspace(),
            "cluster", seen.cluster().name(),
            "cause", cause),
        value);
  }

  private static void sample(
      Exposition exposition, String name, ClusterSeen seen, String phase, int value) {
    exposition.sample(
        name,
        Map.of(
            "workspace", seen.workspace().workspace(),
            "cluster", seen.cluster().name(),
            "phase", phase),
        value);
  }
}
