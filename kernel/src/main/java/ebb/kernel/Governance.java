package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.money.PriceBook;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Role;
import ebb.kernel.protocol.RoleAssignment;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.VmSize;
import java.util.ArrayList;
import java.util.List;

/// Decisions about what decisions read: settings, sizes, prices, limits; and about the server
/// itself.
final class Governance {
  /// 10⁶ of the currency an hour: more is a slip of the unit.
  private static final long RATE_MOST = 1_000_000L * 1_000_000L;

  /// 100 years: the sum of a time and a duration stays a time.
  private static final long MILLIS_MOST = 100L * 365 * 24 * 3600 * 1000;

  private Governance() {}

  static Verdict changeSettings(State state, Command.ChangeSettings change) {
    Settings settings = change.settings();
    long[] positive = {
      settings.bootMillis(),
      settings.startMillis(),
      settings.graceMillis(),
      settings.stopMillis(),
      settings.leaveMillis(),
      settings.assemblyMillis(),
      settings.unreachableMillis(),
      settings.observeMillis(),
      settings.backOffMillis(),
      settings.backOffMaxMillis(),
      settings.lifetimeMillis(),
      settings.lifetimeLowMillis(),
      settings.queueMillis(),
      settings.archiveMillis(),
      settings.queuedJobs(),
      settings.clusters(),
      settings.backfillCandidates()
    };
    for (long value : positive) {
      if (value <= 0 || value > MILLIS_MOST) {
        return Verdict.refused(
            new Rejection.InvalidValue(
                "settings", settings.toString(), "durations above 0 and up to 100 years"));
      }
    }
    if (settings.familyQuota() < 0
        || settings.regionalQuota() < 0
        || settings.lowPriorityQuota() < 0
        || settings.defaultIdleMillis() < 0) {
      return Verdict.refused(
          new Rejection.InvalidValue("settings", settings.toString(), "limits of 0 or more"));
    }
    return state.settings.equals(settings)
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.SettingsChanged(settings));
  }

  static Verdict changeSizes(State state, Command.ChangeSizes change) {
    for (VmSize size : change.sizes()) {
      if (size.name().isBlank()
          || size.family().isBlank()
          || size.vcpus() < 1
          || size.memoryMebibytes() < 1
          || size.gpus() < 0) {
        return Verdict.refused(
            new Rejection.InvalidValue(
                "VM size", size.toString(), "a name, a family, 1 vCPU and 1 MiB or more"));
      }
    }
    return state.sizes().equals(change.sizes())
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.SizesChanged(List.copyOf(change.sizes())));
  }

  /// New prices hold for nodes asked for from now on; every cluster that they concern is told. What
  /// has been charged is a number of the currency that it was charged in, and stays on the bill
  /// when its cluster is gone, so the currency stays too.
  static Verdict changePrices(State state, Command.ChangePrices change) {
    if (!change.currency().equals(state.prices.currency()) && isCharging(state)) {
      return Verdict.refused(
          new Rejection.CurrencyCharged(state.prices.currency(), change.currency()));
    }
    List<Price> prices = new ArrayList<>();
    for (Price price : change.prices()) {
      if (!isRate(price.rates().list())
          || !isRate(price.rates().internal())
          || !isRate(price.rates().invoice())) {
        return Verdict.refused(
            new Rejection.InvalidValue(
                "price of " + price.size(),
                price.rates().toString(),
                "0 to 10^12 millionths an hour, or -1 for none"));
      }
      String location = Locations.canonical(price.location());
      Rejection misnamed = Locations.nameRefusal(location);
      if (misnamed != null) {
        return Verdict.refused(misnamed);
      }
      prices.add(new Price(price.size(), location, price.priority(), price.rates()));
    }
    PriceBook book = new PriceBook(change.currency(), prices);
    Rejection deserted = Locations.lossRefusal(state, book);
    if (deserted != null) {
      return Verdict.refused(deserted);
    }
    List<Event> events = new ArrayList<>();
    events.add(new Event.PricesChanged(change.currency(), prices));
    for (Cluster cluster : state.clusters.values()) {
      Rates rates =
          book.rates(cluster.spec().size(), cluster.spec().location(), cluster.spec().priority());
      if (!rates.equals(cluster.rates())) {
        events.add(new Event.ClusterRepriced(cluster.id(), rates));
      }
    }
    return new Verdict.Accepted(events);
  }

  /// Whether something was charged, or a node that is there will be.
  private static boolean isCharging(State state) {
    return state.charged
        || state.nodes.values().stream().anyMatch(node -> !node.rates().equals(Rates.NONE));
  }

  private static boolean isRate(long rate) {
    return rate >= Rates.UNPRICED && rate <= RATE_MOST;
  }

  static Verdict setQuota(State state, Command.SetQuota set) {
    if (set.limit() < 0) {
      return Verdict.refused(
          new Rejection.InvalidValue("limit", String.valueOf(set.limit()), "0 or more"));
    }
    QuotaKey asked = set.key();
    QuotaKey key =
        new QuotaKey(
            asked.kind(),
            asked.subscription(),
            Locations.canonical(asked.location()),
            asked.family());
    if (key.subscription().isBlank()
        || key.location().isBlank()
        || key.family().isBlank() == (key.kind() == QuotaKind.FAMILY)) {
      return Verdict.refused(
          new Rejection.InvalidValue(
              "quota",
              key.subscription() + "/" + key.location() + "/" + key.family(),
              "a subscription, a location, and for a family's quota alone the family"));
    }
    Rejection nowhere = Locations.refusal(state.prices, key.location());
    if (nowhere != null) {
      return Verdict.refused(nowhere);
    }
    Integer now = state.quotas.limits().get(key);
    return now != null && now == set.limit()
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.QuotaChanged(key, set.limit()));
  }

  static Verdict start(State state, Order order, Command.StartServer start) {
    List<Event> events = new ArrayList<>();
    boolean isCopied = Originals.areIn(state, start.installation());
    if (isCopied) {
      Originals.end(state, start.lastAlive(), order.at(), events);
    }
    events.add(
        new Event.ServerStarted(
            start.installation(),
            start.epoch(),
            start.lastAlive(),
            start.safeMode(),
            order.at() + state.settings.observeMillis()));
    if (state.access.assignments().isEmpty() && !start.owner().isEmpty()) {
      events.add(new Event.RoleAssigned(new RoleAssignment(start.owner(), Role.OWNER, Scope.ALL)));
    }
    if (!isCopied) {
      LocalJobs.await(state, order.at(), events);
    }
    return new Verdict.Accepted(events);
  }

  static Verdict jumped(State state, Order order, Command.ClockJumped jumped) {
    List<Event> events = new ArrayList<>();
    events.add(
        new Event.ClockJumped(jumped.gapMillis(), order.at() + state.settings.observeMillis()));
    LocalJobs.await(state, order.at(), events);
    return new Verdict.Accepted(events);
  }

  static Verdict hostFound(State state, Command.HostFound found) {
    return state.host.equals(found.host())
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.HostChanged(found.host()));
  }

  /// Only crossing the mark is an event; how much is free is not.
  static Verdict storageMeasured(State state, Command.StorageMeasured measured) {
    boolean low = measured.freeBytes() < measured.markBytes();
    return low == state.storage.low()
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(
            new Event.StorageChanged(low, measured.freeBytes(), measured.markBytes()));
  }

  static Verdict quarantine(State state, Command.QuarantineThing quarantine) {
    return state.quarantine.containsKey(quarantine.thing())
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.Quarantined(quarantine.thing(), quarantine.incident()));
  }

  static Verdict endQuarantine(State state, Command.EndQuarantine end) {
    return state.quarantine.containsKey(end.thing())
        ? Verdict.accepted(new Event.QuarantineEnded(end.thing()))
        : Verdict.refused(new Rejection.NotFound("quarantined thing", end.thing().toString()));
  }
}
