package ebb.kernel.protocol;

/// What a quota counts.
public enum QuotaKind {
  /// Dedicated vCPUs of one VM family in a location.
  FAMILY,
  /// All dedicated vCPUs in a location.
  REGIONAL_TOTAL,
  /// Low-priority vCPUs in a location, whatever the family.
  LOW_PRIORITY
}
