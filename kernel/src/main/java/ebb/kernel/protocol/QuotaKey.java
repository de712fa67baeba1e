package ebb.kernel.protocol;

import java.util.Comparator;

/// One number that limits vCPUs. `family` is empty but for [QuotaKind#FAMILY]; all parts are in
/// lower case.
public record QuotaKey(QuotaKind kind, String subscription, String location, String family)
    implements Comparable<QuotaKey> {
  private static final Comparator<QuotaKey> ORDER =
      Comparator.comparing(QuotaKey::kind)
          .thenComparing(QuotaKey::subscription)
          .thenComparing(QuotaKey::location)
          .thenComparing(QuotaKey::family);

  @Override
  public int compareTo(QuotaKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case FAMILY -> family;
      case REGIONAL_TOTAL -> "total regional vCPUs";
      case LOW_PRIORITY -> "low-priority vCPUs";
    };
  }
}
