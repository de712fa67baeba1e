package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.kernel.Locations;
import ebb.kernel.State;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.LockLevel;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Scope;
import ebb.kernel.quota.Quotas;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What decisions read, and who may change it: limits, prices, sizes, locks.
final class GovernanceEndpoints {
  private static final String LOCK = "/ebb/v1/locks/{lock}";
  private static final String SCOPE = "?subscription&group&workspace&cluster";

  /// A rate is a whole number of millionths.
  private static final int RATE_DECIMALS = 6;

  private static final BigDecimal RATE_MAX = BigDecimal.valueOf(Long.MAX_VALUE, RATE_DECIMALS);

  private final Reads reads;
  private final Wishes wishes;

  GovernanceEndpoints(Reads reads, Wishes wishes) {
    this.reads = reads;
    this.wishes = wishes;
  }

  void addTo(Router<Endpoint> router) {
    router
        .on("GET", "/ebb/v1/quotas", this::quotas)
        .on("PUT", "/ebb/v1/quotas", this::setQuota)
        .on("GET", "/ebb/v1/prices", this::prices)
        .on("PUT", "/ebb/v1/prices", this::setPrices)
        .on("GET", "/ebb/v1/sizes", this::sizes)
        .on("GET", "/ebb/v1/locks", this::locks)
        .on("PUT", LOCK + SCOPE, this::putLock)
        .on("DELETE", LOCK + SCOPE, this::deleteLock);
  }

  // Limits.

  private record QuotaShown(
      String kind, String subscription, String location, String family, int limit, int used) {}

  private Response quotas(Request request, Actor actor) {
    return wishes.ask(
        (state, _) -> quotasOf(state, actor),
        shown -> Json.answer(200, new Shapes.Page(shown, null)));
  }

  /// The limits that were set, and those that are used.
  private static List<QuotaShown> quotasOf(State state, Actor actor) {
    List<QuotaShown> shown = new ArrayList<>();
    for (QuotaKey key : quotaKeys(state)) {
      Scope scope = new Scope(key.subscription(), "", "", "");
      if (state.access().refusal(actor, Action.READ, scope) == null) {
        shown.add(shown(state, key));
      }
    }
    return shown;
  }

  private static QuotaShown shown(State state, QuotaKey key) {
    return new QuotaShown(
        Reason.lower(key.kind()),
        key.subscription(),
        key.location(),
        key.family(),
        state.quotas().limit(key, state.settings()),
        state.quotas().used(key));
  }

  /// The keys of limits that were set, and of those that a cluster counts against.
  static TreeSet<QuotaKey> quotaKeys(State state) {
    TreeSet<QuotaKey> keys = new TreeSet<>(state.quotas().limits().keySet());
    for (var cluster : state.allClusters()) {
      var workspace = state.workspace(cluster.workspace());
      if (workspace != null) {
        keys.addAll(
            Quotas.keys(
                workspace.scope(),
                cluster.spec().location(),
                cluster.spec().priority(),
                cluster.size().family()));
      }
    }
    return keys;
  }

  private Response setQuota(Request request, Actor actor) {
    return Bounded.body(
        request,
        Bodies.QuotaBody.class,
        body -> {
          QuotaKind kind = quotaKind(Bodies.required(body.kind(), "kind"));
          String family = Bodies.or(body.family(), "");
          if (kind == QuotaKind.FAMILY == family.isEmpty()) {
            throw new Bodies.Unfit(
                "The field 'family' belongs to limits of kind family, and only to them.");
          }
          QuotaKey key =
              new QuotaKey(
                  kind,
                  lower(Bodies.required(body.subscription(), "subscription")),
                  Locations.canonical(Bodies.required(body.location(), "location")),
                  lower(family));
          int limit = Bodies.required(body.limit(), "limit");
          return wishes.wish(
              request, actor, new Command.SetQuota(key, limit), _ -> quotaSet(key, limit));
        });
  }

  /// The limit is durable: where the engine can say no more, that it was set is answered.
  private Response quotaSet(QuotaKey key, int limit) {
    Response now = wishes.ask((state, _) -> shown(state, key), shown -> Json.answer(200, shown));
    return now.status() == 200
        ? now
        : Json.answer(
            200,
            Json.object()
                .put("kind", Reason.lower(key.kind()))
                .put("subscription", key.subscription())
                .put("location", key.location())
                .put("family", key.family())
                .put("limit", limit));
  }

  private static QuotaKind quotaKind(String text) throws Bodies.Unfit {
    for (QuotaKind kind : QuotaKind.values()) {
      if (Reason.lower(kind).equals(lower(text).replace('_', ' ').replace('-', ' '))) {
        return kind;
      }
    }
    throw new Bodies.Unfit(
        "'%s' is no kind of limit: there are family, regional total and low priority."
            .formatted(text));
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  // Prices and sizes.

  private Response prices(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, Scope.ALL);
    if (refusal != null) {
      return refusal;
    }
    var book = reads.view().rules().prices();
    List<Bodies.PriceBody> rows = new ArrayList<>();
    for (Price price : book.prices()) {
      rows.add(
          new Bodies.PriceBody(
              price.size(),
              price.location(),
              Shapes.priority(price.priority()),
              amount(price.rates().list()),
              amount(price.rates().internal()),
              amount(price.rates().invoice())));
    }
    return Json.answer(200, new Bodies.PricesBody(book.currency(), rows));
  }

  private static @Nullable BigDecimal amount(long rate) {
    return rate == Rates.UNPRICED ? null : BigDecimal.valueOf(rate, RATE_DECIMALS);
  }

  /// The whole book: what is not in it has no price any more.
  private Response setPrices(Request request, Actor actor) {
    return Bounded.body(
        request,
        Bodies.PricesBody.class,
        body -> {
          List<Price> prices = new ArrayList<>();
          for (Bodies.PriceBody row : Bodies.required(body.prices(), "prices")) {
            prices.add(price(Bodies.required(row, "prices[%d]".formatted(prices.size()))));
          }
          String currency = Bodies.or(body.currency(), "USD");
          return wishes.wish(
              request,
              actor,
              new Command.ChangePrices(currency, prices),
              _ -> prices(request, actor));
        });
  }

  private static Price price(Bodies.PriceBody row) throws Bodies.Unfit {
    return new Price(
        Bodies.required(row.size(), "size"),
        Bodies.required(row.location(), "location"),
        switch (lower(Bodies.or(row.priority(), "dedicated"))) {
          case "dedicated" -> Priority.DEDICATED;
          case "low" -> Priority.LOW;
          default ->
              throw new Bodies.Unfit("'" + row.priority() + "' is no priority: dedicated or low.");
        },
        new Rates(rate(row.list()), rate(row.internal()), rate(row.invoice())));
  }

  private static long rate(@Nullable BigDecimal amount) throws Bodies.Unfit {
    if (amount == null) {
      return Rates.UNPRICED;
    }
    // By its exponent, before it is written out: a few characters may stand for a billion digits.
    BigDecimal bare = amount.stripTrailingZeros();
    if (bare.signum() < 0 || bare.compareTo(RATE_MAX) > 0 || bare.scale() > RATE_DECIMALS) {
      throw unfitRate(amount);
    }
    return bare.movePointRight(RATE_DECIMALS).longValueExact();
  }

  private static Bodies.Unfit unfitRate(BigDecimal amount) {
    return new Bodies.Unfit(
        "'" + amount.toString() + "' is no price: 0 or more, with at most six decimals.");
  }

  private Response sizes(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, Scope.ALL);
    return refusal != null
        ? refusal
        : Json.answer(200, new Shapes.Page(reads.view().rules().sizes(), null));
  }

  // Locks.

  private record LockShown(String name, String scope, String level) {}

  private Response locks(Request request, Actor actor) {
    List<LockShown> shown = new ArrayList<>();
    for (Lock lock : reads.view().rules().access().locks()) {
      if (reads.may(actor, lock.scope())) {
        shown.add(new LockShown(lock.name(), lock.scope().path(), Reason.lower(lock.level())));
      }
    }
    return Json.answer(200, new Shapes.Page(shown, null));
  }

  /// The scope of a lock is in the query: any depth of it is one.
  private static Scope scope(Request request) throws Bodies.Unfit {
    String[] parts = new String[4];
    String[] names = {"subscription", "group", "workspace", "cluster"};
    for (int i = 0; i < parts.length; i++) {
      String value = request.query(names[i]);
      parts[i] = value == null ? "" : value;
      if (i > 0 && !parts[i].isEmpty() && parts[i - 1].isEmpty()) {
        throw new Bodies.Unfit("A " + names[i] + " is within a " + names[i - 1] + ": name it too.");
      }
    }
    return new Scope(parts[0], parts[1], parts[2], parts[3]);
  }

  private Response putLock(Request request, Actor actor) {
    return Bounded.body(
        request,
        Bodies.LockBody.class,
        body -> {
          Lock lock = new Lock(scope(request), request.parameter("lock"), level(body.level()));
          return wishes.put(
              request,
              actor,
              new Command.PutLock(lock),
              reads.view().rules().access().hasLock(lock.scope(), lock.name()),
              status ->
                  Json.answer(
                      status,
                      new LockShown(lock.name(), lock.scope().path(), Reason.lower(lock.level()))));
        });
  }

  private static LockLevel level(@Nullable String text) throws Bodies.Unfit {
    for (LockLevel level : LockLevel.values()) {
      String name = Reason.lower(level).replace(" ", "");
      if (text != null && name.equals(lower(text).replaceAll("[ _-]", ""))) {
        return level;
      }
    }
    throw new Bodies.Unfit("The field 'level' must be cannot delete or read only.");
  }

  private Response deleteLock(Request request, Actor actor) throws Bodies.Unfit {
    return wishes.wish(
        request,
        actor,
        new Command.DeleteLock(scope(request), request.parameter("lock")),
        _ -> Response.empty(204));
  }
}
