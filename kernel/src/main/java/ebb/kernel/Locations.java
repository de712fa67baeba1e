package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.ResourceGroup;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.money.PriceBook;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.Rejection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Where things can be: in the regions of Azure's public cloud, and wherever else the owner has set
/// a price. All spellings of one are one, as for Azure: `West US 2` is `westus2`.
public final class Locations {
  /// As `az account list-locations` names those that have machines.
  private static final List<String> OF_AZURE =
      List.of(
          "australiacentral",
          "australiacentral2",
          "australiaeast",
          "australiasoutheast",
          "austriaeast",
          "belgiumcentral",
          "brazilsouth",
          "brazilsoutheast",
          "canadacentral",
          "canadaeast",
          "centralindia",
          "centralus",
          "chilecentral",
          "eastasia",
          "eastus",
          "eastus2",
          "francecentral",
          "francesouth",
          "germanynorth",
          "germanywestcentral",
          "indonesiacentral",
          "israelcentral",
          "italynorth",
          "japaneast",
          "japanwest",
          "jioindiacentral",
          "jioindiawest",
          "koreacentral",
          "koreasouth",
          "malaysiawest",
          "mexicocentral",
          "newzealandnorth",
          "northcentralus",
          "northeurope",
          "norwayeast",
          "norwaywest",
          "polandcentral",
          "qatarcentral",
          "southafricanorth",
          "southafricawest",
          "southcentralus",
          "southeastasia",
          "southindia",
          "spaincentral",
          "swedencentral",
          "swedensouth",
          "switzerlandnorth",
          "switzerlandwest",
          "uaecentral",
          "uaenorth",
          "uksouth",
          "ukwest",
          "westcentralus",
          "westeurope",
          "westindia",
          "westus",
          "westus2",
          "westus3");

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

  /// So many places of its own a refusal names.
  private static final int TOLD_MOST = 10;

  private Locations() {}

  /// The one spelling that stands for all of them.
  public static String canonical(String spelled) {
    return spelled.replace(" ", "").toLowerCase(Locale.ROOT);
  }

  /// All there are, in their one spelling.
  public static TreeSet<String> known(PriceBook prices) {
    TreeSet<String> known = new TreeSet<>(OF_AZURE);
    known.addAll(prices.locations());
    return known;
  }

  /// Why nothing can be there; null if it can.
  ///
  /// @param location in its one spelling
  public static @Nullable Rejection refusal(PriceBook prices, String location) {
    Rejection misnamed = nameRefusal(location);
    if (misnamed != null) {
      return misnamed;
    }
    return isKnown(prices, location)
        ? null
        : new Rejection.UnknownLocation(
            location, prices.locations().stream().limit(TOLD_MOST).toList());
  }

  private static boolean isKnown(PriceBook prices, String location) {
    return OF_AZURE.contains(location) || prices.locations().contains(location);
  }

  /// Why this is no name of a location; null if it is one.
  static @Nullable Rejection nameRefusal(String location) {
    return NAME.matcher(location).matches()
        ? null
        : new Rejection.InvalidValue("location", location, "1 to 64 letters, digits and hyphens");
  }

  /// Why these prices cannot be the ones in force: something is where they know no place any more.
  static @Nullable Rejection lossRefusal(State state, PriceBook prices) {
    TreeSet<String> lost = new TreeSet<>(state.prices.locations());
    lost.removeIf(location -> isKnown(prices, location));
    if (lost.isEmpty()) {
      return null;
    }
    for (ResourceGroup group : state.groups.all()) {
      if (lost.contains(canonical(group.location()))) {
        return lost(group.location(), "the resource group " + group.scope().path() + " is there");
      }
    }
    for (Workspace workspace : state.workspaces.values()) {
      if (lost.contains(canonical(workspace.location()))) {
        return lost(
            workspace.location(), "the workspace " + workspace.scope().path() + " is there");
      }
    }
    for (Cluster cluster : state.clusters.values()) {
      if (lost.contains(canonical(cluster.spec().location()))) {
        return lost(cluster.spec().location(), "the cluster " + cluster.name() + " is there");
      }
    }
    for (QuotaKey key : state.quotas.limits().keySet()) {
      if (lost.contains(canonical(key.location()))) {
        return lost(key.location(), "a limit is set there");
      }
    }
    return null;
  }

  private static Rejection lost(String location, String why) {
    return new Rejection.InvalidValue(
        "prices", "none in " + location, "at least one row in " + location + ", for " + why);
  }
}
