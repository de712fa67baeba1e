package ebb.kernel.protocol;

/// What a principal may do below the scope it is assigned at, as the Azure roles of the same names.
public enum Role {
  /// Everything, locks and roles included.
  OWNER,
  /// Everything but locks, roles, limits and prices.
  CONTRIBUTOR,
  /// Look.
  READER
}
