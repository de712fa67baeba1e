package ebb.kernel;

import ebb.kernel.money.PriceBook;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Rejection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

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
    if (location.isEmpty()) {
      return new Rejection.InvalidValue("location", "", "the name of a location");
    }
    return OF_AZURE.contains(location) || prices.locations().contains(location)
        ? null
        : new Rejection.UnknownLocation(location, List.copyOf(prices.locations()));
  }
}
