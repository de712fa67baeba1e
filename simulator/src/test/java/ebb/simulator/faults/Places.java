package ebb.simulator.faults;

import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.HostIsolation;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Serverless;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.VmSize;
import ebb.kernel.protocol.Weakness;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The small installation that faults happen to: what there is of workspaces, sizes, prices and
/// settings, drawn from a seed.
final class Places {
  static final String LOCATION = "eastus";
  static final List<Scope> WORKSPACES =
      List.of(Scope.workspace("sub", "group", "one"), Scope.workspace("sub", "group", "two"));
  static final Scope SPARE_GROUP = new Scope("sub", "spare", "", "");
  static final List<Tag> TAGS = List.of(new Tag("team", "blue"));
  static final List<VmSize> SIZES =
      List.of(
          new VmSize("Standard_A1", "A", 1, 2048, 0),
          new VmSize("Standard_A4", "A", 4, 8192, 0),
          new VmSize("Standard_NC6", "NC", 6, 57344, 1));
  static final List<String> CLUSTERS = List.of("alpha", "beta", "gamma");
  static final List<QuotaKey> QUOTAS =
      List.of(
          new QuotaKey(QuotaKind.FAMILY, "sub", LOCATION, "a"),
          new QuotaKey(QuotaKind.FAMILY, "sub", LOCATION, "nc"),
          new QuotaKey(QuotaKind.REGIONAL_TOTAL, "sub", LOCATION, ""),
          new QuotaKey(QuotaKind.LOW_PRIORITY, "sub", LOCATION, ""));

  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;

  private Places() {}

  /// Short times, so that many deadlines pass in a short run.
  static Settings settings(SplittableRandom random) {
    return new Settings(
        random.nextLong(3, 10) * MINUTE,
        random.nextLong(30, 180) * SECOND,
        random.nextLong(1, 20) * SECOND,
        random.nextLong(5, 60) * SECOND,
        random.nextLong(30, 200) * SECOND,
        random.nextLong(2, 12) * MINUTE,
        random.nextLong(30, 200) * SECOND,
        random.nextLong(10, 120) * SECOND,
        random.nextLong(1, 10) * SECOND,
        random.nextLong(10, 120) * SECOND,
        random.nextLong(10, 60) * MINUTE,
        random.nextLong(5, 30) * MINUTE,
        random.nextLong(60, 120) * MINUTE,
        random.nextLong(1, 600) * SECOND,
        new Retries(random.nextInt(6), random.nextInt(4), random.nextInt(2)),
        random.nextInt(4, 60),
        random.nextInt(4, 80),
        random.nextInt(0, 40),
        random.nextInt(3) == 0 ? 10 : 1_000,
        10,
        random.nextLong(0, 300) * SECOND,
        random.nextInt(1, 10));
  }

  static List<Price> prices(SplittableRandom random) {
    List<Price> prices = new ArrayList<>();
    for (VmSize size : SIZES) {
      for (Priority priority : Priority.values()) {
        if (random.nextInt(5) > 0) {
          long list = random.nextLong(30_000_000);
          long internal = random.nextLong(1_000);
          long invoice = internal % 4 == 0 ? Rates.UNPRICED : list - list / 7; // sometimes less
          prices.add(
              new Price(size.name(), LOCATION, priority, new Rates(list, internal, invoice)));
        }
      }
    }
    return prices;
  }

  static ClusterSpec cluster(SplittableRandom random) {
    int max = random.nextInt(1, 7);
    int min = random.nextInt(4) == 0 ? random.nextInt(0, Math.min(max, 2) + 1) : 0;
    long idle = random.nextInt(4) == 0 ? 0 : random.nextLong(1, 400) * SECOND;
    return new ClusterSpec(
            SIZES.get(random.nextInt(SIZES.size())).name(),
            random.nextInt(3) == 0 ? Priority.LOW : Priority.DEDICATED,
            min,
            max,
            idle,
            LOCATION,
            true,
            List.of())
        .isolated(isolationAsked(random), random.nextInt(4) > 0);
  }

  /// Mostly what is asked for when nothing is said.
  private static Isolation isolationAsked(SplittableRandom random) {
    return random.nextInt(3) > 0
        ? Isolation.SANDBOX
        : Isolation.values()[random.nextInt(Isolation.values().length)];
  }

  /// A kind of node, sometimes one that is in no catalogue.
  static Serverless serverless(SplittableRandom random) {
    int size = random.nextInt(SIZES.size() + 1);
    return new Serverless(
        size == SIZES.size() ? "Standard_Nothing" : SIZES.get(size).name(),
        random.nextBoolean() ? Priority.LOW : Priority.DEDICATED);
  }

  /// What a machine gives: mostly everything, sometimes no sandbox, or one that is weaker.
  static HostIsolation isolation(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0, 1 ->
          new HostIsolation(
              "bubblewrap", "podman", "nftables", unlimited(random), random.nextBoolean());
      case 2 ->
          new HostIsolation("", "podman", "nftables", unlimited(random), random.nextBoolean());
      case 3 -> new HostIsolation("", "", "", unlimited(random), random.nextBoolean());
      default -> HostIsolation.ALL; // mostly
    };
  }

  private static List<Weakness> unlimited(SplittableRandom random) {
    return Weakness.WITHOUT_LIMITS.stream().filter(_ -> random.nextBoolean()).toList();
  }
}
