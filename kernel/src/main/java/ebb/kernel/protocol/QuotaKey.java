package ebb.kernel.protocol;

import java.util.Comparator;
import java.util.Locale;

/// One number that limits vCPUs. `family` is empty but for [QuotaKind#FAMILY]. All parts are
/// brought to lower case, so that a limit holds however it was spelled.
public record QuotaKey(QuotaKind kind, String subscription, String location, String family)
    implements Comparable<QuotaKey> {
  public QuotaKey {
    subscription = subscription.toLowerCase(Locale.ROOT);
    location = location.toLowerCase(Locale.ROOT);
    family = family.toLowerCase(Locale.ROOT);
  }

  private static final Comparator<QuotaKey> ORDER =
      Comparator.comparing(QuotaKey::kind)
          .thenComparing(QuotaKey::subscription)
          .thenComparing(QuotaKey::location)
          .thenComparing(QuotaKey::family);

  @Override
  public int compareTo(QuotaKey other) {
    return this == other ? 0 : ORDER.compare(this, other); // a cluster's keys are the same objects
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
