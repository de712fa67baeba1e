package ebb.kernel.protocol;

import java.util.Locale;

/// The nodes of a job that names no cluster: Ebb keeps one for each workspace, size and priority.
public record Serverless(String size, Priority priority) {
  /// With which the names of such clusters begin, and no other's may.
  public static final String PREFIX = "serverless-";

  /// What keeps its jobs apart; who wants something else makes a cluster.
  public static final Isolation ISOLATION = Isolation.SANDBOX;

  /// The name of the cluster: `Standard_D2s_v3` of low priority runs on `serverless-d2sv3-low`.
  public String cluster() {
    String letters = size.toLowerCase(Locale.ROOT).replaceFirst("^standard_", "");
    String compact = letters.replaceAll("[^a-z0-9]", "");
    return PREFIX + compact + (priority == Priority.LOW ? "-low" : "");
  }
}
