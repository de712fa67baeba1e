package ebb.app.wire;

import java.util.Map;

/// Subscriptions, their locations, and resource groups.
public final class Tenancy {
  private Tenancy() {}

  public record Subscription(
      String id, String subscriptionId, String displayName, String state, Policies policies) {}

  public record Policies(String locationPlacementId, String quotaId, String spendingLimit) {}

  public record Location(String id, String name, String displayName) {}

  public record ResourceGroup(
      String id,
      String name,
      String type,
      String location,
      Map<String, String> tags,
      GroupProperties properties) {}

  public record GroupProperties(String provisioningState) {}
}
