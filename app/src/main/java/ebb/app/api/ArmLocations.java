package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.wire.Usage;
import ebb.app.wire.VmSizes;
import ebb.kernel.Locations;
import ebb.kernel.money.PriceBook;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.VmSize;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a location has: sizes with their prices, and how much of each limit is used.
final class ArmLocations {
  /// Rates are millionths of the currency per hour.
  private static final int RATE_DECIMALS = 6;

  private static final double MEBIBYTES_IN_GIBIBYTE = 1024;
  private static final String PROVIDER = "Microsoft.MachineLearningServices/";

  private final Reads reads;
  private final Wishes wishes;

  ArmLocations(Reads reads, Wishes wishes) {
    this.reads = reads;
    this.wishes = wishes;
  }

  void addTo(Arm arm) {
    arm.on("GET", Arm.LOCATION + "/vmSizes", this::sizes)
        .on("GET", Arm.LOCATION + "/usages", this::usages);
  }

  private static Scope scope(Request request) {
    return new Scope(request.parameter("subscription"), "", "", "");
  }

  private static String location(Request request) {
    return Locations.canonical(request.parameter("location"));
  }

  /// Why this actor is not told about this location; null if they are.
  private @Nullable Response refusal(Request request, Actor actor) {
    Response refusal = reads.refusal(actor, scope(request));
    if (refusal != null) {
      return refusal;
    }
    Rejection nowhere = Locations.refusal(reads.view().rules().prices(), location(request));
    return nowhere == null ? null : Json.refusal(Reason.of(nowhere));
  }

  /// Azure's answer has no address of a next page: so there is one, of all that were asked for.
  private Response sizes(Request request, Actor actor) throws Bodies.Unfit {
    Response refusal = refusal(request, actor);
    if (refusal != null) {
      return refusal;
    }
    var rules = reads.view().rules();
    List<VmSizes.VmSize> shown = new ArrayList<>();
    long most = Arm.rows(request);
    for (VmSize size : rules.sizes().subList(0, (int) Math.min(most, rules.sizes().size()))) {
      shown.add(size(size, rules.prices(), location(request)));
    }
    return Json.answer(200, new VmSizes(shown, shown));
  }

  private static VmSizes.VmSize size(VmSize size, PriceBook book, String location) {
    List<VmSizes.Price> prices = new ArrayList<>();
    add(prices, book.rates(size.name(), location, Priority.DEDICATED), "Standard");
    add(prices, book.rates(size.name(), location, Priority.LOW), "LowPriority");
    return new VmSizes.VmSize(
        size.name(),
        size.family(),
        size.vcpus(),
        size.gpus(),
        size.memoryMebibytes() / MEBIBYTES_IN_GIBIBYTE,
        0,
        true,
        prices.isEmpty() ? null : new VmSizes.Prices(book.currency(), "OneHour", prices),
        List.of("AmlCompute"));
  }

  private static void add(List<VmSizes.Price> prices, Rates rates, String tier) {
    if (rates.list() != Rates.UNPRICED) {
      prices.add(new VmSizes.Price(BigDecimal.valueOf(rates.list(), RATE_DECIMALS), "Linux", tier));
    }
  }

  /// The limits in force at the location: those of a family only where one was set or is used.
  private Response usages(Request request, Actor actor) throws Bodies.Unfit {
    Response refusal = refusal(request, actor);
    if (refusal != null) {
      return refusal;
    }
    String subscription = request.parameter("subscription");
    String location = location(request);
    return wishes.ask(
        (state, _) -> {
          TreeMap<String, Usage> rows = new TreeMap<>();
          for (QuotaKey key : GovernanceEndpoints.quotaKeys(state)) {
            if (key.subscription().equalsIgnoreCase(subscription)
                && Locations.canonical(key.location()).equals(location)) {
              Usage usage =
                  usage(key, state.quotas().used(key), state.quotas().limit(key, state.settings()));
              rows.put(usage.id(), usage);
            }
          }
          return rows;
        },
        rows -> Arm.paged(request, rows, each -> each));
  }

  private static Usage usage(QuotaKey key, int used, int limit) {
    String path =
        "/subscriptions/"
            + key.subscription()
            + "/providers/"
            + PROVIDER
            + "locations/"
            + key.location()
            + "/usages/";
    return switch (key.kind()) {
      case FAMILY ->
          usage(
              key,
              path,
              "vmFamily/usages",
              key.family() + "_Cluster_Dedicated_vCPUs",
              key.family() + " Cluster Dedicated vCPUs",
              used,
              limit);
      case REGIONAL_TOTAL ->
          usage(
              key,
              path,
              "dedicatedCores/usages",
              "dedicatedCores",
              "Total Cluster Dedicated Regional vCPUs",
              used,
              limit);
      case LOW_PRIORITY ->
          usage(
              key,
              path,
              "lowPriorityCores/usages",
              "lowPriorityCores",
              "Total Cluster LowPriority Regional vCPUs",
              used,
              limit);
    };
  }

  private static Usage usage(
      QuotaKey key, String path, String type, String value, String name, int used, int limit) {
    return new Usage(
        path + value,
        key.location(),
        PROVIDER + type,
        "Count",
        used,
        limit,
        new Usage.Name(value, name));
  }
}
