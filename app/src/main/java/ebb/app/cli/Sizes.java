package ebb.app.cli;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The sizes of nodes where the workspace is, with their list prices.
final class Sizes {
  private final Connection connection;

  Sizes(Connection connection) {
    this.connection = connection;
  }

  /// The cheapest size with at least so many vCPUs and GPUs. Who asks for no GPU gets none.
  String cheapest(int cpus, int gpus, boolean low) {
    String tier = low ? "LowPriority" : "Standard";
    return new Clusters(connection)
        .ofLocation("vmSizes", connection.location()).stream()
            .filter(size -> size.path("vCPUs").asInt() >= cpus)
            .filter(size ->
                gpus > 0 ? size.path("gpus").asInt() >= gpus : size.path("gpus").asInt() == 0)
            .filter(size -> price(size, tier).isPresent())
            .min(
                Comparator.<JsonNode, BigDecimal>comparing(
                        size -> price(size, tier).orElse(BigDecimal.ZERO))
                    .thenComparing(size -> size.path("name").asString()))
            .map(size -> size.path("name").asString())
            .orElseThrow(() ->
                Failed.unreadable(
                    "no size with a known price has %d vCPUs and %d GPUs: 'ebb ml compute list-sizes' lists them."
                        .formatted(cpus, gpus)));
  }

  /// The list price of an hour, if it is known.
  private static Optional<BigDecimal> price(JsonNode size, String tier) {
    for (JsonNode price : size.at("/estimatedVMPrices/values")) {
      if (price.path("vmTier").asString().equals(tier)) {
        return Optional.of(price.path("retailPrice").decimalValue());
      }
    }
    return Optional.empty();
  }
}
