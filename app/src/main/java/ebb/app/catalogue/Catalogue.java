package ebb.app.catalogue;

import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.VmSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Sizes and list prices as the shipped file has them.
public record Catalogue(String currency, List<VmSize> sizes, List<Price> prices) {
  private static final String FILE = "/ebb/azure-vm-prices.csv";
  private static final String HEADER =
      "size,family,vcpus,memory_gib,gpu,gpu_count,region,dedicated_usd_per_hour,low_priority_usd_per_hour";
  private static final BigDecimal MEBIBYTES = BigDecimal.valueOf(1024);
  private static final BigDecimal MILLIONTHS = BigDecimal.valueOf(1_000_000);

  public static Catalogue shipped() {
    try (InputStream in = Catalogue.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no " + FILE);
      }
      return read(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Catalogue read(BufferedReader lines) {
    List<String> rows = lines.lines().filter(line -> !line.startsWith("#")).toList();
    if (rows.isEmpty() || !rows.getFirst().equals(HEADER)) {
      throw new IllegalStateException(FILE + " does not have the columns " + HEADER);
    }
    TreeMap<String, VmSize> sizes = new TreeMap<>();
    List<Price> prices = new ArrayList<>();
    for (String row : rows.subList(1, rows.size())) {
      List<String> columns = List.of(row.split(",", -1));
      VmSize size = size(columns);
      sizes.put(size.name(), size);
      String location = columns.get(6);
      addPrice(prices, size, location, Priority.DEDICATED, columns.get(7));
      addPrice(prices, size, location, Priority.LOW, columns.get(8));
    }
    return new Catalogue("USD", List.copyOf(sizes.values()), List.copyOf(prices));
  }

  private static VmSize size(List<String> columns) {
    int gpus = columns.get(5).isEmpty() ? 0 : Integer.parseInt(columns.get(5));
    return new VmSize(
        columns.get(0),
        columns.get(1),
        Integer.parseInt(columns.get(2)),
        new BigDecimal(columns.get(3)).multiply(MEBIBYTES).intValueExact(),
        gpus);
  }

  private static void addPrice(
      List<Price> prices, VmSize size, String location, Priority priority, String amount) {
    if (!amount.isEmpty()) {
      long rate = new BigDecimal(amount).multiply(MILLIONTHS).longValueExact();
      Rates rates = new Rates(rate, Rates.UNPRICED, Rates.UNPRICED);
      prices.add(new Price(size.name(), location, priority, rates));
    }
  }
}
